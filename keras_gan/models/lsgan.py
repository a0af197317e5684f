"""LSGAN."""

import keras

from keras_gan.models.gan import GAN


@keras.saving.register_keras_serializable("keras_gan")
class LSGAN(GAN):
    """Least squares GAN: `GAN` with the least squares loss and Adam(2e-4, 0.5).

    Example:
    >>> gan = keras_gan.LSGAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile()

    Reference: Mao et al., 2017, https://arxiv.org/abs/1611.04076
    """

    def defaults(self):
        return {**super().defaults(), "loss": "least_squares"}
