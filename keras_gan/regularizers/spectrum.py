"""The spectral penalty."""

import keras
import numpy as np
from keras import ops

from keras_gan.regularizers.regularizer import Penalty


@keras.saving.register_keras_serializable("keras_gan")
class SpectrumPenalty(Penalty):
    """Matches the spectrum of generated images to that of real ones, against artefacts of upsampling.

        weight * mean over radii k of (S_k(x) - S_k(G(z)))^2,
        where S_k is the mean of log |DFT| over a batch and over frequencies of radius k

    The DFT is that of the mean over channels of images in [0, 1]. The effect on the detectors of
    `keras_gan.trust` must be measured: on digits they did not find fewer images.

    Args:
        weight: float. Default 0.1.
        interval: int, as in `Penalty`.

    Example:
    >>> keras_gan.regularizers.SpectrumPenalty().name
    'spectrum'

    Reference: Durall et al., "Watch your Up-Convolution", 2020, https://arxiv.org/abs/2003.01826, which uses
    a cross-entropy instead of the square, on the spectra of single images
    """

    name = "spectrum"
    player = "generator"

    def __init__(self, weight=0.1, interval=1):
        super().__init__(weight, interval)

    def build(self, gan):
        if len(gan.image_shape) != 3:
            raise ValueError(f"`spectrum` is of images. {type(gan).__name__} makes {gan.image_shape}.")

    def penalty(self, gan, turn):
        bins, counts = radial_bins(*gan.image_shape[:2])

        def mean_spectrum(images):
            grey = (ops.mean(ops.cast(images, "float32"), axis=-1) + 1.0) / 2.0
            real, imaginary = ops.fft2((grey, ops.zeros_like(grey)))
            # log |DFT| as half the logarithm of the square, whose gradient is finite.
            spectra = 0.5 * ops.log(ops.square(real) + ops.square(imaginary) + 1e-6)
            mean = ops.reshape(ops.mean(spectra, axis=0), (-1,))
            return ops.segment_sum(mean, bins, num_segments=len(counts)) / counts.astype("float32")

        wanted = ops.stop_gradient(mean_spectrum(turn.real))
        return ops.mean(ops.square(wanted - mean_spectrum(turn.fake)))


def radial_bins(height, width):
    """The bin of each frequency of a DFT, (height * width,), and the number of frequencies in each bin.

    Bin k contains the radii from k to k + 1. The unit of radii is one period in the longer side.
    """
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None])
    # 1e-9: a radius that is a whole number must not be rounded down to the bin below.
    bins = np.floor(radius * max(height, width) + 1e-9).astype("int32").ravel()
    # For oblong images some bins have no frequency and are left out.
    _, bins = np.unique(bins, return_inverse=True)
    return bins.astype("int32"), np.bincount(bins)
