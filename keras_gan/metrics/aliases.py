"""Metrics by name."""

import keras

from keras_gan import parts
from keras_gan.metrics.equivariance import RotationEquivariance, TranslationEquivariance
from keras_gan.metrics.frechet_distance import FrechetDistance
from keras_gan.metrics.inception_score import InceptionScore
from keras_gan.metrics.kernel_distance import KernelDistance
from keras_gan.metrics.ms_ssim import MSSSIM
from keras_gan.metrics.perceptual_path_length import PerceptualPathLength
from keras_gan.metrics.precision_recall import PRDC
from keras_gan.metrics.psnr import PSNR
from keras_gan.metrics.sliced_wasserstein import SlicedWasserstein
from keras_gan.metrics.ssim import SSIM

# On the features of Inception, the published metrics' extractor.
ALIASES = {
    "eq_r": RotationEquivariance,
    "eq_t": TranslationEquivariance,
    "fid": lambda: FrechetDistance("inception"),
    "inception_score": lambda: InceptionScore("inception"),
    "kid": lambda: KernelDistance("inception"),
    "ms_ssim": MSSSIM,
    "ppl": lambda: PerceptualPathLength("inception"),
    "ppl_w": lambda: PerceptualPathLength("inception", epsilon=1e-4, space="w", name="ppl_w"),
    "prdc": lambda: PRDC("inception"),
    "psnr": PSNR,
    "ssim": SSIM,
    "swd": SlicedWasserstein,
}


def get(identifier):
    """Return the metric of an alias, or a metric object.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.

    Example:
    >>> keras_gan.metrics.get("swd").name
    'swd'
    """
    return parts.get(identifier, keras.metrics.Metric, ALIASES)
