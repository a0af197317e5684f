"""Projected GAN."""

import keras

from keras_gan.augmentations import DiffAugment
from keras_gan.models.gan import GAN
from keras_gan.optimizers import Adam


@keras.saving.register_keras_serializable("keras_gan")
class ProjectedGAN(GAN):
    """A GAN whose discriminator uses features of a pretrained network: good samples after few images.

    Defaults: hinge loss, `DiffAugment`, no penalty, Adam(2e-4, 0, 0.99).

    A Fréchet distance on the features that the discriminator takes is biased in favour of the generator:
    measure on the features of another network too.

    Args:
        generator: such as `networks.fastgan_generator(...)`.
        discriminator: such as `networks.projected_discriminator(...)`.

    Other arguments as in `GAN`.

    Example:
    >>> network = keras.applications.MobileNet(include_top=False, input_shape=(None, None, 3), weights=None, alpha=0.25)
    >>> gan = keras_gan.ProjectedGAN(
    ...     keras_gan.networks.fastgan_generator((32, 32, 3), filters=2),
    ...     keras_gan.networks.projected_discriminator((32, 32, 3), network, size=64, filters=4, max_filters=8),
    ... )
    >>> gan.compile()
    >>> gan.generate(2, seed=0).shape
    (2, 32, 32, 3)

    Reference: Sauer et al., "Projected GANs Converge Faster", 2021, https://arxiv.org/abs/2111.01007
    """

    def defaults(self):
        return {
            **super().defaults(),
            "loss": "hinge",
            "augmentation": [DiffAugment()],
            "generator_optimizer": Adam(2e-4, beta_1=0.0, beta_2=0.99),
            "discriminator_optimizer": Adam(2e-4, beta_1=0.0, beta_2=0.99),
        }
