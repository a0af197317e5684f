"""Differentiable augmentations of all images that the discriminator sees."""

import keras

from keras_gan import parts
from keras_gan.augmentations.ada import ADA
from keras_gan.augmentations.adaptive import AdaptiveAugmentation
from keras_gan.augmentations.apa import APA
from keras_gan.augmentations.augmentation import Augmentation
from keras_gan.augmentations.blur import Blur
from keras_gan.augmentations.diffaugment import DiffAugment
from keras_gan.augmentations.instance_noise import InstanceNoise
from keras_gan.deprecation import warn_moved

ALIASES = {
    "ada": ADA,
    "apa": APA,
    "blur": Blur,
    "diffaugment": DiffAugment,
    "instance_noise": InstanceNoise,
}


def get(identifier):
    """Return the augmentation of an alias, a config or an augmentation object.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.

    Example:
    >>> keras_gan.augmentations.get("diffaugment").policy
    ['color', 'translation', 'cutout']
    """
    return parts.get(identifier, Augmentation, ALIASES)


def split(regularizers):
    """Regularizers, and the augmentations among them, which were regularizers once; until version 1.1."""
    kept, found = [], []
    for part in regularizers:
        if isinstance(part, dict):
            part = keras.saving.deserialize_keras_object(part)
        is_augmentation = isinstance(part, Augmentation) or part in ("blur", "instance_noise")
        (found if is_augmentation else kept).append(part)
    if found:
        warn_moved(
            f"{found} among the regularizers",
            "an augmentation (pass it to `compile(augmentation=[...])`)",
            "1.1",
            stacklevel=7,
        )
    return kept, found


__all__ = [
    "ADA",
    "ALIASES",
    "APA",
    "AdaptiveAugmentation",
    "Augmentation",
    "Blur",
    "DiffAugment",
    "InstanceNoise",
    "get",
    "split",
]
