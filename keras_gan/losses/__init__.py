"""Losses of the discriminator and the generator. Logits are high for real images."""

import functools

from keras_gan import parts
from keras_gan.losses.adversarial_loss import AdversarialLoss
from keras_gan.losses.f_divergence import DIVERGENCES, FDivergenceLoss
from keras_gan.losses.hinge import HingeLoss
from keras_gan.losses.least_squares import LeastSquaresLoss
from keras_gan.losses.minimax import MinimaxLoss
from keras_gan.losses.non_saturating import NonSaturatingLoss
from keras_gan.losses.relativistic import RelativisticLoss
from keras_gan.losses.relativistic_average import RelativisticAverageLoss
from keras_gan.losses.san import SANLoss
from keras_gan.losses.wasserstein import WassersteinLoss

ALIASES = {
    "f_divergence": FDivergenceLoss,
    "hinge": HingeLoss,
    "least_squares": LeastSquaresLoss,
    "minimax": MinimaxLoss,
    "non_saturating": NonSaturatingLoss,
    "relativistic": RelativisticLoss,
    "relativistic_average": RelativisticAverageLoss,
    "wasserstein": WassersteinLoss,
    **{name: functools.partial(FDivergenceLoss, name) for name in DIVERGENCES},
}


def get(identifier):
    """Return the loss of an alias, a config or a loss object.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.

    Example:
    >>> keras_gan.losses.get("wasserstein")
    WassersteinLoss()
    """
    return parts.get(identifier, AdversarialLoss, ALIASES)


__all__ = [
    "ALIASES",
    "AdversarialLoss",
    "FDivergenceLoss",
    "HingeLoss",
    "LeastSquaresLoss",
    "MinimaxLoss",
    "NonSaturatingLoss",
    "RelativisticAverageLoss",
    "RelativisticLoss",
    "SANLoss",
    "WassersteinLoss",
    "get",
]
