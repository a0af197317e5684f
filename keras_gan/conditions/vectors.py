"""Vectors of attributes or of an encoder, and sequences of them."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.conditions.condition import Condition


@keras.saving.register_keras_serializable("keras_gan")
class Vectors(Condition):
    """A vector of floats: attributes, an embedding.

    Args:
        size: int.
        key: str, its key in a batch. Default "condition".

    Example:
    >>> keras_gan.conditions.Vectors(2).as_array([0.5, 1.0], 3).shape
    (3, 2)
    """

    def __init__(self, size, key="condition"):
        check_int(size, "size")
        self.size, self.key = int(size), key

    @property
    def spec(self):
        return tf.TensorSpec([None, self.size], tf.float32, name=self.key)

    @property
    def missing(self):
        return [float("nan")] * self.size


@keras.saving.register_keras_serializable("keras_gan")
class Attributes(Vectors):
    """Several attributes of an image: a vector of floats, each 0 or 1.

    `labels=` may name the attributes that are 1, if the data have names: "smiling, glasses", or a list of
    such texts; "none" for none.

    Args:
        size, key: as in `Vectors`.

    Example:
    >>> keras_gan.conditions.Attributes(3).as_array([0, 1, 1], 1)
    array([[0., 1., 1.]], dtype=float32)
    """

    def requirements(self, batch, where, anew=False):
        values = batch[self.key]
        binary = tf.reduce_all((values == 0.0) | (values == 1.0))
        return [
            (binary, f"Attributes must be 0 or 1 each. {where} has others; of -1 and 1: `(values + 1) / 2`.")
        ]

    def as_array(self, given, n, class_names=None):
        if isinstance(given, str) or (isinstance(given, (list, tuple, np.ndarray)) and _of_texts(given)):
            texts = np.asarray(given, str)
            if texts.shape not in ((), (n,)):
                raise ValueError(
                    f"`labels` must be a text of attributes, or {n} of them, one for each image. Received: {given!r:.200}"
                )
            rows = [self.of_names(text, class_names) for text in texts.reshape(-1).tolist()]
            given = np.stack(rows) if texts.shape else rows[0]
        values = super().as_array(given, n, class_names)
        if not np.isin(values, (0.0, 1.0)).all():
            raise ValueError(f"`labels` must be attributes, each 0 or 1. Received: {given!r}")
        return values

    def of_names(self, text, class_names):
        """Return the vector with 1 for each attribute in a text, joined by commas; zeros for "none"."""
        if class_names is None:
            raise ValueError(
                f"The data of this model have no names of attributes: give {self.size} numbers, each 0 or 1. Received: {text!r}"
            )
        names = [] if text.strip() == "none" else [name.strip() for name in text.split(",")]
        unknown = [name for name in names if name not in class_names]
        if unknown:
            raise ValueError(
                f"There is no attribute {unknown[0]!r}. There are: {', '.join(class_names)}, several joined by commas, and none."
            )
        return np.isin(class_names, names).astype("float32")

    def require(self, values):
        binary = tf.reduce_all((values == 0.0) | (values == 1.0))
        tf.debugging.Assert(binary, ["`labels` must be attributes, each 0 or 1", values])


def _of_texts(given):
    return len(given) > 0 and all(isinstance(each, str) for each in given)


@keras.saving.register_keras_serializable("keras_gan")
class Sequences(Condition):
    """A sequence of vectors, such as a text encoder's vector for each token.

    Args:
        length, size: ints; shape (length, size).
        key: str, its key in a batch. Default "condition".

    Example:
    >>> keras_gan.conditions.Sequences(8, 32).spec.shape.as_list()
    [None, 8, 32]
    """

    def __init__(self, length, size, key="condition"):
        check_int(length, "length")
        check_int(size, "size")
        self.length, self.size, self.key = int(length), int(size), key

    @property
    def spec(self):
        return tf.TensorSpec([None, self.length, self.size], tf.float32, name=self.key)

    @property
    def missing(self):
        return [[float("nan")] * self.size] * self.length
