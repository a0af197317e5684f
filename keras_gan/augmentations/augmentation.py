"""Base class of all augmentations."""

from keras import ops

from keras_gan import random
from keras_gan.parts import Part


class Draws:
    """Random numbers by name: a second call with the same name returns the same numbers.

    Args:
        seed: as in `random.uniform`.
    """

    def __init__(self, seed):
        self._seed, self._drawn = seed, {}

    def _draw(self, draw, name, shape):
        key = draw.__name__, name
        if key not in self._drawn:
            self._drawn[key] = draw(shape, self._seed)
        return self._drawn[key]

    def uniform(self, name, shape):
        return self._draw(random.uniform, name, shape)

    def normal(self, name, shape):
        return self._draw(random.normal, name, shape)

    def coin(self, name, shape, probability):
        """Ones with the given probability, else zeros."""
        return ops.cast(self.uniform(f"coin of {name}", shape) < probability, "float32")


class Augmentation(Part):
    """A transformation of all images that the discriminator sees in training.

    A subclass defines `transform`, or `augment` if it changes more than images. Both must be twice
    differentiable.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "update" in vars(cls):
            raise TypeError(
                f"{cls.__name__} defines `update`, which nothing calls any more: "
                "define `after_step(gan, turn, figures)`."
            )

    def build(self, gan):
        """Create the augmentation's state (`gan.state.add`); called by `compile`.

        Raises:
            ValueError: for a model whose data are not images.
        """
        if len(gan.image_shape) != 3 or None in gan.image_shape:
            raise ValueError(
                f"{type(self).__name__} needs images of a known (height, width, channels). "
                f"Received: a discriminator of {gan.image_shape}"
            )

    def transform(self, images, draws, strength, colors=True):
        """Return the images transformed at random.

        Args:
            images: float32 of shape (batch, height, width, channels) in [-1, 1].
            draws: `Draws`.
            strength: the value that `strength` returned.
            colors: bool, whether colours change too, or only positions.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `transform`.")

    def strength(self, gan):
        """Strength of the transformation at this step, for `transform`."""

    def augment(self, gan, images, condition=None):
        """Transform images and their condition for the discriminator.

        If the condition is an image, it is moved in the same way as its image, and its colours do not change.
        """
        draws, strength = Draws(gan.seed_generator), self.strength(gan)
        made = [
            ops.cast(self.transform(ops.cast(part, "float32"), draws, strength), images.dtype)
            for part in gan.side_by_side(images)
        ]

        def moved(image):
            return ops.cast(
                self.transform(ops.cast(image, "float32"), draws, strength, colors=False), image.dtype
            )

        made = made[0] if len(made) == 1 else ops.concatenate(made, axis=-1)
        return made, None if condition is None else gan.condition.with_images(condition, moved)

    def replace_real(self, gan, batch):
        """The images of a batch that the discriminator is trained on as real."""
        return batch["image"]
