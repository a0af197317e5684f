"""Conditions: network inputs beside latents and images (classes, vectors, tokens, sequences, images)."""

import keras

from keras_gan.conditions.choices import Choices
from keras_gan.conditions.condition import Condition
from keras_gan.conditions.images import Images
from keras_gan.conditions.labels import Labels
from keras_gan.conditions.several import Several
from keras_gan.conditions.texts import Texts
from keras_gan.conditions.tokens import Tokens
from keras_gan.conditions.vectors import Attributes, Sequences, Vectors


def get(identifier):
    """Return a condition from an object, an int (the number of classes), a config, a tuple of those, or None.

    Raises:
        ValueError: for anything else.

    Example:
    >>> keras_gan.conditions.get(10)
    Labels(num_classes=10, unlabelled=False)
    """
    if identifier is None or isinstance(identifier, Condition):
        return identifier
    if hasattr(identifier, "__index__") and not isinstance(identifier, bool):
        return Labels(int(identifier))
    if isinstance(identifier, dict):
        return get(keras.saving.deserialize_keras_object(identifier))
    if isinstance(identifier, (tuple, list)) and identifier and None not in identifier:
        return Several([get(each) for each in identifier])
    raise ValueError(
        "`condition` must be a number of classes, one of `keras_gan.conditions` such as Labels(10) or Vectors(16), or a tuple "
        f"of those. Received: {identifier!r}"
    )


def read_off(network):
    """Return the condition of a network if its inputs beside the first determine it, or None."""
    shapes = network.input_shape
    if not isinstance(shapes, list) or len(shapes) != 2:
        return None
    kinds = {2: Vectors, 3: Sequences, 4: Images}
    if len(shapes[1]) not in kinds or None in shapes[1][1:]:
        return None
    if "int" in str(getattr(network.inputs[1], "dtype", "float32")):
        return None  # the vocabulary of tokens is unknown
    size = shapes[1][1:]
    return Images(size) if len(size) == 3 else kinds[len(shapes[1])](*size)


__all__ = [
    "Attributes",
    "Choices",
    "Condition",
    "Images",
    "Labels",
    "Sequences",
    "Several",
    "Texts",
    "Tokens",
    "Vectors",
    "get",
    "read_off",
]
