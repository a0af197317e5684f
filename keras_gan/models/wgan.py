"""WGAN with weight clipping."""

import keras

from keras_gan.models.gan import GAN
from keras_gan.regularizers import WeightClipping


@keras.saving.register_keras_serializable("keras_gan")
class WGAN(GAN):
    """Wasserstein GAN: clipping to 0.01, RMSprop(5e-5), 5 critic steps.

    Example:
    >>> gan = keras_gan.WGAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile()

    Reference: Arjovsky et al., 2017, https://arxiv.org/abs/1701.07875
    """

    def defaults(self):
        return {
            "loss": "wasserstein",
            "regularizers": [WeightClipping(0.01)],
            "discriminator_steps": 5,
            "generator_optimizer": keras.optimizers.RMSprop(5e-5),
            "discriminator_optimizer": keras.optimizers.RMSprop(5e-5),
        }
