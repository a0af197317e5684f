"""Dense and convolutional layers with an equalised learning rate."""

import math

import keras
import tensorflow as tf
from keras import ops

from keras_gan.layers.upfirdn import upfirdn

ACTIVATIONS = ("linear", "leaky_relu")


def activate(x, activation, clamp=None):
    """Apply an activation to values already multiplied by its `gain_of`, and clip at +-clamp."""
    if activation == "leaky_relu":
        x = _leaky_relu(x)
    return x if clamp is None else ops.clip(x, -clamp, clamp)


# TensorFlow's own gradient adds an image of zeros to the second derivative; the raw operation, which Keras
# does not have, needs none.
@ops.custom_gradient
def _leaky_relu(x):
    y = ops.leaky_relu(x, negative_slope=0.2)
    fixed = ops.stop_gradient(y)
    return y, lambda upstream: tf.raw_ops.LeakyReluGrad(gradients=upstream, features=fixed, alpha=0.2)


def gain_of(activation):
    """Gain that keeps the variance. LeakyReLU(g x) = g LeakyReLU(x), so weights are scaled, not images."""
    return math.sqrt(2.0) if activation == "leaky_relu" else 1.0


def check_gain(gain):
    if not gain > 0:
        raise ValueError(f"`gain` must be positive. Received: {gain}")
    return gain


def check_activation(activation):
    if activation not in ACTIVATIONS:
        raise ValueError(f"`activation` must be one of {ACTIVATIONS}. Received: {activation!r}")
    return activation


@keras.saving.register_keras_serializable("keras_gan")
class EqualizedDense(keras.layers.Layer):
    """A dense layer whose weights are initialised from N(0, 1) and scaled when they are used.

        y = act(x W lr_multiplier / sqrt(inputs) + b lr_multiplier)

    The steps of Adam do not depend on the size of gradients, so all layers then learn at the same rate.

    Args:
        units: int.
        activation: "linear" (default), or "leaky_relu" with slope 0.2 and gain sqrt(2).
        lr_multiplier: float; the stored weights are divided by it. Default 1.
        bias_init: float. Default 0.
        use_bias: bool. Default True.

    Input shape: (batch, inputs). Output shape: (batch, units).

    Example:
    >>> keras_gan.layers.EqualizedDense(8, "leaky_relu")(np.ones((2, 4), "float32")).shape
    TensorShape([2, 8])

    Reference: Karras et al., "Progressive Growing of GANs", 2018, section 4.1,
    https://arxiv.org/abs/1710.10196
    """

    def __init__(
        self, units, activation="linear", *, lr_multiplier=1.0, bias_init=0.0, use_bias=True, **kwargs
    ):
        super().__init__(**kwargs)
        self.units, self.activation = units, check_activation(activation)
        self.lr_multiplier, self.bias_init, self.use_bias = lr_multiplier, bias_init, use_bias

    def build(self, input_shape):
        stddev = 1.0 / self.lr_multiplier
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units),
            initializer=keras.initializers.RandomNormal(stddev=stddev),
            name="kernel",
        )
        if self.use_bias:
            value = keras.initializers.Constant(self.bias_init / self.lr_multiplier)
            self.bias = self.add_weight(shape=(self.units,), initializer=value, name="bias")

    def call(self, inputs):
        scale = self.lr_multiplier * gain_of(self.activation)
        x = ops.matmul(
            inputs, ops.cast(self.kernel * (scale / math.sqrt(self.kernel.shape[0])), inputs.dtype)
        )
        if self.use_bias:
            x = x + ops.cast(self.bias * scale, x.dtype)
        return activate(x, self.activation)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        names = ("units", "activation", "lr_multiplier", "bias_init", "use_bias")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable("keras_gan")
class EqualizedConv2D(keras.layers.Layer):
    """A convolution with filtered resampling, whose N(0, 1) weights are scaled when they are used.

        y = act(x * W / sqrt(inputs kernel_size^2) + b) gain, clipped at +-clamp gain

    Args:
        filters: int.
        kernel_size: odd int.
        activation: "linear" (default), or "leaky_relu" with slope 0.2 and gain sqrt(2).
        up, down: 1 or 2; 2 doubles, or halves, the image with the filter `taps`.
        taps: weights of the resampling filter along both axes. Default (1, 3, 3, 1).
        gain: positive float, applied after the activation. Default 1.
        clamp: float or None (default).
        use_bias: bool. Default True.

    Input shape: (batch, height, width, channels). Output shape: (batch, up height / down, up width / down,
    filters).

    Example:
    >>> keras_gan.layers.EqualizedConv2D(8, 3, down=2)(np.ones((1, 4, 4, 3), "float32")).shape
    TensorShape([1, 2, 2, 8])

    Reference: Karras et al., 2018, https://arxiv.org/abs/1710.10196; filtered: Karras et al., 2020,
    https://arxiv.org/abs/1912.04958
    """

    def __init__(
        self,
        filters,
        kernel_size,
        activation="linear",
        *,
        up=1,
        down=1,
        taps=(1, 3, 3, 1),
        gain=1.0,
        clamp=None,
        use_bias=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if kernel_size % 2 == 0 or (up, down) not in ((1, 1), (2, 1), (1, 2)):
            raise ValueError(
                "`kernel_size` must be odd, and one of `up` and `down` may be 2. "
                f"Received: kernel_size={kernel_size}, up={up}, down={down}"
            )
        self.filters, self.kernel_size, self.activation = filters, kernel_size, check_activation(activation)
        self.up, self.down, self.taps = up, down, tuple(taps)
        self.gain, self.clamp, self.use_bias = check_gain(gain), clamp, use_bias

    def build(self, input_shape):
        size = self.kernel_size
        self.kernel = self.add_weight(
            shape=(size, size, input_shape[-1], self.filters),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, inputs):
        fan_in = self.kernel.shape[2] * self.kernel_size**2
        gain = self.gain * gain_of(self.activation)
        kernel = ops.cast(self.kernel * (gain / math.sqrt(fan_in)), inputs.dtype)
        x = resampled_convolution(inputs, kernel, self.up, self.down, self.taps)
        if self.use_bias:
            x = x + ops.cast(self.bias * gain, x.dtype)
        return activate(x, self.activation, None if self.clamp is None else self.clamp * self.gain)

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return (batch, height * self.up // self.down, width * self.up // self.down, self.filters)

    def get_config(self):
        names = (
            *("filters", "kernel_size", "activation", "up", "down"),
            *("taps", "gain", "clamp", "use_bias"),
        )
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def resampled_convolution(x, kernel, up=1, down=1, taps=(1, 3, 3, 1)):
    """A convolution with a kernel of odd size that keeps, doubles or halves the image.

    To double, it filters after a transposed convolution; to halve, it filters before the convolution. A 1x1
    kernel is applied to the smaller image.
    """
    size, width = kernel.shape[0], len(taps)
    pad = size // 2
    if up == 2:
        before, after = pad + (width + 1) // 2, pad + (width - 2) // 2
        if size == 1:
            return upfirdn(ops.conv(x, kernel), taps, up=2, padding=(before, after), gain=4.0)
        x = ops.conv_transpose(x, ops.transpose(kernel, (0, 1, 3, 2)), strides=2, padding="valid")
        return upfirdn(x, taps, padding=(before - size + 1, after - size + 2), gain=4.0)
    if down == 2:
        before, after = pad + (width - 1) // 2, pad + (width - 2) // 2
        if size == 1:
            return ops.conv(upfirdn(x, taps, down=2, padding=(before, after)), kernel)
        return ops.conv(upfirdn(x, taps, padding=(before, after)), kernel, strides=2, padding="valid")
    return ops.conv(x, kernel, padding="same")
