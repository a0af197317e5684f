"""Texts as tokens."""

import keras
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.conditions.condition import Condition


@keras.saving.register_keras_serializable("keras_gan")
class Tokens(Condition):
    """A text as ints in 0 .. vocabulary - 1, padded to one length.

    Args:
        length: int, tokens of a text.
        vocabulary: int.
        key: str, their key in a batch. Default "tokens".

    Example:
    >>> keras_gan.conditions.Tokens(4, vocabulary=100).as_array([5, 6, 0, 0], 2).shape
    (2, 4)
    """

    def __init__(self, length, vocabulary, key="tokens"):
        check_int(length, "length")
        check_int(vocabulary, "vocabulary")
        self.length, self.vocabulary, self.key = int(length), int(vocabulary), key

    @property
    def spec(self):
        return tf.TensorSpec([None, self.length], tf.int32, name=self.key)

    @property
    def missing(self):
        return [-1] * self.length

    def requirements(self, batch, where, anew=False):
        value = batch[self.key]
        inside = tf.reduce_all((value >= 0) & (value < self.vocabulary))
        return [
            (
                inside,
                f"Tokens must be in 0 .. {self.vocabulary - 1} (vocabulary={self.vocabulary}): those of {where} are not.",
            )
        ]

    def as_array(self, given, n, class_names=None):
        tokens = super().as_array(given, n)
        if tokens.size and (tokens.min() < 0 or tokens.max() >= self.vocabulary):
            raise ValueError(
                f"Tokens must be in 0 .. {self.vocabulary - 1}. Received: {tokens.min()} to {tokens.max()}"
            )
        return tokens

    def require(self, values):
        inside = tf.reduce_all((values >= 0) & (values < self.vocabulary))
        tf.debugging.Assert(inside, [f"tokens must be given, in 0 to {self.vocabulary - 1}", values])
