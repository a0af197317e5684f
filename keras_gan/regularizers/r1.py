"""The R1 penalty."""

import keras
from keras import ops

from keras_gan.regularizers.regularizer import GradientNormPenalty


@keras.saving.register_keras_serializable("keras_gan")
class R1Penalty(GradientNormPenalty):
    """Keeps the discriminator flat at real images, which makes the game converge.

        gamma / 2 * E ||grad D(x)||^2,   x real

    Args:
        gamma: float. Default 10; small images want less (0.1 on 28x28 digits).
        interval: int. Computed at every `interval`-th step of the discriminator, times `interval`.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(regularizers=[keras_gan.regularizers.R1Penalty(0.1)])

    Reference: Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018,
    https://arxiv.org/abs/1801.04406; lazy: Karras et al., 2020, https://arxiv.org/abs/1912.04958
    """

    name = "r1"

    def __init__(self, gamma=10.0, interval=1):
        if gamma < 0:
            raise ValueError(f"`gamma` must not be negative. Received: gamma={gamma}")
        super().__init__(gamma / 2.0, interval)
        self.gamma = float(gamma)

    def penalty(self, gan, real, fake, condition):
        return ops.mean(self.squared_norms(gan, real, condition))
