"""Conditional batch normalisation."""

import keras
from keras import ops

from keras_gan.layers.batch_normalization import BatchNormalization


@keras.saving.register_keras_serializable("keras_gan")
class ConditionalBatchNormalization(keras.layers.Layer):
    """Batch normalisation with a scale and a shift for each class.

        y = gamma[label] * (x - mean) / sqrt(variance + epsilon) + beta[label]

    Args:
        num_classes: int.
        momentum: float, of the moving statistics. Default 0.9.
        epsilon: float. Default 1e-5.

    Call arguments: [inputs (batch, ..., channels), labels (batch,) of int].

    Example:
    >>> layer = keras_gan.layers.ConditionalBatchNormalization(num_classes=10)
    >>> layer([np.ones((2, 4, 4, 3), "float32"), np.array([1, 7])]).shape
    TensorShape([2, 4, 4, 3])

    Reference: de Vries et al., "Modulating early visual processing by language", 2017,
    https://arxiv.org/abs/1707.00683; Miyato & Koyama, 2018, https://arxiv.org/abs/1802.05637
    """

    def __init__(self, num_classes, momentum=0.9, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.momentum = momentum
        self.epsilon = epsilon
        self.normalization = BatchNormalization(
            center=False,
            scale=False,
            momentum=momentum,
            epsilon=epsilon,
            name="normalization",
            dtype=self.dtype_policy,
        )

    def build(self, input_shape):
        inputs, _ = input_shape
        self.normalization.build(inputs)
        shape = (self.num_classes, inputs[-1])
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")

    def call(self, inputs, training=False):
        x, labels = inputs
        shape = (-1,) + (1,) * (len(x.shape) - 2) + (x.shape[-1],)
        gamma, beta = (
            ops.reshape(ops.take(table, ops.cast(labels, "int32"), axis=0), shape)
            for table in (self.gamma, self.beta)
        )
        return gamma * self.normalization(x, training=training) + beta

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
        }
