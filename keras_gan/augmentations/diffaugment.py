"""DiffAugment."""

import keras
import numpy as np
from keras import ops

from keras_gan.augmentations.augmentation import Augmentation

POLICY = ("color", "translation", "cutout")


@keras.saving.register_keras_serializable("keras_gan")
class DiffAugment(Augmentation):
    """Changes the colours of all images that the discriminator sees, moves them, and sets a square to zero.

        color         x + b, then the distance to grey times s, then the distance to the mean times c;
                      b ~ U(-.5, .5), s ~ U(0, 2), c ~ U(.5, 1.5)
        translation   by whole pixels, up to `translation` of the side, zeros beyond the border
        cutout        a square of `cutout` of the side is zero

    Args:
        policy: "color", "translation" and "cutout" or some of them, a list or joined by commas. Default: all.
        translation: float, share of the side. Default 0.125.
        cutout: float, share of the side. Default 0.5.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile(augmentation=keras_gan.augmentations.DiffAugment("color,translation"))

    Reference: Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training", 2020,
    https://arxiv.org/abs/2006.10738
    """

    def __init__(self, policy=POLICY, translation=0.125, cutout=0.5):
        policy = policy.split(",") if isinstance(policy, str) else list(policy)
        unknown = [name for name in policy if name not in POLICY]
        if unknown or not policy:
            raise ValueError(f"`policy` must be of {POLICY}. Received: {policy}")
        for name, value in (("translation", translation), ("cutout", cutout)):
            if not 0 < value <= 1:
                raise ValueError(f"`{name}` must be in (0, 1]. Received: {name}={value}")
        self.policy, self.translation, self.cutout = policy, float(translation), float(cutout)

    def transform(self, images, draws, strength, colors=True):
        n = ops.shape(images)[0]
        if "color" in self.policy and colors:
            brightness, saturation, contrast = (
                draws.uniform(name, (n, 1, 1, 1)) for name in ("brightness", "saturation", "contrast")
            )
            images = images + (brightness - 0.5)
            grey = ops.mean(images, axis=3, keepdims=True)
            images = (images - grey) * (2.0 * saturation) + grey
            mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
            images = (images - mean) * (contrast + 0.5) + mean
        if "translation" in self.policy:
            images = self._move(images, draws, axis=1)
            images = self._move(images, draws, axis=2)
        if "cutout" in self.policy:
            images = images * (1.0 - self._hole(images, draws, 1) * self._hole(images, draws, 2))
        return images

    def _move(self, images, draws, axis):
        side = images.shape[axis]
        most = int(side * self.translation + 0.5)
        shift = draws.uniform(f"translation {axis}", (ops.shape(images)[0], 1, 1, 1)) * (2 * most + 1)
        places = _along(axis, side) + (ops.cast(ops.floor(shift), "int32") - most)
        inside = ops.cast((places >= 0) & (places < side), images.dtype)
        places = ops.broadcast_to(ops.clip(places, 0, side - 1), ops.shape(images))
        return ops.take_along_axis(images, places, axis=axis) * inside

    def _hole(self, images, draws, axis):
        """1 at the positions of the square along an axis, else 0."""
        side = images.shape[axis]
        size = int(side * self.cutout + 0.5)
        middle = draws.uniform(f"cutout {axis}", (ops.shape(images)[0], 1, 1, 1)) * (side + 1 - size % 2)
        first = ops.cast(ops.floor(middle), "int32") - size // 2
        places = _along(axis, side)
        return ops.cast((places >= first) & (places < first + size), images.dtype)


def _along(axis, side):
    """The indices 0, 1, ... along an axis of images."""
    return np.arange(side, dtype="int32").reshape([side if i == axis else 1 for i in range(4)])
