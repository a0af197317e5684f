"""WGAN-GP."""

import keras

from keras_gan.models.gan import GAN
from keras_gan.optimizers import Adam
from keras_gan.regularizers import GradientPenalty


@keras.saving.register_keras_serializable("keras_gan")
class WGANGP(GAN):
    """Wasserstein GAN with gradient penalty 10, Adam(1e-4, 0, 0.9), 5 critic steps.

    The critic must not have batch normalisation.

    Example:
    >>> networks = keras_gan.networks.dcgan(
    ...     (28, 28, 1), latent_dim=64, filters=8, discriminator_normalization="none"
    ... )
    >>> gan = keras_gan.WGANGP(*networks)
    >>> gan.compile()

    Reference: Gulrajani et al., 2017, https://arxiv.org/abs/1704.00028
    """

    def defaults(self):
        return {
            "loss": "wasserstein",
            "regularizers": [GradientPenalty(10.0)],
            "discriminator_steps": 5,
            "generator_optimizer": Adam(1e-4, beta_1=0.0, beta_2=0.9),
            "discriminator_optimizer": Adam(1e-4, beta_1=0.0, beta_2=0.9),
        }
