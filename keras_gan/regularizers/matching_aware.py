"""The matching-aware gradient penalty of DF-GAN."""

import keras
import tensorflow as tf
from keras import ops

from keras_gan import gradients
from keras_gan.arguments import check_weight
from keras_gan.regularizers.regularizer import GradientNormPenalty


@keras.saving.register_keras_serializable("keras_gan")
class MatchingAwarePenalty(GradientNormPenalty):
    """Penalises the discriminator's gradient with respect to image and condition, at real pairs of both.

        weight * E ||(grad_x D(x, t), grad_t D(x, t))||^power

    Args:
        weight: float. Default 2.
        power: float, 2 or more. Default 6.
        interval: as in `Regularizer`.

    Example:
    >>> networks = keras_gan.networks.dfgan((16, 16, 3), condition_dim=4, filters=2)
    >>> gan = keras_gan.ConditionalGAN(*networks)
    >>> gan.compile(loss="hinge", regularizers=["mismatched_pairs", "matching_aware"])

    Reference: Tao et al., "DF-GAN: A Simple and Effective Baseline for Text-to-Image Synthesis", 2022,
    https://arxiv.org/abs/2008.05865
    """

    name = "matching_aware"

    def __init__(self, weight=2.0, power=6.0, interval=1):
        super().__init__(weight, interval)
        self.power = check_weight(power, "power")
        if self.power < 2:
            raise ValueError(f"`power` must be 2 or more. Received: power={power}")

    def build(self, gan):
        spec = None if gan.condition is None else gan.condition.spec
        if not isinstance(gan.discriminator.input_shape, list):
            raise ValueError(
                f"`{self.name}` needs a discriminator of [images, condition]. Received: one of images alone"
            )
        if not isinstance(spec, tf.TensorSpec) or not spec.dtype.is_floating:
            raise ValueError(
                f"`{self.name}` differentiates by the condition: it needs a model with one condition of "
                f"floats, such as `conditions.Vectors`. Received: condition={gan.condition}"
            )

    def penalty(self, gan, turn):
        found = gradients.of_sum(gan.discriminate, (turn.real, turn.condition))
        squares = sum(ops.sum(ops.square(g), axis=tuple(range(1, len(g.shape)))) for g in found)
        return ops.mean(squares ** (self.power / 2.0))
