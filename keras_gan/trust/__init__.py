"""Detection of generated images, and credentials that state where images are from."""

from keras_gan.trust.credentials import inspect, sign
from keras_gan.trust.generated import ResidualDetector, SpectrumDetector
from keras_gan.trust.perturbations import PERTURBATIONS, robustness
from keras_gan.trust.rivagan import RivaGAN
from keras_gan.trust.spectra import log_spectrum, radial_spectrum

__all__ = [
    "PERTURBATIONS",
    "ResidualDetector",
    "RivaGAN",
    "SpectrumDetector",
    "inspect",
    "log_spectrum",
    "radial_spectrum",
    "robustness",
    "sign",
]
