"""Modulated convolution."""

import math

import keras
from keras import ops

from keras_gan.layers.equalized import resampled_convolution


@keras.saving.register_keras_serializable("keras_gan")
class ModulatedConv2D(keras.layers.Layer):
    """A convolution whose input channels each image scales by its own style.

        y = (s x) * W                                     modulated
        y = y / sqrt(sum over inputs and pixels of (s W)^2 + 1e-8)     and demodulated

    which is a convolution with weights of each image's own, made by scaling its input and output: the faster of
    the two forms on a CPU (`benchmarks/modulated_convolution.py`). In half
    precision the weights and styles are first scaled to a largest size of one, which demodulation undoes.

    Args:
        filters: int.
        kernel_size: odd int.
        demodulate: bool. Default True. False for an output layer, whose weights have the scale
            1 / sqrt(inputs kernel_size^2) instead.
        up: 1 or 2: whether the image is doubled, with `taps`.
        taps: weights of the resampling filter along both axes. Default (1, 3, 3, 1).
        padding: "same" (default), or "full", which keeps all that has part of a pixel in it.

    Input: [images (batch, height, width, channels), styles (batch, channels)]. Output shape: (batch,
    up height, up width, filters).

    Example:
    >>> layer = keras_gan.layers.ModulatedConv2D(8, 3, up=2)
    >>> layer([np.ones((2, 4, 4, 3), "float32"), np.ones((2, 3), "float32")]).shape
    TensorShape([2, 8, 8, 8])

    Reference: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2020, section 2.2,
    https://arxiv.org/abs/1912.04958
    """

    def __init__(
        self, filters, kernel_size, *, demodulate=True, up=1, taps=(1, 3, 3, 1), padding="same", **kwargs
    ):
        # Styles stay in float32.
        super().__init__(autocast=False, **kwargs)
        if kernel_size % 2 == 0 or up not in (1, 2):
            raise ValueError(
                f"`kernel_size` must be odd, and `up` 1 or 2. Received: kernel_size={kernel_size}, up={up}"
            )
        if padding not in ("same", "full") or (padding == "full" and up == 2):
            raise ValueError(
                f'`padding` must be "same", or "full" with `up=1`. Received: {padding!r}, up={up}'
            )
        self.padding = padding
        self.filters, self.kernel_size, self.demodulate = filters, kernel_size, demodulate
        self.up, self.taps = up, tuple(taps)

    def build(self, input_shape):
        size, channels = self.kernel_size, input_shape[0][-1]
        self.kernel = self.add_weight(
            shape=(size, size, channels, self.filters),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            autocast=False,
            name="kernel",
        )

    def call(self, inputs):
        half = self.compute_dtype in ("float16", "bfloat16")
        wide = "float32" if half else self.compute_dtype
        x, styles, kernel = ops.cast(inputs[0], self.compute_dtype), inputs[1], self.kernel
        styles, kernel = ops.cast(styles, wide), ops.cast(kernel, wide)
        fan_in = kernel.shape[2] * self.kernel_size**2
        if not self.demodulate:
            kernel = kernel / math.sqrt(fan_in)
        elif half:
            largest = ops.max(ops.abs(kernel), axis=(0, 1, 2), keepdims=True)
            kernel = kernel / (math.sqrt(fan_in) * largest)
            styles = styles / ops.max(ops.abs(styles), axis=1, keepdims=True)
        y = x * ops.cast(styles, x.dtype)[:, None, None, :]
        more = self.kernel_size // 2 if self.padding == "full" else 0
        if more:
            y = ops.pad(y, [[0, 0], [more, more], [more, more], [0, 0]])
        y = resampled_convolution(y, ops.cast(kernel, x.dtype), self.up, taps=self.taps)
        if self.demodulate:
            squares = ops.matmul(ops.square(styles), ops.sum(ops.square(kernel), axis=(0, 1)))
            y = y * ops.cast(ops.rsqrt(squares + 1e-8), y.dtype)[:, None, None, :]
        return y

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape[0]
        more = self.kernel_size - 1 if self.padding == "full" else 0
        return (batch, height * self.up + more, width * self.up + more, self.filters)

    def get_config(self):
        names = ("filters", "kernel_size", "demodulate", "up", "taps", "padding")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
