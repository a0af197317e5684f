"""The drift penalty of Progressive GAN."""

import keras

from keras_gan.regularizers.regularizer import Penalty, mean_square


@keras.saving.register_keras_serializable("keras_gan")
class DriftPenalty(Penalty):
    """Keeps a critic's outputs near zero: a Wasserstein loss alone lets them drift.

        weight * E D(x)^2,   x real

    Args:
        weight: float. Default 0.001.
        interval: int. Computed at every `interval`-th step of the discriminator, times `interval`.

    Example:
    >>> gan = keras_gan.WGANGP(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(regularizers=["gradient_penalty", "drift"])

    Reference: Karras et al., "Progressive Growing of GANs", 2018, appendix A.1,
    https://arxiv.org/abs/1710.10196
    """

    name = "drift"

    def __init__(self, weight=0.001, interval=1):
        super().__init__(weight, interval)

    def penalty(self, gan, turn):
        return mean_square(turn.real_logits)
