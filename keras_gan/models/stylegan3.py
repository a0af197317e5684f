"""StyleGAN3."""

import keras

from keras_gan.models.style_based import StyleBased
from keras_gan.models.stylegan2 import lazy_adam
from keras_gan.optimizers import Adam
from keras_gan.regularizers import R1Penalty


@keras.saving.register_keras_serializable("keras_gan")
class StyleGAN3(StyleBased):
    """StyleGAN3: an alias-free generator, lazy R1, neither path length regularisation nor style mixing.

    Defaults: non-saturating loss, `R1Penalty(0.0002 size^2 / 32, interval=16)`, Adam(0.0025, 0, 0.99) for the generator and
    0.002 for the discriminator.

    Args:
        generator, discriminator: such as `networks.stylegan3(...)`.
        style_mixing: float in [0, 1]. Default 0.
        num_classes, ema_decay, seed: as in `StyleGAN2`.

    Example:
    >>> networks = keras_gan.networks.stylegan3(
    ...     (16, 16, 3), latent_dim=8, channel_base=128, channel_max=8, synthesis_layers=4
    ... )
    >>> keras_gan.StyleGAN3(*networks).generate(2, seed=0).shape
    (2, 16, 16, 3)

    Reference: Karras et al., "Alias-Free Generative Adversarial Networks", 2021,
    https://arxiv.org/abs/2106.12423
    """

    def __init__(self, generator, discriminator, *, style_mixing=0.0, **kwargs):
        super().__init__(generator, discriminator, style_mixing=style_mixing, **kwargs)

    def defaults(self):
        return {
            **super().defaults(),
            "regularizers": [R1Penalty(0.0002 * self.image_shape[0] ** 2 / 32, 16)],
            "generator_optimizer": Adam(2.5e-3, 0.0, 0.99, epsilon=1e-8),
            "discriminator_optimizer": lazy_adam(2e-3, 16),
        }
