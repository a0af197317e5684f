"""The maximum gradient penalty of Lipschitz GANs."""

import keras
from keras import ops

from keras_gan import replicas
from keras_gan.regularizers.regularizer import GradientNormPenalty, between


@keras.saving.register_keras_serializable("keras_gan")
class MaxGradientPenalty(GradientNormPenalty):
    """Penalises the largest gradient norm of the batch, an estimate of the Lipschitz constant.

        weight * max ||grad D(x^)||^2,   x^ between real and fake as in `GradientPenalty`

    Args:
        weight: float. Default 1.
        interval: int. Computed at every `interval`-th step of the discriminator, times `interval`.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(regularizers=["max_gradient"])

    Reference: Zhou et al., "Lipschitz Generative Adversarial Nets", 2019,
    https://arxiv.org/abs/1902.05687
    """

    name = "max_gradient"

    def __init__(self, weight=1.0, interval=1):
        super().__init__(weight, interval)

    def penalty(self, gan, turn):
        return ops.max(replicas.gather(self.squared_norms(gan, between(gan, turn), turn.condition)))
