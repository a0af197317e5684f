"""Bias and activation as a layer, for layers that have neither."""

import keras
from keras import ops

from keras_gan.layers import scaled_images
from keras_gan.layers.equalized import activate, check_activation, check_gain, gain_of


@keras.saving.register_keras_serializable("keras_gan")
class BiasedActivation(keras.layers.Layer):
    """y = act(x + b) gain, clipped at +-clamp gain; the bias of each channel begins at zero.

    Args:
        activation: "linear" (default), or "leaky_relu" with slope 0.2 and gain sqrt(2).
        gain: positive float. Default 1.
        clamp: float or None (default).

    Input and output: (batch, ..., channels), or [images (batch, height, width, channels), factors (batch,
    channels)] from a layer that carries its demodulation; the gain is then applied to the factors.

    Example:
    >>> keras_gan.layers.BiasedActivation("leaky_relu")(np.array([[1.0, -1.0]], "float32")).numpy().round(3)
    array([[ 1.414, -0.283]], dtype=float32)

    Reference: Karras et al., 2020, https://arxiv.org/abs/1912.04958
    """

    def __init__(self, activation="linear", *, gain=1.0, clamp=None, **kwargs):
        # Factors stay in float32.
        super().__init__(autocast=False, **kwargs)
        self.activation, self.gain, self.clamp = check_activation(activation), check_gain(gain), clamp

    def build(self, input_shape):
        input_shape = input_shape[0] if isinstance(input_shape[0], (list, tuple)) else input_shape
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="bias")

    def call(self, inputs):
        x, factors = scaled_images.split(inputs)
        x = ops.cast(x, self.compute_dtype)
        gain = self.gain * gain_of(self.activation)
        if factors is None:
            x = x if gain == 1.0 else x * gain
            x = x + ops.cast(self.bias * gain, x.dtype)
            return activate(x, self.activation, None if self.clamp is None else self.clamp * self.gain)
        x = x + scaled_images.spread(ops.cast(self.bias / factors, x.dtype))
        x = activate(x, self.activation)
        if self.clamp is not None:
            bound = scaled_images.spread(ops.cast(self.clamp * self.gain / (gain * factors), x.dtype))
            x = ops.clip(x, -bound, bound)
        return [x, factors * gain]

    def get_config(self):
        names = ("activation", "gain", "clamp")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
