"""A bias and an activation behind a layer that has none."""

import keras
from keras import ops

from keras_gan.layers.equalized import activate, check_activation


@keras.saving.register_keras_serializable("keras_gan")
class BiasedActivation(keras.layers.Layer):
    """y = act(x + b) gain, clipped at +-clamp gain; the bias of each channel begins at zero.

    Args:
        activation: "linear" (default), or "leaky_relu" with slope 0.2 and gain sqrt(2).
        gain: float. Default 1.
        clamp: float or None (default).

    Input and output shape: (batch, ..., channels).

    Example:
    >>> keras_gan.layers.BiasedActivation("leaky_relu")(np.array([[1.0, -1.0]], "float32")).numpy().round(3)
    array([[ 1.414, -0.283]], dtype=float32)

    Reference: Karras et al., 2020, https://arxiv.org/abs/1912.04958
    """

    def __init__(self, activation="linear", *, gain=1.0, clamp=None, **kwargs):
        super().__init__(**kwargs)
        self.activation, self.gain, self.clamp = check_activation(activation), gain, clamp

    def build(self, input_shape):
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="bias")

    def call(self, inputs):
        return activate(inputs + ops.cast(self.bias, inputs.dtype), self.activation, self.gain, self.clamp)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        names = ("activation", "gain", "clamp")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
