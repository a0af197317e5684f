"""Dropout that can stay on in inference and draws the same masks on one device and on several."""

import zlib

import keras
from keras import ops

from keras_gan import random


@keras.saving.register_keras_serializable("keras_gan")
class ActiveDropout(keras.layers.Layer):
    """Dropout that is active in inference too: the noise of a generator, as in Pix2Pix.

    In training it draws new masks at every call. In inference it applies one mask, a function of `seed`, to
    all images, so that the same latents always give the same image.

    Args:
        rate: float in [0, 1), share of the activations that are dropped.
        seed: int; `None` (default) derives it from the layer's name.
        in_inference: bool, default True. With False, dropout is active in training only; unlike Keras' own it
            draws different masks for the images of each replica.

    Example:
    >>> layer = keras_gan.layers.ActiveDropout(0.5)
    >>> bool((layer(np.ones((1, 100), "float32")).numpy() == 0).any())
    True

    Reference: Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2017,
    https://arxiv.org/abs/1611.07004
    """

    def __init__(self, rate, seed=None, in_inference=True, **kwargs):
        super().__init__(**kwargs)
        if not 0.0 <= rate < 1.0:
            raise ValueError(f"`rate` must be in [0, 1). Received: rate={rate}")
        self.rate = rate
        self.in_inference = in_inference
        self.seed = zlib.crc32(self.name.encode()) % 2**31 if seed is None else seed
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def call(self, inputs, training=False):
        if training:
            draw = random.uniform(ops.shape(inputs), self.seed_generator)
        elif self.in_inference:
            draw = keras.random.uniform((1, *ops.shape(inputs)[1:]), seed=self.seed)
        else:
            return inputs
        kept = ops.cast(draw >= self.rate, inputs.dtype)
        return inputs * kept / (1.0 - self.rate)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "rate": self.rate,
            "seed": self.seed,
            "in_inference": self.in_inference,
        }
