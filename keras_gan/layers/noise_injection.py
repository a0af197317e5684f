"""Noise for a generator's layers."""

import contextlib
import contextvars
import zlib

import keras
from keras import ops

from keras_gan import random
from keras_gan.layers import scaled_images

NOISES = ("random", "const", "none")
_noise = contextvars.ContextVar("noise", default=None)


@contextlib.contextmanager
def noise_of(kind, seed=None):
    """Context in which all `NoiseInjection` layers add noise of this kind: "random", "const" or "none".

    With an int `seed`, random noise is a function of it, and no seed generator advances.

    Raises:
        ValueError: for an unknown kind.
    """
    if kind not in NOISES:
        raise ValueError(f"`noise` must be one of {NOISES}. Received: {kind!r}")
    token = _noise.set((kind, seed))
    try:
        yield
    finally:
        _noise.reset(token)


@keras.saving.register_keras_serializable("keras_gan")
class NoiseInjection(keras.layers.Layer):
    """Adds noise, the same for all channels, with a learned strength that begins at zero.

    In training the noise is drawn anew; otherwise it is a fixed image, so that the same latents give the same
    image. `noise_of` overrides this.

    Args:
        per_channel: bool, whether each channel has its own strength (StyleGAN), or all have one (StyleGAN2). Default
            False.
        seed: int; `None` (default) derives it from the layer's name.

    Input and output: images (batch, height, width, channels), or [images, factors (batch, channels)] of a layer that
    carries its demodulation; noise is then divided by the factors.

    Example:
    >>> keras_gan.layers.NoiseInjection()(np.ones((2, 4, 4, 3), "float32")).shape
    TensorShape([2, 4, 4, 3])

    Reference: Karras et al., "A Style-Based Generator Architecture for Generative Adversarial Networks",
    2019, https://arxiv.org/abs/1812.04948
    """

    def __init__(self, per_channel=False, seed=None, **kwargs):
        # Factors stay in float32.
        super().__init__(autocast=False, **kwargs)
        self.per_channel = per_channel
        self.seed = zlib.crc32(self.name.encode()) % 2**31 if seed is None else seed
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def build(self, input_shape):
        input_shape = input_shape[0] if isinstance(input_shape[0], (list, tuple)) else input_shape
        self.strength = self.add_weight(
            shape=(input_shape[-1],) if self.per_channel else (), initializer="zeros", name="strength"
        )
        self.fixed = self.add_weight(
            shape=tuple(input_shape[1:3]),
            initializer=keras.initializers.RandomNormal(stddev=1.0, seed=self.seed),
            trainable=False,
            name="fixed",
        )

    def call(self, inputs, training=False):
        kind, seed = _noise.get() or ("random" if training else "const", None)
        if kind == "none":
            return inputs
        x, factors = scaled_images.split(inputs)
        x = ops.cast(x, self.compute_dtype)
        if kind == "random":
            seed = self.seed_generator if seed is None else ops.convert_to_tensor([seed, self.seed], "int64")
            noise = random.normal((ops.shape(x)[0], *x.shape[1:3], 1), seed)
        else:
            noise = ops.broadcast_to(self.fixed[None, :, :, None], (ops.shape(x)[0], *x.shape[1:3], 1))
        if factors is None:
            return x + ops.cast(noise * self.strength, x.dtype)
        amounts = ops.cast(self.strength / factors, x.dtype)
        return [x + scaled_images.of_noise(ops.cast(noise, x.dtype), amounts), factors]

    def get_config(self):
        return {**super().get_config(), "per_channel": self.per_channel, "seed": self.seed}
