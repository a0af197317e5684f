"""Differentiable augmentations of everything that the discriminator sees."""

from keras_gan import parts
from keras_gan.augmentations.ada import ADA
from keras_gan.augmentations.adaptive import AdaptiveAugmentation
from keras_gan.augmentations.apa import APA
from keras_gan.augmentations.augmentation import Augmentation
from keras_gan.augmentations.diffaugment import DiffAugment

ALIASES = {"ada": ADA, "apa": APA, "diffaugment": DiffAugment}


def get(identifier):
    """Return the augmentation of an alias, a config or an augmentation object.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.

    Example:
    >>> keras_gan.augmentations.get("diffaugment").policy
    ['color', 'translation', 'cutout']
    """
    return parts.get(identifier, Augmentation, ALIASES)


__all__ = ["ADA", "ALIASES", "APA", "AdaptiveAugmentation", "Augmentation", "DiffAugment", "get"]
