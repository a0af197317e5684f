"""Structural similarity."""

import keras
from keras import ops

from keras_gan.metrics.ms_ssim import SIDE, ssim_terms
from keras_gan.metrics.pair import LevelsMetric, levels


@keras.saving.register_keras_serializable("keras_gan")
class SSIM(LevelsMetric):
    """Mean structural similarity of images and their targets; 1 if they are equal.

    The window is Gaussian, of 11 pixels, sigma 1.5, at all positions where it lies within the image. The
    result is the mean over channels, of images rounded to 256 levels. It equals scikit-image's
    `structural_similarity` with `gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
    data_range=255`.

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
    """SSIM of pairs of images, uint8 or in [-1, 1]: float32 (batch,); arguments as in `SSIM`."""
    return ssim_of_levels(levels(real, channels, border), levels(fake, channels, border))
