"""Rearranging channels into pixels."""

import keras
from keras import ops

from keras_gan.arguments import check_int


@keras.saving.register_keras_serializable("keras_gan")
class PixelShuffle(keras.layers.Layer):
    """Turns each pixel into a square of scale x scale pixels with scale^2 times fewer channels.

    Channel (i x scale + j) x channels + c of a pixel becomes channel c of row i and column j of its square.

    Args:
        scale: int. Default 2.

    Input shape: (batch, height, width, scale^2 x channels).
    Output shape: (batch, scale x height, scale x width, channels).

    Example:
    >>> keras_gan.layers.PixelShuffle(2)(np.arange(4, dtype="float32").reshape(1, 1, 1, 4)).numpy()[0, ..., 0]
    array([[0., 1.],
           [2., 3.]], dtype=float32)

    Reference: Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel
    Convolutional Neural Network", 2016, https://arxiv.org/abs/1609.05158
    """

    def __init__(self, scale=2, **kwargs):
        super().__init__(**kwargs)
        self.scale = check_int(scale, "scale")

    def build(self, input_shape):
        if input_shape[-1] % self.scale**2:
            raise ValueError(
                f"The channels must be a multiple of scale^2 = {self.scale**2}. Received: shape={input_shape}"
            )

    def call(self, inputs):
        return ops.depth_to_space(inputs, self.scale) if self.scale > 1 else inputs

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        grown = [None if size is None else size * self.scale for size in (height, width)]
        return (batch, *grown, channels // self.scale**2)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}
