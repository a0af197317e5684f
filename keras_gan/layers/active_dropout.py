"""Dropout that stays on."""

import zlib

import keras
from keras import ops

from keras_gan import random


@keras.saving.register_keras_serializable("keras_gan")
class ActiveDropout(keras.layers.Layer):
    """Dropout that drops in inference too: a generator's noise, as in Pix2Pix.

    In training it draws new masks at every call, in inference one mask, a function of `seed`, drops
    the same of all images: the same latents always give the same image.

    Args:
        rate: float in [0, 1), share of what is dropped.
        seed: int, or `None` (default) for one that follows from the layer's name.

    Example:
    >>> layer = keras_gan.layers.ActiveDropout(0.5)
    >>> bool((layer(np.ones((1, 100), "float32")).numpy() == 0).any())
    True

    Reference: Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2017,
    https://arxiv.org/abs/1611.07004
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0.0 <= rate < 1.0:
            raise ValueError(f"`rate` must be in [0, 1). Received: rate={rate}")
        self.rate = rate
        self.seed = zlib.crc32(self.name.encode()) % 2**31 if seed is None else seed
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def call(self, inputs, training=False):
        if training:
            draw = random.uniform((ops.shape(inputs)[0], *inputs.shape[1:]), self.seed_generator)
        else:
            draw = keras.random.uniform((1, *inputs.shape[1:]), seed=self.seed)
        kept = ops.cast(draw >= self.rate, inputs.dtype)
        return inputs * kept / (1.0 - self.rate)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
