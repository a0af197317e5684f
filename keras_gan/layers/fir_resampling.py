"""Resampling with a low-pass filter."""

import keras

from keras_gan.layers.upfirdn import upfirdn


class _FIR(keras.layers.Layer):
    def __init__(self, taps=(1, 3, 3, 1), **kwargs):
        super().__init__(**kwargs)
        if len(taps) < 2 or len(taps) % 2 or sum(taps) == 0:
            raise ValueError(f"`taps` must be an even number of weights. Received: taps={taps!r}")
        self.taps = tuple(taps)

    def get_config(self):
        return {**super().get_config(), "taps": self.taps}


@keras.saving.register_keras_serializable("keras_gan")
class FIRUpsampling(_FIR):
    """Doubles height and width: inserts zeros between pixels, then applies a low-pass filter.

    Its second derivatives are correct, unlike those of Keras' bilinear resizing.

    Args:
        taps: weights of the filter along each axis, an even number. Default (1, 3, 3, 1), which is
            bilinear.

    Input shape: (batch, height, width, channels).

    Example:
    >>> keras_gan.layers.FIRUpsampling()(np.ones((1, 4, 4, 3), "float32")).shape
    TensorShape([1, 8, 8, 3])

    Reference: Zhang, "Making Convolutional Networks Shift-Invariant Again", 2019,
    https://arxiv.org/abs/1904.11486; Karras et al., 2020, https://arxiv.org/abs/1912.04958
    """

    def call(self, inputs):
        before = len(self.taps) // 2
        return upfirdn(inputs, self.taps, up=2, padding=(before, before - 1), gain=4.0)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, 2 * height, 2 * width, channels)


@keras.saving.register_keras_serializable("keras_gan")
class FIRDownsampling(_FIR):
    """Halves height and width: applies a low-pass filter, then keeps every second pixel.

    Args:
        taps: as in `FIRUpsampling`.

    Input shape: (batch, height, width, channels), even sides.

    Example:
    >>> keras_gan.layers.FIRDownsampling()(np.ones((1, 4, 4, 3), "float32")).shape
    TensorShape([1, 2, 2, 3])

    Reference: as `FIRUpsampling`.
    """

    def call(self, inputs):
        pad = len(self.taps) // 2 - 1
        return upfirdn(inputs, self.taps, down=2, padding=(pad, pad))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height // 2, width // 2, channels)
