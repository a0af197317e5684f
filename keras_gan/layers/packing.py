"""Packing, for a discriminator that sees several images at once."""

import keras
from keras import ops

from keras_gan.arguments import check_int


@keras.saving.register_keras_serializable("keras_gan")
class Packing(keras.layers.Layer):
    """Joins every m consecutive images into one with m times the channels (PacGAN).

    A discriminator that begins with this layer returns one logit for m images, so that it detects a generator
    that repeats the same image. An incomplete last pack is filled with images from the beginning of the
    batch.

    Args:
        m: int, images in a pack. Default 2.

    Input shape: (batch, ..., channels). Output shape: (batch / m, ..., m x channels).

    Example:
    >>> keras_gan.layers.Packing(2)(np.ones((6, 8, 8, 3), "float32")).shape
    TensorShape([3, 8, 8, 6])

    Reference: Lin et al., "PacGAN: The power of two samples in generative adversarial networks", 2018,
    https://arxiv.org/abs/1712.04086
    """

    def __init__(self, m=2, **kwargs):
        super().__init__(**kwargs)
        self.m = check_int(m, "m")

    def call(self, inputs):
        count = ops.shape(inputs)[0]
        packs = (count + self.m - 1) // self.m
        inputs = ops.take(inputs, ops.arange(packs * self.m) % count, axis=0)
        x = ops.reshape(inputs, (packs, self.m, *inputs.shape[1:]))
        x = ops.moveaxis(x, 1, -2)
        return ops.reshape(x, (packs, *inputs.shape[1:-1], self.m * inputs.shape[-1]))

    def compute_output_shape(self, input_shape):
        count = None if input_shape[0] is None else -(-input_shape[0] // self.m)
        return (count, *input_shape[1:-1], self.m * input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "m": self.m}


def pack_size(network):
    """How many images a discriminator sees at once."""
    return max((layer.m for layer in network.layers if isinstance(layer, Packing)), default=1)
