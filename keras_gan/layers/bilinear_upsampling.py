"""Bilinear upsampling by an integer factor."""

import keras
import numpy as np
from keras import ops

from keras_gan.arguments import check_int


@keras.saving.register_keras_serializable("keras_gan")
class BilinearUpsampling(keras.layers.Layer):
    """Enlarges images `scale` times by bilinear interpolation, as a fixed 3x3 convolution.

    Interpolates between the centres of pixels. Takes images of any size, also in exported graphs, where
    Keras' `UpSampling2D` needs a fixed size.

    Args:
        scale: int. Default 2.

    Input shape: (batch, height, width, channels).
    Output shape: (batch, scale x height, scale x width, channels).

    Example:
    >>> keras_gan.layers.BilinearUpsampling(2)(np.array([0.0, 4.0]).reshape(1, 1, 2, 1)).numpy()[0, 0, :, 0]
    array([0., 1., 3., 4.], dtype=float32)
    """

    def __init__(self, scale=2, **kwargs):
        super().__init__(**kwargs)
        self.scale = check_int(scale, "scale")
        # Distance of each new pixel's centre from the old one's.
        offsets = (np.arange(scale) + 0.5) / scale - 0.5
        self._weights = np.stack([np.maximum(-offsets, 0), 1 - np.abs(offsets), np.maximum(offsets, 0)])

    def call(self, inputs):
        channels = inputs.shape[-1]
        kernel = np.einsum("yi,xj,cd->yxcijd", self._weights, self._weights, np.eye(channels))
        kernel = kernel.reshape(3, 3, channels, -1).astype("float32")
        padded = ops.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="symmetric")
        grown = ops.conv(padded, ops.cast(kernel, padded.dtype), padding="valid")
        return ops.depth_to_space(grown, self.scale) if self.scale > 1 else inputs

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, *(None if size is None else size * self.scale for size in (height, width)), channels)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}
