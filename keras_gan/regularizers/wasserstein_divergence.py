"""The penalty of WGAN-div."""

import keras
from keras import ops

from keras_gan.regularizers.regularizer import GradientNormPenalty, between


@keras.saving.register_keras_serializable("keras_gan")
class WassersteinDivergencePenalty(GradientNormPenalty):
    """Turns the Wasserstein loss into the Wasserstein divergence, which needs no Lipschitz constraint.

        weight * E ||grad D(x^)||^power,   x^ between real and fake as in `GradientPenalty`

    Args:
        weight: float, k of the paper. Default 2.
        power: float, p of the paper. Default 6.
        interval: int. Computed at every `interval`-th step of the discriminator, times `interval`.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(loss="wasserstein", regularizers=["wasserstein_divergence"])

    Reference: Wu et al., "Wasserstein Divergence for GANs", 2018, https://arxiv.org/abs/1712.01026
    """

    name = "wasserstein_divergence"

    def __init__(self, weight=2.0, power=6.0, interval=1):
        super().__init__(weight, interval)
        if power <= 1:
            raise ValueError(f"`power` must be greater than 1. Received: power={power}")
        self.power = float(power)

    def penalty(self, gan, turn):
        squared = self.squared_norms(gan, between(gan, turn), turn.condition)
        return ops.mean(ops.power(squared + 1e-12, self.power / 2.0))
