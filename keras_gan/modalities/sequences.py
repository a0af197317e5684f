"""Sequences of tokens."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from keras_gan.modalities.modality import Modality


# Conditions have classes of the same name.
@keras.saving.register_keras_serializable("keras_gan", "SequencesModality")
class Sequences(Modality):
    """One-hot tokens, returned as int32; written as lines of text.

    Args:
        shape: (length, vocabulary).
        words: list of str by token, or None. A text ends at the first empty word, such as the padding of
            short texts.

    Example:
    >>> modality = keras_gan.modalities.Sequences((3, 4), ["", "a", "red", "heart"])
    >>> modality.texts(np.array([[1, 2, 3], [1, 3, 0]]))
    ['a red heart', 'a heart']
    """

    name = "sequences"
    suffix, suffixes = ".txt", (".txt",)

    def __init__(self, shape, words=None):
        super().__init__(shape)
        if len(self.shape) != 2 or (words is not None and len(words) != self.shape[1]):
            raise ValueError(
                f"`shape` must be (length, vocabulary), and `words` one for each token. Received: shape={self.shape}, "
                f"{None if words is None else len(words)} words"
            )
        self.words = None if words is None else list(words)

    def hint_of_rank(self, shape):
        return (
            " Load them by `keras_gan.data.sequences`, which makes tokens one-hot." if shape.rank == 2 else ""
        )

    def requirements(self, values, where, anew=False, fewest=1):
        one = tf.reduce_all(tf.abs(tf.reduce_sum(values, axis=-1) - 1.0) < 1e-3)
        message = f"Sequences must be one-hot tokens. {where}: numbers of a token do not add up to 1."
        return [*super().requirements(values, where), (one, message)]

    def to_storage(self, values):
        return tf.argmax(values, axis=-1, output_type=tf.int32)

    # === Written ===

    def texts(self, tokens):
        """Return a text for each sequence of int tokens (n, length), of words or, without words, numbers."""
        words = self.words or [str(i) for i in range(self.shape[1])]
        # What follows the first empty word does not belong to the text.
        found = [[words[i] for i in row] for row in np.asarray(tokens)]
        return [" ".join(itertools.takewhile(bool, text)) for text in found]

    def write(self, path, value):
        """Write one sequence, of shape (length,), as a line of text."""
        self.write_many(path, np.asarray(value)[None])

    def write_many(self, path, values):
        """Write sequences, int tokens of shape (n, length), one a line."""
        path.write_text("\n".join(self.texts(values)) + "\n", encoding="utf-8")
        return [path]
