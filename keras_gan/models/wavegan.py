"""WaveGAN."""

import keras

from keras_gan.modalities import Audio
from keras_gan.models import checks
from keras_gan.models.wgan_gp import WGANGP
from keras_gan.networks.outputs import first
from keras_gan.optimizers import Adam


@keras.saving.register_keras_serializable("keras_gan")
class WaveGAN(WGANGP):
    """Generates sound as raw samples: WGAN-GP with five discriminator steps, Adam(1e-4, 0.5, 0.9).

    `generate` returns float32 arrays of shape (n, samples, channels) in [-1, 1]. Sample grids are
    spectrograms, with WAV files beside them.

    Args:
        generator, discriminator: such as both networks of `networks.wavegan(length)`.
        rate: int, samples per second.
        num_classes: int, or condition: as in `ConditionalGAN`, for networks that take one.
        others: as in `GAN`.

    Example:
    >>> networks = keras_gan.networks.wavegan(1024, filters=4)
    >>> gan = keras_gan.WaveGAN(*networks, rate=8000)
    >>> gan.compile(discriminator_steps=1)
    >>> sounds = np.random.uniform(-1, 1, (16, 1024, 1)).astype("float32")
    >>> history = gan.fit(keras_gan.data.sounds(sounds, rate=8000, batch_size=8), verbose=0)
    >>> gan.generate(2, seed=0).shape
    (2, 1024, 1)

    Reference: Donahue et al., "Adversarial Audio Synthesis", 2019, https://arxiv.org/abs/1802.04208
    """

    def __init__(self, generator, discriminator, rate=None, *, num_classes=None, condition=None, **kwargs):
        if isinstance(getattr(generator, "input_shape", None), list) or num_classes or condition is not None:
            condition = checks.chosen_condition(condition, num_classes, generator, type(self).__name__)
        if "modality" not in kwargs:
            if rate is None:
                raise ValueError("`rate` must be given: samples per second of the sounds.")
            kwargs["modality"] = Audio(rate, first(discriminator.input_shape)[1:])
        super().__init__(generator, discriminator, condition=condition, **kwargs)

    def get_config(self):
        return checks.with_num_classes(super().get_config(), self.condition)

    def defaults(self):
        players = ("generator", "discriminator")
        return {
            **super().defaults(),
            **{f"{player}_optimizer": Adam(1e-4, beta_1=0.5, beta_2=0.9) for player in players},
        }

    @property
    def rate(self):
        """Samples per second."""
        return self.modality.rate
