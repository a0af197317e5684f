"""Bilinear upsampling by two with aligned corners."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class CornerUpsampling(keras.layers.Layer):
    """Doubles height and width by bilinear interpolation; the outermost pixel centres stay in place.

    The same as PyTorch's `interpolate(scale_factor=2, mode="bilinear", align_corners=True)`;
    `BilinearUpsampling` aligns the edges of the pixels instead.

    Input shape: (batch, height, width, channels), height and width known.
    Output shape: (batch, 2 height, 2 width, channels).

    Example:
    >>> keras_gan.layers.CornerUpsampling()(np.array([0.0, 3.0]).reshape(1, 1, 2, 1)).numpy()[0, 0, :, 0]
    array([0., 1., 2., 3.], dtype=float32)
    """

    def build(self, input_shape):
        if len(input_shape) != 4 or None in input_shape[1:3]:
            raise ValueError(
                f"`CornerUpsampling` takes (batch, height, width, channels) of a known size. Received: {tuple(input_shape)}"
            )
        self._matrices = [_matrix(side) for side in input_shape[1:3]]

    def call(self, inputs):
        rows, columns = (ops.cast(matrix, inputs.dtype) for matrix in self._matrices)
        return ops.einsum("yh,bhwc,xw->byxc", rows, inputs, columns)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, 2 * height, 2 * width, channels)


def _matrix(side):
    """Weights of `side` pixels in each of twice as many."""
    places = np.linspace(0.0, side - 1.0, 2 * side)
    return np.maximum(0.0, 1.0 - np.abs(places[:, None] - np.arange(side))).astype("float32")
