"""LeakyReLU without aliasing."""

import keras
import numpy as np
from keras import ops

from keras_gan.layers.equalized import check_gain
from keras_gan.layers.upfirdn import upfirdn


def lowpass(numtaps, cutoff, width, rate, radial=False):
    """Weights of a Kaiser low-pass filter along an axis, or in 2D (`radial`), the same in all directions.

    Args:
        numtaps: int, weights along an axis; for 1 the function returns None.
        cutoff, width: floats, frequency and width of the transition band, in the units of `rate`.
        rate: float, sampling rate.
        radial: bool, whether the filter is a jinc instead of a product of sincs.

    Reference: Karras et al., "Alias-Free Generative Adversarial Networks", 2021, appendix C,
    https://arxiv.org/abs/2106.12423
    """
    # Imported here, as the import takes a tenth of a second.
    import scipy.signal
    import scipy.special

    if numtaps == 1:
        return None
    if not radial:
        return scipy.signal.firwin(numtaps, cutoff, width=width, fs=rate)
    places = (np.arange(numtaps) - (numtaps - 1) / 2) / rate
    radius = np.pi * np.hypot(*np.meshgrid(places, places))
    square = scipy.special.j1(2 * cutoff * radius) / radius
    window = np.kaiser(
        numtaps, scipy.signal.kaiser_beta(scipy.signal.kaiser_atten(numtaps, 2 * width / rate))
    )
    square *= np.outer(window, window)
    return square / square.sum()


@keras.saving.register_keras_serializable("keras_gan")
class FilteredLeakyReLU(keras.layers.Layer):
    """A bias and LeakyReLU at a higher sampling rate, between two low-pass filters.

        y = down(clip(gain lrelu(up(x + b))))

    The filters remove the high frequencies that the LeakyReLU adds and that pixels cannot represent.

    Args:
        size: int, side of the output.
        up, down: ints, resampling factors before and after the activation.
        up_taps, down_taps: weights of the filters, along an axis or in 2D; None for no filter.
        slope: float. Default 0.2; 1 for no activation.
        gain: positive float. Default sqrt(2), which keeps the variance.
        clamp: float or None. Default 256.

    Input shape: (batch, size, size, channels). Output shape: (batch, size, size, channels) of the output's size.

    Example:
    >>> taps = (1, 3, 3, 1)
    >>> layer = keras_gan.layers.FilteredLeakyReLU(8, up=2, down=2, up_taps=taps, down_taps=taps)
    >>> layer(np.ones((1, 10, 10, 3), "float32")).shape
    TensorShape([1, 8, 8, 3])

    Reference: Karras et al., 2021, section 3.2, https://arxiv.org/abs/2106.12423
    """

    def __init__(
        self,
        size,
        *,
        up=1,
        down=1,
        up_taps=None,
        down_taps=None,
        slope=0.2,
        gain=2**0.5,
        clamp=256.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.size, self.up, self.down = size, up, down
        self.up_taps, self.down_taps = (
            None if taps is None else np.asarray(taps).tolist() for taps in (up_taps, down_taps)
        )
        self.slope, self.gain, self.clamp = slope, check_gain(gain), clamp

    def build(self, input_shape):
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="bias")
        widths = [1 if taps is None else len(taps) for taps in (self.up_taps, self.down_taps)]
        # The upsampled image must be as large as the filters and the output need.
        total = (self.size - 1) * self.down + 1 - input_shape[1] * self.up + sum(widths) - 2
        # Pixels are squares, not points.
        before = (total + self.up) // 2
        self.padding = (before, total - before)

    def call(self, inputs):
        x = inputs + ops.cast(self.bias, inputs.dtype)
        # LeakyReLU(g x) = g LeakyReLU(x): the filter applies the gain, at no extra cost.
        gain = self.gain * self.up**2
        x = upfirdn(x, self.up_taps or (1,), up=self.up, padding=self.padding, gain=gain)
        if self.slope != 1.0:
            x = ops.leaky_relu(x, negative_slope=self.slope)
        if self.clamp is not None:
            x = ops.clip(x, -self.clamp, self.clamp)
        return upfirdn(x, self.down_taps or (1,), down=self.down)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.size, self.size, input_shape[-1])

    def get_config(self):
        names = ("size", "up", "down", "up_taps", "down_taps", "slope", "gain", "clamp")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
