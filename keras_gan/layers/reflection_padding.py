"""Padding that mirrors an image at its borders."""

import keras
from keras import ops

from keras_gan.arguments import check_int


@keras.saving.register_keras_serializable("keras_gan")
class ReflectionPadding2D(keras.layers.Layer):
    """Pads images by reflection at their borders, without repeating the border pixel.

    Args:
        padding: int, pixels on each side; less than height and width. Default 1.

    Input shape: (batch, height, width, channels). Output shape: height and width grow by 2 x padding.

    Example:
    >>> row = np.arange(3, dtype="float32").reshape(1, 1, 3, 1) * np.ones((1, 3, 1, 1), "float32")
    >>> keras_gan.layers.ReflectionPadding2D(2)(row).numpy()[0, 0, :, 0]
    array([2., 1., 0., 1., 2., 1., 0.], dtype=float32)
    """

    def __init__(self, padding=1, **kwargs):
        super().__init__(**kwargs)
        self.padding = check_int(padding, "padding")

    def build(self, input_shape):
        if any(size is not None and size <= self.padding for size in input_shape[1:3]):
            raise ValueError(
                f"Images must be larger than the padding of {self.padding}. Received: shape={input_shape}"
            )

    def call(self, inputs):
        p = self.padding
        return ops.pad(inputs, [[0, 0], [p, p], [p, p], [0, 0]], mode="reflect")

    def compute_output_shape(self, input_shape):
        grown = [None if size is None else size + 2 * self.padding for size in input_shape[1:3]]
        return (input_shape[0], *grown, input_shape[3])

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}
