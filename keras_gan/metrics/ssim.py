"""Structural similarity."""

import keras
from keras import ops

from keras_gan.metrics.ms_ssim import SIDE, ssim_terms
from keras_gan.metrics.pair import LevelsMetric, levels


@keras.saving.register_keras_serializable("keras_gan")
class SSIM(LevelsMetric):
    """Mean structural similarity of images and their targets, 1 where they are equal.

    Gaussian window of 11 pixels, sigma 1.5, where it lies within the image; mean over channels. Of images
    rounded to 256 levels. It is scikit-image's `structural_similarity` with `gaussian_weights=True, sigma=1.5,
    use_sample_covariance=False, data_range=255`.

    Args:
        channels: "rgb" (default), or "y" for the luma alone. border: int, pixels left out on each side. Default 0.
        name: default "ssim".

    Example:
    >>> metric = keras_gan.metrics.SSIM(channels="y")
    >>> images = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 3)).astype("float32")
    >>> metric.update_state(images, images)
    >>> round(metric.result(), 4)
    1.0

    Reference: Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004
    """

    least = SIDE

    def __init__(self, channels="rgb", border=0, name="ssim"):
        super().__init__(channels, border, name)

    def of_levels(self, real, fake):
        return ssim_of_levels(real, fake)


def ssim_of_levels(real, fake):
    """SSIM of each pair of images in [0, 255] of shape (batch, height, width, channels)."""
    luminance, structure = ssim_terms(real, fake)
    return ops.mean(luminance * structure, axis=(1, 2, 3))


def ssim(real, fake, channels="rgb", border=0):
    """float32 of shape (batch,): SSIM of pairs of images, arguments as `SSIM`; uint8 or in [-1, 1]."""
    return ssim_of_levels(levels(real, channels, border), levels(fake, channels, border))
