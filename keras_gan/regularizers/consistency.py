"""Consistency regularisation: CR and bCR."""

import keras
from keras import ops

from keras_gan import random
from keras_gan.arguments import check_int
from keras_gan.regularizers.regularizer import Penalty, mean_square
from keras_gan.schedules import number_or_schedule, value_at


@keras.saving.register_keras_serializable("keras_gan")
class ConsistencyPenalty(Penalty):
    """The discriminator should give the same logit for a real image and its shifted, mirrored copy (CR).

        weight * E (D(x) - D(T(x)))^2,   x real

    T mirrors half of the images and shifts each by up to `shift` pixels, repeating the border.

    Args:
        weight: float. Default 10.
        shift: int, in pixels. Default 4.
        flip: bool, whether T mirrors (not for digits or letters). Default True.
        interval: int. Computed at every `interval`-th step of the discriminator, times `interval`.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile(regularizers=[keras_gan.regularizers.ConsistencyPenalty(flip=False)])

    Reference: Zhang et al., "Consistency Regularization for Generative Adversarial Networks", 2020,
    https://arxiv.org/abs/1910.12027
    """

    name = "consistency"

    def __init__(self, weight=10.0, shift=4, flip=True, interval=1):
        super().__init__(weight, interval)
        self.shift = check_int(shift, "shift", least=0)
        self.flip = flip

    def build(self, gan):
        if len(gan.image_shape) != 3:
            raise ValueError(
                f"`{self.name}` shifts and mirrors images. Received data of shape {gan.image_shape}"
            )

    def penalty(self, gan, turn):
        return self.distance(gan, turn.real, turn.real_logits, turn.condition)

    def distance(self, gan, images, logits, condition):
        again = gan.discriminate(self.transform(gan, images), condition)
        return mean_square(logits, again)

    def transform(self, gan, images):
        count = ops.shape(images)[0]
        if self.flip:
            coin = random.uniform((count, 1, 1, 1), gan.seed_generator) < 0.5
            images = ops.where(coin, ops.flip(images, axis=2), images)
        for axis in (1, 2):
            # Gathered row by row: XLA compiles this, and it has second derivatives.
            size = images.shape[axis]
            draw = random.uniform((count, 1), gan.seed_generator)
            offset = ops.floor(draw * (2 * self.shift + 1)) - self.shift
            places = ops.cast(ops.clip(ops.arange(size, dtype="float32") + offset, 0, size - 1), "int32")
            shape = (-1, size, 1, 1) if axis == 1 else (-1, 1, size, 1)
            images = ops.take_along_axis(images, ops.reshape(places, shape), axis=axis)
        return images


@keras.saving.register_keras_serializable("keras_gan")
class BalancedConsistencyPenalty(ConsistencyPenalty):
    """Consistency on real and on generated images (bCR).

        weight * E (D(x) - D(T(x)))^2 + fake_weight * E (D(G(z)) - D(T(G(z))))^2

    Args:
        weight: float or a schedule over generator steps, for real images. Default 10.
        fake_weight: the same for generated ones. Default 10.
        shift, flip, interval: as in `ConsistencyPenalty`.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile(regularizers=["balanced_consistency"])

    Reference: Zhao et al., "Improved Consistency Regularization for GANs", 2021,
    https://arxiv.org/abs/2002.04724
    """

    name = "balanced_consistency"

    def __init__(self, weight=10.0, fake_weight=10.0, shift=4, flip=True, interval=1):
        super().__init__(weight, shift, flip, interval)
        if weight == 0:
            raise ValueError(f"`weight` must be positive. Received: weight={weight}")
        self.fake_weight = number_or_schedule(fake_weight, "fake_weight")
        self._fixed = isinstance(self.weight, float) and isinstance(self.fake_weight, float)

    def weight_at(self, step):
        # Schedules are applied inside the penalty: the two weights may be 0 at different steps.
        return self.weight if self._fixed else 1.0

    def penalty(self, gan, turn):
        fake = self.distance(gan, turn.fake, turn.fake_logits, turn.condition)
        real = super().penalty(gan, turn)
        if self._fixed:
            return real + self.fake_weight / self.weight * fake
        step = gan.state.step.value
        return value_at(self.weight, step) * real + value_at(self.fake_weight, step) * fake
