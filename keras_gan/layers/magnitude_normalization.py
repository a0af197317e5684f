"""Normalisation by a moving mean square."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class MagnitudeNormalization(keras.layers.Layer):
    """y = x / sqrt(m), with m a moving mean of x^2 over all axes, which is updated only in training.

    Args:
        decay: float. Default 0.999.

    Input and output shape: (batch, height, width, channels).

    Example:
    >>> layer = keras_gan.layers.MagnitudeNormalization(decay=0.0)
    >>> float(layer(np.full((1, 2, 2, 1), 4.0, "float32"), training=True)[0, 0, 0, 0])
    1.0

    Reference: Karras et al., 2021, section 3.2 (configuration B), https://arxiv.org/abs/2106.12423
    """

    def __init__(self, decay=0.999, **kwargs):
        super().__init__(**kwargs)
        self.decay = decay

    def build(self, input_shape):
        self.mean_square = self.add_weight(
            shape=(),
            initializer="ones",
            trainable=False,
            autocast=False,  # in half precision an average over thousands of steps stops changing
            aggregation="mean",
            name="mean_square",
        )

    def call(self, inputs, training=False):
        if training:
            now = ops.mean(ops.square(ops.cast(ops.stop_gradient(inputs), self.mean_square.dtype)))
            self.mean_square.assign(now + self.decay * (self.mean_square - now))
        return inputs * ops.cast(ops.rsqrt(self.mean_square), inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "decay": self.decay}
