"""The spectral penalty."""

import keras
import numpy as np
from keras import ops

from keras_gan.regularizers.regularizer import Penalty


@keras.saving.register_keras_serializable("keras_gan")
class SpectrumPenalty(Penalty):
    """The generator's images have each frequency as strong as real ones have it, so that their upsampling leaves no trace there.

        weight * mean over radii k of (S_k(x) - S_k(G(z)))^2,   S_k the mean of log |DFT| over a batch and over frequencies of radius k

    of the mean over channels of images in [0, 1]. Whether detectors of `keras_gan.trust` find less then is to be measured: of digits they did not.

    Args:
        weight: float. Default 0.1.
        interval: int, as in `Penalty`.

    Example:
    >>> keras_gan.regularizers.SpectrumPenalty().name
    'spectrum'

    Reference: Durall et al., "Watch your Up-Convolution", 2020, https://arxiv.org/abs/2003.01826, which has a cross-entropy in place of
    the square, of spectra of single images
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
            # Half the logarithm of the square, whose gradient is finite.
            spectra = 0.5 * ops.log(ops.square(real) + ops.square(imaginary) + 1e-6)
            mean = ops.reshape(ops.mean(spectra, axis=0), (-1,))
            return ops.segment_sum(mean, bins, num_segments=len(counts)) / counts.astype("float32")

        wanted = ops.stop_gradient(mean_spectrum(turn.real))
        return ops.mean(ops.square(wanted - mean_spectrum(turn.fake)))


def radial_bins(height, width):
    """The bin of each frequency of a DFT, (height * width,), and how many each has; bin k has the radii from k to k + 1.

    Radii count periods in the longer side.
    """
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None])
    # A hair below a whole number by rounding is that number.
    bins = np.floor(radius * max(height, width) + 1e-9).astype("int32").ravel()
    # Of oblong images some radii are of no frequency.
    _, bins = np.unique(bins, return_inverse=True)
    return bins.astype("int32"), np.bincount(bins)
