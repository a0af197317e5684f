"""Pixel normalisation."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class PixelNormalization(keras.layers.Layer):
    """Scales the channels at each position, or a latent vector, to a mean square of one.

        y = x / sqrt(mean over channels of x^2 + epsilon)

    Args:
        epsilon: float. Default 1e-8.

    Input and output shape: (batch, ..., channels).

    Example:
    >>> keras_gan.layers.PixelNormalization()(np.array([[3.0, 4.0]], "float32")).numpy().round(3)
    array([[0.849, 1.131]], dtype=float32)

    Reference: Karras et al., "Progressive Growing of GANs", 2018, section 4.2,
    https://arxiv.org/abs/1710.10196
    """

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs):
        x = ops.cast(inputs, "float32") if self.compute_dtype in ("float16", "bfloat16") else inputs
        x = x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + self.epsilon)
        return ops.cast(x, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
