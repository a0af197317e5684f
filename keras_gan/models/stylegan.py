"""StyleGAN."""

import keras

from keras_gan.models.style_based import StyleBased
from keras_gan.optimizers import Adam
from keras_gan.regularizers import R1Penalty


@keras.saving.register_keras_serializable("keras_gan")
class StyleGAN(StyleBased):
    """StyleGAN: styles by adaptive instance normalisation, noise, style mixing, truncation.

    Defaults: non-saturating loss, `R1Penalty(10)`, Adam(0.001, 0, 0.99).

    Args:
        generator, discriminator: such as `networks.stylegan(...)`.
        style_mixing: float in [0, 1]. Default 0.9.
        num_classes, ema_decay, seed: as in `StyleGAN2`.

    Example:
    >>> networks = keras_gan.networks.stylegan(
    ...     (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    ... )
    >>> keras_gan.StyleGAN(*networks).generate(4, seed=0, truncation=0.7, truncation_cutoff=4).shape
    (4, 16, 16, 3)

    Reference: Karras et al., "A Style-Based Generator Architecture for Generative Adversarial Networks", 2019,
    https://arxiv.org/abs/1812.04948
    """

    def defaults(self):
        def adam():
            return Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8)

        return {
            **super().defaults(),
            "regularizers": [R1Penalty(10.0)],
            "generator_optimizer": adam(),
            "discriminator_optimizer": adam(),
        }
