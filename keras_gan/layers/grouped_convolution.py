"""Grouped convolutions."""

import keras
from keras import ops


class _Grouped:
    """A convolution that is computed group by group if there is no GPU."""

    def convolution_op(self, inputs, kernel):
        if self.groups == 1 or any("GPU" in device.upper() for device in keras.distribution.list_devices()):
            return super().convolution_op(inputs, kernel)
        options = {
            "strides": list(self.strides),
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
        }
        parts = zip(ops.split(inputs, self.groups, axis=-1), ops.split(kernel, self.groups, axis=-1))
        return ops.concatenate([ops.conv(x, k, **options) for x, k in parts], axis=-1)


@keras.saving.register_keras_serializable("keras_gan")
class GroupedConv1D(_Grouped, keras.layers.Conv1D):
    """`keras.layers.Conv1D` with `groups` that is fast on a CPU too: see `GroupedConv2D`.

    Args:
        filters, kernel_size, groups, **kwargs: as in `keras.layers.Conv1D`, channels last.

    Example:
    >>> keras_gan.layers.GroupedConv1D(8, 3, 2, groups=2)(np.ones((1, 9, 4), "float32")).shape
    TensorShape([1, 4, 8])
    """

    def __init__(self, filters, kernel_size, strides=1, groups=1, **kwargs):
        super().__init__(filters, kernel_size, strides, groups=groups, **kwargs)
        if self.data_format != "channels_last" or self.padding == "causal":
            raise ValueError('`GroupedConv1D` must have channels last, and padding "valid" or "same".')

    def call(self, inputs):
        # The method of Conv1D does not call `convolution_op`, because of its causal padding.
        return super(keras.layers.Conv1D, self).call(inputs)


@keras.saving.register_keras_serializable("keras_gan")
class GroupedConv2D(_Grouped, keras.layers.Conv2D):
    """`keras.layers.Conv2D` with `groups` that is fast on a CPU too.

    Keras compiles grouped convolutions with XLA, which takes a hundred times as long on a CPU. There this
    layer runs one convolution for each group. It supports only stride 1 and `padding="same"`.

    Args:
        filters, kernel_size, groups, **kwargs: as in `keras.layers.Conv2D`.

    Example:
    >>> keras_gan.layers.GroupedConv2D(8, 3, groups=2)(np.ones((1, 4, 4, 4), "float32")).shape
    TensorShape([1, 4, 4, 8])

    Reference: Xie et al., "Aggregated Residual Transformations for Deep Neural Networks", 2017,
    https://arxiv.org/abs/1611.05431
    """

    def __init__(self, filters, kernel_size, groups=1, padding="same", **kwargs):
        super().__init__(filters, kernel_size, groups=groups, padding=padding, **kwargs)
        fixed = (self.padding, self.strides, self.dilation_rate, self.data_format)
        if fixed != ("same", (1, 1), (1, 1), "channels_last"):
            raise ValueError(
                '`GroupedConv2D` must have padding="same", strides=1, dilation_rate=1 and channels last. '
                f"Received: padding={padding!r}, {kwargs}"
            )
