"""Penalties and constraints on a player."""

from keras_gan import parts
from keras_gan.regularizers.gradient_penalty import GradientPenalty
from keras_gan.regularizers.r1 import R1Penalty
from keras_gan.regularizers.regularizer import Constraint, GradientNormPenalty, Penalty, Regularizer
from keras_gan.regularizers.weight_clipping import WeightClipping

ALIASES = {
    "gradient_penalty": GradientPenalty,
    "r1": R1Penalty,
    "weight_clipping": WeightClipping,
}


def get(identifier):
    """Return the regularizer of an alias, a config or a regularizer object.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.

    Example:
    >>> keras_gan.regularizers.get("r1")
    R1Penalty(gamma=10.0, interval=1)
    """
    return parts.get(identifier, Regularizer, ALIASES)


__all__ = [
    "ALIASES",
    "Constraint",
    "GradientNormPenalty",
    "GradientPenalty",
    "Penalty",
    "R1Penalty",
    "Regularizer",
    "WeightClipping",
    "get",
]
