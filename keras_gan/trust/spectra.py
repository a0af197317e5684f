"""Spectra of images, in which the upsampling of generators leaves traces."""

import numpy as np

from keras_gan.regularizers.spectrum import radial_bins


def log_spectrum(images):
    """Strength of each frequency: 20 log10 |DFT| of the mean over channels, in dB.

    Args:
        images: (n, height, width, channels): uint8, or floats in [-1, 1].

    Returns:
        float64 array of shape (n, height, width), the zero frequency first; images are scaled to 0 to 1.

    Example:
    >>> keras_gan.trust.log_spectrum(np.full((1, 4, 4, 1), 255, "uint8"))[0, 0, 0].round(2)
    np.float64(24.08)
    """
    images = np.asarray(images)
    if images.ndim != 4 or not len(images):
        raise ValueError(
            f"`images` must have the shape (n, height, width, channels). Received: {images.shape}"
        )
    grey = images.astype("float64").mean(axis=-1)
    grey = grey / 255.0 if images.dtype == np.uint8 else (grey + 1.0) / 2.0
    return 20.0 * np.log10(np.abs(np.fft.fft2(grey)) + 1e-8)


def radial_spectrum(images):
    """The mean of the log spectrum over all directions, by frequency.

    Args:
        images: as in `log_spectrum`.

    Returns:
        float64 array of shape (n, bins), bin k for frequencies from k to k + 1 periods over the images'
        longer side; the last bins are the corners, up to sqrt(1/2) periods per pixel.

    Example:
    >>> keras_gan.trust.radial_spectrum(np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), dtype="uint8")).shape
    (5, 12)

    Reference: Durall et al., "Watch your Up-Convolution", 2020, https://arxiv.org/abs/2003.01826
    """
    spectra = log_spectrum(images)
    bins, counts = radial_bins(*spectra.shape[1:])
    order = np.argsort(bins, kind="stable")
    starts = np.cumsum(counts) - counts
    return np.add.reduceat(spectra.reshape(len(spectra), -1)[:, order], starts, axis=1) / counts
