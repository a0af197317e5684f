"""Penalties, constraints and hooks that act on the training of a player."""

from keras_gan import parts
from keras_gan.deprecation import warn_moved
from keras_gan.parts import Turn
from keras_gan.regularizers.accuracy_limit import AccuracyLimit
from keras_gan.regularizers.consistency import BalancedConsistencyPenalty, ConsistencyPenalty
from keras_gan.regularizers.dragan import DRAGANPenalty
from keras_gan.regularizers.drift import DriftPenalty
from keras_gan.regularizers.feature_matching import FeatureMatchingPenalty
from keras_gan.regularizers.gradient_difference import GradientDifferencePenalty
from keras_gan.regularizers.gradient_penalty import GradientPenalty
from keras_gan.regularizers.label_flipping import LabelFlipping
from keras_gan.regularizers.latent_consistency import LatentConsistencyPenalty
from keras_gan.regularizers.lecam import LeCamPenalty
from keras_gan.regularizers.matching_aware import MatchingAwarePenalty
from keras_gan.regularizers.max_gradient import MaxGradientPenalty
from keras_gan.regularizers.mismatched_pairs import MismatchedPairs
from keras_gan.regularizers.optimal_transport import OptimalTransportPenalty
from keras_gan.regularizers.orthogonal import OrthogonalPenalty
from keras_gan.regularizers.path_length import PathLengthPenalty
from keras_gan.regularizers.perceptual import PerceptualPenalty
from keras_gan.regularizers.r1 import R1Penalty
from keras_gan.regularizers.r2 import R2Penalty
from keras_gan.regularizers.regularizer import (
    Constraint,
    GradientNormPenalty,
    Penalty,
    Regularizer,
)
from keras_gan.regularizers.spectrum import SpectrumPenalty
from keras_gan.regularizers.top_k import TopK
from keras_gan.regularizers.wasserstein_divergence import WassersteinDivergencePenalty
from keras_gan.regularizers.weight_clipping import WeightClipping

ALIASES = {
    "accuracy_limit": AccuracyLimit,
    "balanced_consistency": BalancedConsistencyPenalty,
    "consistency": ConsistencyPenalty,
    "dragan": DRAGANPenalty,
    "drift": DriftPenalty,
    "feature_matching": FeatureMatchingPenalty,
    "gradient_difference": GradientDifferencePenalty,
    "gradient_penalty": GradientPenalty,
    "label_flipping": LabelFlipping,
    "latent_consistency": LatentConsistencyPenalty,
    "lecam": LeCamPenalty,
    "matching_aware": MatchingAwarePenalty,
    "max_gradient": MaxGradientPenalty,
    "mismatched_pairs": MismatchedPairs,
    "optimal_transport": OptimalTransportPenalty,
    "orthogonal": OrthogonalPenalty,
    "path_length": PathLengthPenalty,
    "perceptual": PerceptualPenalty,
    "r1": R1Penalty,
    "r2": R2Penalty,
    "spectrum": SpectrumPenalty,
    "top_k": TopK,
    "wasserstein_divergence": WassersteinDivergencePenalty,
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
    if isinstance(identifier, str) and identifier in MOVED:
        return __getattr__(MOVED[identifier])()
    return parts.get(identifier, Regularizer, ALIASES)


# Augmentations by their aliases, which were regularizers once; these go with version 1.1.
MOVED = {"blur": "Blur", "instance_noise": "InstanceNoise"}


def __getattr__(name):
    if name not in MOVED.values():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from keras_gan import augmentations

    warn_moved(
        f"`regularizers.{name}`", f"`augmentations.{name}` (pass it to `compile(augmentation=[...])`)", "1.1"
    )
    return getattr(augmentations, name)


__all__ = [
    "ALIASES",
    "AccuracyLimit",
    "BalancedConsistencyPenalty",
    "ConsistencyPenalty",
    "Constraint",
    "DRAGANPenalty",
    "DriftPenalty",
    "FeatureMatchingPenalty",
    "GradientDifferencePenalty",
    "GradientNormPenalty",
    "GradientPenalty",
    "LabelFlipping",
    "LatentConsistencyPenalty",
    "LeCamPenalty",
    "MatchingAwarePenalty",
    "MaxGradientPenalty",
    "MismatchedPairs",
    "OptimalTransportPenalty",
    "OrthogonalPenalty",
    "PathLengthPenalty",
    "Penalty",
    "PerceptualPenalty",
    "R1Penalty",
    "R2Penalty",
    "Regularizer",
    "SpectrumPenalty",
    "TopK",
    "Turn",
    "WassersteinDivergencePenalty",
    "WeightClipping",
    "get",
]
