"""Distributions of latents."""

import math

import keras
import tensorflow as tf

from keras_gan import random
from keras_gan.arguments import check_int, check_weight
from keras_gan.parts import Part


class Noise(Part):
    """Latents: how they are drawn, truncated and perturbed.

    A subclass defines `draw`.

    Args:
        size: int, length of the latents, or their shape.

    Attributes:
        distribution: str, description for the metadata of an export.
    """

    distribution = "the model's own"

    def __init__(self, size):
        for side in size if isinstance(size, (tuple, list)) else [size]:
            check_int(side, "size")
        self.size = size

    @property
    def shape(self):
        """Shape of the latents, without the batch."""
        return tuple(self.size) if isinstance(self.size, (tuple, list)) else (self.size,)

    def draw(self, count, seed):
        """Latents of shape (count, size); arguments as `keras_gan.random.normal`."""
        raise NotImplementedError(f"{type(self).__name__} must define `draw`.")

    def truncated(self, count, seed, truncation):
        """Draw latents that are more typical, the smaller the truncation is; 1 draws from all latents."""
        return truncation * self.draw(count, seed)

    def move(self, latents, change):
        """Add a small change to the part of the latents that is noise."""
        return latents + change


@keras.saving.register_keras_serializable("keras_gan")
class Normal(Noise):
    """z ~ N(0, I); truncation multiplies them.

    Example:
    >>> keras_gan.noise.Normal(64).draw(4, keras.random.SeedGenerator(0)).shape.as_list()
    [4, 64]
    """

    distribution = "normal, mean 0, deviation 1"

    def draw(self, count, seed):
        return random.normal((count, *self.shape), seed)


@keras.saving.register_keras_serializable("keras_gan")
class TruncatedNormal(Noise):
    """BigGAN's z ~ N(0, I), each number redrawn until it is within `threshold`; truncation multiplies that.

    With the default, the paper's thresholds of 2, 1 and 0.5 are truncations of 1, 0.5 and 0.25. The paper
    truncates only when it samples; here training draws within `threshold` too, so that the generator is
    trained at a truncation of 1.

    Args:
        size: as in `Noise`.
        threshold: positive float, in standard deviations. Default 2.

    Example:
    >>> noise = keras_gan.noise.TruncatedNormal(64)
    >>> bool((abs(noise.truncated(4, keras.random.SeedGenerator(0), 0.25)) <= 0.5).numpy().all())
    True

    Reference: Brock et al., "Large Scale GAN Training for High Fidelity Natural Image Synthesis", 2019, section 3.1,
    https://arxiv.org/abs/1809.11096
    """

    def __init__(self, size, threshold=2.0):
        super().__init__(size)
        self.threshold = check_weight(threshold, "threshold")
        if not self.threshold:
            raise ValueError(f"`threshold` must be positive. Received: threshold={threshold}")

    @property
    def distribution(self):
        return f"normal, mean 0, deviation 1, within {self.threshold:g}"

    def draw(self, count, seed):
        return self.truncated(count, seed, 1.0)

    def truncated(self, count, seed, truncation):
        if isinstance(truncation, (int, float)) and truncation < 0:
            raise ValueError(f"`truncation` must not be negative. Received: truncation={truncation}")
        # Beyond 5 the share is 1 in float32, and erfinv(1) is infinite.
        limit = tf.clip_by_value(self.threshold * tf.cast(truncation, "float32"), 0.0, 5.0)
        share = tf.math.erf(limit / math.sqrt(2.0))
        uniform = 2.0 * random.uniform((count, *self.shape), seed) - 1.0
        return math.sqrt(2.0) * tf.math.erfinv(share * uniform)


@keras.saving.register_keras_serializable("keras_gan")
class Uniform(Noise):
    """Each number is drawn from U(low, high), by default U(-1, 1) as in DCGAN's paper.

    Truncation multiplies the distance from the middle.

    Args:
        size: as in `Noise`.
        low, high: floats. Default -1 and 1.

    Example:
    >>> bool((abs(keras_gan.noise.Uniform(64).draw(4, keras.random.SeedGenerator(0))) <= 1).numpy().all())
    True
    """

    def __init__(self, size, low=-1.0, high=1.0):
        super().__init__(size)
        if not low < high:
            raise ValueError(f"`low` must be less than `high`. Received: low={low}, high={high}")
        self.low, self.high = float(low), float(high)

    @property
    def distribution(self):
        return f"uniform, {self.low:g} to {self.high:g}"

    def draw(self, count, seed):
        return (self.high - self.low) * random.uniform((count, *self.shape), seed) + self.low

    def truncated(self, count, seed, truncation):
        middle = (self.low + self.high) / 2.0
        return middle + truncation * (self.draw(count, seed) - middle)


@keras.saving.register_keras_serializable("keras_gan")
class Codes(Noise):
    """[noise ~ N(0, I), one-hot category, codes ~ U(-1, 1)], InfoGAN's.

    Truncation and small changes apply to the noise only: the values of the codes have a meaning.

    Args:
        size: int, length of all three together.
        categories: int.
        codes: int.

    Example:
    >>> keras_gan.noise.Codes(74, categories=10, codes=2).noise_dim
    62
    """

    distribution = "normal, then a one-hot category, then codes uniform in -1 to 1"

    def __init__(self, size, categories, codes):
        super().__init__(size)
        check_int(categories, "categories")
        check_int(codes, "codes", least=0)
        if categories + codes > size:
            raise ValueError(
                f"`size` must hold noise, {categories} categories and {codes} codes. Received: size={size}"
            )
        self.categories, self.codes = categories, codes

    @property
    def noise_dim(self):
        return self.size - self.categories - self.codes

    def draw(self, count, seed):
        # One draw, split into three: three draws with the same seed tensor would give the same numbers.
        normal = random.normal((count, self.noise_dim + 1 + self.codes), seed)
        uniform = 0.5 * (1.0 + tf.math.erf(normal[:, self.noise_dim :] / math.sqrt(2.0)))
        category = tf.cast(tf.minimum(uniform[:, 0] * self.categories, self.categories - 0.5), tf.int32)
        return self.join(normal[:, : self.noise_dim], category, 2.0 * uniform[:, 1:] - 1.0)

    def join(self, noise, category, codes):
        """Join noise (n, noise_dim), categories (n,) and codes (n, codes) to latents."""
        return tf.concat([noise, tf.one_hot(category, self.categories), tf.cast(codes, noise.dtype)], axis=1)

    def truncated(self, count, seed, truncation):
        latents = self.draw(count, seed)
        return tf.concat([truncation * latents[:, : self.noise_dim], latents[:, self.noise_dim :]], axis=1)

    def move(self, latents, change):
        moved = latents[:, : self.noise_dim] + change[:, : self.noise_dim]
        return tf.concat([moved, latents[:, self.noise_dim :]], axis=1)


@keras.saving.register_keras_serializable("keras_gan")
class NormalAndView(Noise):
    """Standard normal numbers, of which the last ones set the viewpoint; truncation does not change those.

    Args:
        size: int, length of both together.
        view: int, how many numbers set the viewpoint. Default 2.

    Example:
    >>> noise = keras_gan.noise.NormalAndView(4)
    >>> bool((noise.truncated(3, tf.constant([0, 0]), 0.0)[:, :2] == 0.0).numpy().all())
    True
    """

    distribution = "normal, mean 0, deviation 1; the last ones become the view"

    def __init__(self, size, view=2):
        super().__init__(size)
        self.view = check_int(view, "view")
        if view >= self.size:
            raise ValueError(f"`view` must be less than the size, {self.size}. Received: {view}")

    def draw(self, count, seed):
        return random.normal((count, *self.shape), seed)

    def truncated(self, count, seed, truncation):
        latents = self.draw(count, seed)
        return self.joined(truncation * latents, latents)

    def move(self, latents, change):
        return self.joined(latents + change, latents)

    def joined(self, latents, views):
        """Join the first numbers of `latents` and the viewpoint of `views`."""
        return tf.concat([latents[:, : -self.view], views[:, -self.view :]], axis=1)


@keras.saving.register_keras_serializable("keras_gan")
class Gumbel(Noise):
    """Gumbel noise, -log(-log(u)) with uniform u: argmax(logits + noise) is a sample of softmax(logits).

    Truncation multiplies the noise; with 0 the result is the most likely category.

    Example:
    >>> keras_gan.noise.Gumbel((5, 7)).draw(2, tf.constant([0, 0])).shape
    TensorShape([2, 5, 7])
    """

    distribution = "Gumbel, -log(-log(u)) of a uniform u"

    def draw(self, count, seed):
        uniform = random.uniform((count, *self.shape), seed)
        return -tf.math.log(-tf.math.log(tf.clip_by_value(uniform, 1e-7, 1.0 - 1e-7)))


@keras.saving.register_keras_serializable("keras_gan")
class NormalAndGumbel(Noise):
    """Standard normal latents, followed by Gumbel noise for a network that draws categories.

    Truncation does not change the Gumbel noise.

    Args:
        size: int, length of both together.
        gumbel: int, how many of them are Gumbel noise, -log(-log(u)) with uniform u.

    Example:
    >>> keras_gan.noise.NormalAndGumbel(8, gumbel=5).draw(2, tf.constant([0, 0])).shape
    TensorShape([2, 8])
    """

    def __init__(self, size, gumbel):
        super().__init__(size)
        self.gumbel = check_int(gumbel, "gumbel")
        if gumbel >= self.size:
            raise ValueError(f"`gumbel` must be less than the size, {self.size}. Received: {gumbel}")

    def draw(self, count, seed):
        # One draw, split into two: two draws with the same seed tensor would give the same numbers.
        normal = random.normal((count, self.size), seed)
        kept = self.size - self.gumbel
        uniform = 0.5 * (1.0 + tf.math.erf(normal[:, kept:] / math.sqrt(2.0)))
        gumbel = -tf.math.log(-tf.math.log(tf.clip_by_value(uniform, 1e-7, 1.0 - 1e-7)))
        return tf.concat([normal[:, :kept], gumbel], axis=1)

    def truncated(self, count, seed, truncation):
        latents, kept = self.draw(count, seed), self.size - self.gumbel
        return tf.concat([truncation * latents[:, :kept], latents[:, kept:]], axis=1)

    def move(self, latents, change):
        kept = self.size - self.gumbel
        return tf.concat([latents[:, :kept] + change[:, :kept], latents[:, kept:]], axis=1)
