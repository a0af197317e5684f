"""One category of one of several columns."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.conditions.vectors import Vectors


@keras.saving.register_keras_serializable("keras_gan")
class Choices(Vectors):
    """One category of one column of a table: a one-hot vector over the categories of all columns.

    If none is given, a column is drawn, and one of its categories by its frequency.

    Args:
        counts: list with one list for each column: the frequencies of its categories.
        key: str, its key in a batch. Default "condition".

    Example:
    >>> keras_gan.conditions.Choices([[90, 10], [1, 1, 2]]).draw(3, tf.constant(0)).shape
    TensorShape([3, 5])
    """

    def __init__(self, counts, key="condition"):
        self.counts = [[int(count) for count in column] for column in counts]
        super().__init__(sum(map(len, self.counts)), key)

    def get_config(self):
        return {"counts": self.counts, "key": self.key}

    def fill(self, given, n, seed):
        given = tf.broadcast_to(tf.reshape(given, [-1, self.size]), [n, self.size])
        return tf.where(tf.math.is_finite(given), given, self.draw(n, seed))

    def draw(self, n, seed):
        shares = [np.array(column, "float64") / max(1, sum(column)) for column in self.counts]
        shares = np.concatenate(shares) / len(self.counts)
        seed = tf.stack([seed, tf.ones_like(seed)])
        drawn = tf.random.stateless_uniform([n], tf.cast(seed, tf.int64), dtype=tf.float64)
        place = tf.searchsorted(tf.constant(np.cumsum(shares)), drawn, side="right")
        return tf.one_hot(tf.minimum(place, self.size - 1), self.size)
