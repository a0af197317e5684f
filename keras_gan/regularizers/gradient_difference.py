"""The gradient difference loss."""

import keras
from keras import ops

from keras_gan.regularizers.regularizer import Penalty


@keras.saving.register_keras_serializable("keras_gan")
class GradientDifferencePenalty(Penalty):
    """The generator's images should have edges as strong as their targets', which keeps predictions sharp.

        weight * (mean | |dy x| - |dy G| |^power + mean | |dx x| - |dx G| |^power),
        where dy and dx are differences of neighbouring rows and columns

    For models whose images have a target: `NextFrame`, `Pix2Pix`, `SRGAN`. A constant added to an image does
    not change the penalty.

    Args:
        weight: float. Default 1.
        power: 1 (default) or 2.
        interval: int, as in `Penalty`.

    Example:
    >>> keras_gan.regularizers.GradientDifferencePenalty().name
    'gradient_difference'

    Reference: Mathieu et al., "Deep multi-scale video prediction beyond mean square error", 2016, https://arxiv.org/abs/1511.05440
    """

    name = "gradient_difference"
    player = "generator"

    def __init__(self, weight=1.0, power=1, interval=1):
        super().__init__(weight, interval)
        if power not in (1, 2):
            raise ValueError(f"`power` must be 1 or 2. Received: {power!r}")
        self.power = power

    def build(self, gan):
        if not getattr(gan, "paired", False) or len(gan.image_shape) != 3:
            raise ValueError(
                f"`gradient_difference` compares each image with its target, and {type(gan).__name__} has "
                "none: it is for models from image to image with pairs."
            )

    def penalty(self, gan, turn):
        real, fake = ops.cast(turn.real, "float32"), ops.cast(turn.fake, "float32")

        def edges(x):
            return ops.abs(x[:, 1:] - x[:, :-1]), ops.abs(x[:, :, 1:] - x[:, :, :-1])

        differences = [ops.abs(a - b) for a, b in zip(edges(real), edges(fake), strict=True)]
        return sum(ops.mean(ops.square(d) if self.power == 2 else d) for d in differences)
