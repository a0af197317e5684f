"""The bases of all regularizers."""

from keras import ops

from keras_gan import gradients
from keras_gan.parts import Part


class Regularizer(Part):
    """A part that acts on one player's training: a `Penalty` or a `Constraint`.

    Args:
        interval: positive int. It acts at every `interval`-th step of its player.

    Attributes:
        player: "discriminator" or "generator".
        name: what the logs call it.
    """

    player = "discriminator"
    name = None

    def __init__(self, interval=1):
        if not (isinstance(interval, int) and interval >= 1):
            raise ValueError(f"`interval` must be a positive int. Received: interval={interval!r}")
        self.interval = interval


class Penalty(Regularizer):
    """A regularizer that adds `weight * penalty(...)` to its player's objective.

    Computed only at every `interval`-th step, and then multiplied by `interval` (lazy
    regularisation). A subclass defines `penalty`.
    """

    def __init__(self, weight, interval=1):
        super().__init__(interval)
        if weight < 0:
            raise ValueError(f"The weight of {type(self).__name__} must not be negative. Received: {weight}")
        self.weight = float(weight)

    def penalty(self, gan, real, fake, condition):
        """Return the scalar penalty, without its weight.

        Args:
            gan: the model; `gan.discriminate(images, condition)` gives logits, `gan.seed_generator`
                is its source of randomness.
            real, fake: images of shape (batch, ...).
            condition: what `gan.discriminate` takes beside the images.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `penalty`.")


class Constraint(Regularizer):
    """A regularizer that moves its player's variables after the optimiser's step."""

    def after_update(self, variable):
        """Return the value that a variable of the player takes."""
        raise NotImplementedError(f"{type(self).__name__} must define `after_update`.")


class GradientNormPenalty(Penalty):
    """A penalty on the gradient of the discriminator's logits at some images.

    That gradient is one of each image alone, so layers that mix the images of a batch (batch
    normalisation) are refused beside it.
    """

    def squared_norms(self, gan, images, condition):
        """Per-image squared L2 norm of the gradient of the summed logits, float32 of shape (batch,)."""
        gradient = gradients.of_sum(lambda x: gan.discriminate(x, condition), images)
        return ops.sum(ops.square(gradient), axis=tuple(range(1, len(gradient.shape))))
