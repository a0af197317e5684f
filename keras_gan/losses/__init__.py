"""What the two players minimise. Logits are high for real images."""

from keras_gan import parts
from keras_gan.losses.adversarial_loss import AdversarialLoss
from keras_gan.losses.least_squares import LeastSquaresLoss
from keras_gan.losses.minimax import MinimaxLoss
from keras_gan.losses.non_saturating import NonSaturatingLoss
from keras_gan.losses.wasserstein import WassersteinLoss

ALIASES = {
    "least_squares": LeastSquaresLoss,
    "minimax": MinimaxLoss,
    "non_saturating": NonSaturatingLoss,
    "wasserstein": WassersteinLoss,
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
    "LeastSquaresLoss",
    "MinimaxLoss",
    "NonSaturatingLoss",
    "WassersteinLoss",
    "get",
]
