"""The R2 penalty."""

import keras
from keras import ops

from keras_gan.regularizers.r1 import R1Penalty


@keras.saving.register_keras_serializable("keras_gan")
class R2Penalty(R1Penalty):
    """Penalises the discriminator's gradient at generated images.

        gamma / 2 * E ||grad D(G(z))||^2

    Args:
        gamma: as in `R1Penalty`. Default 10.
        interval: int. Computed at every `interval`-th step of the discriminator, times `interval`.

    Example:
    >>> from keras_gan.regularizers import R1Penalty, R2Penalty
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(loss="relativistic", regularizers=[R1Penalty(1.0), R2Penalty(1.0)])

    Reference: Mescheder et al., 2018, https://arxiv.org/abs/1801.04406; beside R1: Huang et al., 2024,
    https://arxiv.org/abs/2501.05441
    """

    name = "r2"

    def penalty(self, gan, turn):
        return ops.mean(self.squared_norms(gan, turn.fake, turn.condition))
