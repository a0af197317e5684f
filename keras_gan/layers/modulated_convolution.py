"""Modulated convolution."""

import math

import keras
from keras import ops

from keras_gan.layers.equalized import resampled_convolution
from keras_gan.layers.scaled_images import scale_channels


@keras.saving.register_keras_serializable("keras_gan")
class ModulatedConv2D(keras.layers.Layer):
    """A convolution whose input channels are scaled by each image's own style.

        y = (s x) * W                                     modulated
        y = y / sqrt(sum over inputs and pixels of (s W)^2 + 1e-8)     and demodulated

    This is a convolution with separate weights for each image, computed by scaling its input and output. On a
    CPU it is the faster of the two forms (`benchmarks/modulated_convolution.py`), except for 1x1 kernels,
    where each image's weights are a matrix. In half precision the weights and styles are first scaled to a
    maximum of one, which demodulation undoes.

    Args:
        filters: int.
        kernel_size: odd int.
        demodulate: bool. Default True. False for an output layer, whose weights are scaled by 1 / sqrt(inputs
            kernel_size^2) instead.
        up: 1 or 2; 2 doubles the image with the filter `taps`.
        taps: weights of the resampling filter along both axes. Default (1, 3, 3, 1).
        padding: "same" (default), or "full", which keeps every position at which the kernel overlaps the
            image.
        carry: bool, whether the demodulation is returned as factors instead of applied. `NoiseInjection`,
            `BiasedActivation` and the next `ModulatedConv2D`, which scales its input anyway, take the
            factors. Default False.

    Input: [images (batch, height, width, channels), styles (batch, channels)], and after a layer that carries
    its demodulation also the factors (batch, channels) of the images. Output: images (batch, up height, up
    width, filters), or with `carry` [images, factors (batch, filters)].

    Example:
    >>> layer = keras_gan.layers.ModulatedConv2D(8, 3, up=2)
    >>> layer([np.ones((2, 4, 4, 3), "float32"), np.ones((2, 3), "float32")]).shape
    TensorShape([2, 8, 8, 8])

    Reference: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2020, section 2.2,
    https://arxiv.org/abs/1912.04958
    """

    def __init__(
        self,
        filters,
        kernel_size,
        *,
        demodulate=True,
        up=1,
        taps=(1, 3, 3, 1),
        padding="same",
        carry=False,
        **kwargs,
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
        if carry and (not demodulate or kernel_size == 1):
            raise ValueError(
                "`carry` is for a layer with demodulation and a kernel larger than 1. Received: "
                f"demodulate={demodulate}, kernel_size={kernel_size}"
            )
        self.padding, self.carry = padding, carry
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
        demodulation = None
        if self.demodulate:
            squares = ops.matmul(ops.square(styles), _sum_of_squares(kernel))
            demodulation = ops.rsqrt(squares + 1e-8)
        if len(inputs) > 2:
            styles = styles * ops.cast(inputs[2], wide)
        if self.kernel_size == 1 and self.up == 1:
            own = kernel[0] * styles[:, :, None]
            own = own if demodulation is None else own * demodulation[:, None, :]
            rows = ops.reshape(x, (-1, x.shape[1] * x.shape[2], x.shape[3]))
            return ops.reshape(ops.matmul(rows, ops.cast(own, x.dtype)), (-1, *x.shape[1:3], self.filters))
        x = scale_channels(x, ops.cast(styles, x.dtype))
        more = self.kernel_size // 2 if self.padding == "full" else 0
        if more:
            x = ops.pad(x, [[0, 0], [more, more], [more, more], [0, 0]])
        y = resampled_convolution(x, ops.cast(kernel, x.dtype), self.up, taps=self.taps)
        if self.carry:
            return [y, demodulation]
        return y if demodulation is None else scale_channels(y, ops.cast(demodulation, y.dtype))

    def get_config(self):
        names = ("filters", "kernel_size", "demodulate", "up", "taps", "padding", "carry")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@ops.custom_gradient
def _sum_of_squares(kernel):
    """Sum of squares over the height and width of a kernel; the gradient takes one pass over it."""
    return ops.sum(ops.square(kernel), axis=(0, 1)), lambda upstream: kernel * (2.0 * upstream)
