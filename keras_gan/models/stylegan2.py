"""StyleGAN2."""

import keras

from keras_gan.models.style_based import StyleBased
from keras_gan.optimizers import Adam
from keras_gan.regularizers import PathLengthPenalty, R1Penalty


def lazy_adam(rate, interval, beta_1=0.0, beta_2=0.99):
    """Adam with the official correction for a penalty at every `interval`-th step: rate and betas by c = k / (k + 1)."""
    c = interval / (interval + 1)
    return Adam(rate * c, beta_1=beta_1**c, beta_2=beta_2**c, epsilon=1e-8)


@keras.saving.register_keras_serializable("keras_gan")
class StyleGAN2(StyleBased):
    """StyleGAN2: modulated convolutions, lazy R1 and path length regularisation, style mixing.

    Defaults: non-saturating loss; `R1Penalty(0.0002 size^2 / 32, interval=16)`, the official rule of thumb for batches
    of 32 (the paper's 10 for FFHQ at 1024); `PathLengthPenalty(2)` at every 4th step of the generator; Adam(0.002, 0,
    0.99) with the official corrections for the intervals.

    Args:
        generator, discriminator: such as `networks.stylegan2(...)`.
        style_mixing: float in [0, 1]. Default 0.9.
        num_classes: int, for networks that take labels.
        ema_decay: as in `GAN`. Default `HalfLife(10_000, batch_size=32, rampup=0.05)`.
        seed: as in `GAN`.

    Example:
    >>> networks = keras_gan.networks.stylegan2(
    ...     (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    ... )
    >>> gan = keras_gan.StyleGAN2(*networks)
    >>> gan.compile(augmentation="ada")
    >>> gan.generate(4, seed=0, truncation=0.7).shape
    (4, 16, 16, 3)

    Reference: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2020,
    https://arxiv.org/abs/1912.04958
    """

    def defaults(self):
        return {
            **super().defaults(),
            "regularizers": [R1Penalty(0.0002 * self.image_shape[0] ** 2 / 32, 16), PathLengthPenalty()],
            "generator_optimizer": lazy_adam(2e-3, 4),
            "discriminator_optimizer": lazy_adam(2e-3, 16),
        }
