"""Peak signal-to-noise ratio."""

import keras
from keras import ops

from keras_gan.metrics.pair import LevelsMetric, levels


@keras.saving.register_keras_serializable("keras_gan")
class PSNR(LevelsMetric):
    """Mean over images of 10 log10(255^2 / mean squared difference), in decibels; higher is better.

    Images are rounded to 256 levels, as they are stored. The ratio is infinite for an image that equals its
    target.

    Args:
        channels: "rgb" (default), or "y" for the luma alone. border: int, pixels left out on each side. Default 0.
        name: default "psnr".

    Example:
    >>> metric = keras_gan.metrics.PSNR()
    >>> real = np.zeros((2, 8, 8, 1), "uint8")
    >>> metric.update_state(real, real + 16)
    >>> round(metric.result(), 2)
    24.05
    """

    def __init__(self, channels="rgb", border=0, name="psnr"):
        super().__init__(channels, border, name)

    def of_levels(self, real, fake):
        return psnr_of_levels(real, fake)


def psnr_of_levels(real, fake):
    """PSNR in dB of each pair of images in [0, 255] of shape (batch, height, width, channels)."""
    error = ops.mean(ops.square(real - fake), axis=(1, 2, 3))
    return 10.0 * (ops.log(255.0**2) - ops.log(error)) / ops.log(10.0)


def psnr(real, fake, channels="rgb", border=0):
    """PSNR in dB of pairs of images, uint8 or in [-1, 1]: float32 (batch,); arguments as in `PSNR`."""
    return psnr_of_levels(levels(real, channels, border), levels(fake, channels, border))
