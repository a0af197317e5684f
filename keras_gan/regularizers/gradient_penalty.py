"""The gradient penalty of WGAN-GP."""

import keras
from keras import ops

from keras_gan.regularizers.regularizer import GradientNormPenalty, between


@keras.saving.register_keras_serializable("keras_gan")
class GradientPenalty(GradientNormPenalty):
    """Keeps the norm of the critic's gradient near 1 between real and fake images.

        weight * E (||grad D(x^)|| - 1)^2,   x^ = a x + (1 - a) G(z),   a ~ U(0, 1) per image

    Args:
        weight: float, lambda of the paper. Default 10.
        interval: int. Computed at every `interval`-th step of the discriminator, times `interval`.
        one_sided: bool. Whether only norms above 1 are penalised. Default False.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(loss="wasserstein", regularizers=[keras_gan.regularizers.GradientPenalty(10.0)])

    Reference: Gulrajani et al., "Improved Training of Wasserstein GANs", 2017,
    https://arxiv.org/abs/1704.00028
    """

    name = "gradient_penalty"

    def __init__(self, weight=10.0, interval=1, one_sided=False):
        super().__init__(weight, interval)
        self.one_sided = one_sided

    def penalty(self, gan, turn):
        norms = self.norms(gan, between(gan, turn), turn.condition)
        excess = ops.relu(norms - 1.0) if self.one_sided else norms - 1.0
        return ops.mean(ops.square(excess))
