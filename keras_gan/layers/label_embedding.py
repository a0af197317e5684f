"""Embedding of labels, some of which may be unknown."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class LabelEmbedding(keras.layers.Embedding):
    """A learned vector for each class, and zeros for the label -1, an image without a label.

    Arguments as `keras.layers.Embedding`.

    Call arguments: labels (batch,) of int, -1 to input_dim - 1.

    Example:
    >>> layer = keras_gan.layers.LabelEmbedding(10, 4)
    >>> vectors = layer(np.array([3, -1]))
    >>> vectors.shape, float(abs(vectors[1]).numpy().max())
    (TensorShape([2, 4]), 0.0)
    """

    def call(self, inputs):
        labels = ops.cast(inputs, "int32")
        vectors = super().call(ops.maximum(labels, 0))
        return ops.where(labels[..., None] >= 0, vectors, ops.zeros_like(vectors))
