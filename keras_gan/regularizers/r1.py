"""The R1 penalty."""

import keras
from keras import ops

from keras_gan.regularizers.regularizer import GradientNormPenalty
from keras_gan.schedules import number_or_schedule, value_at


@keras.saving.register_keras_serializable("keras_gan")
class R1Penalty(GradientNormPenalty):
    """Penalises the discriminator's gradient at real images, which makes the training converge.

        gamma / 2 * E ||grad D(x)||^2,   x real

    Args:
        gamma: float, or a schedule of `keras.optimizers.schedules` over generator steps. Default
            10; small images need less (0.1 on 28x28 digits). The gradient is that of the sum of an image's
            logits. For a map of n logits (`patchgan`), whose mean the losses use, it is n times as large.
        interval: int. Computed at every `interval`-th step of the discriminator, times `interval`.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(regularizers=[keras_gan.regularizers.R1Penalty(0.1)])

    Reference: Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018,
    https://arxiv.org/abs/1801.04406; lazy: Karras et al., 2020, https://arxiv.org/abs/1912.04958
    """

    name = "r1"

    def __init__(self, gamma=10.0, interval=1):
        self.gamma = number_or_schedule(gamma, "gamma")
        super().__init__(0.5, interval)

    def weight_at(self, step):
        return 0.5 * value_at(self.gamma, step)

    def penalty(self, gan, turn):
        return ops.mean(self.squared_norms(gan, turn.real, turn.condition))
