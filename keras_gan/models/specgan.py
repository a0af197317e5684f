"""SpecGAN."""

import keras

from keras_gan.data import Spectrograms
from keras_gan.modalities import Spectra
from keras_gan.models.wavegan import WaveGAN
from keras_gan.networks.outputs import first


@keras.saving.register_keras_serializable("keras_gan")
class SpecGAN(WaveGAN):
    """Generates sound as images of spectrograms, with the networks of any image GAN; defaults as `WaveGAN`.

    It trains on `front_end.to_images(sounds)`. `generate` returns such images, `generate_sounds` returns
    sounds.

    Args:
        generator, discriminator: networks for images, such as both networks of
            `networks.dcgan((128, 128, 1))`, without batch normalisation in the discriminator.
        front_end: `data.Spectrograms`, fitted.
        others: as in `WaveGAN`.

    Example:
    >>> sounds = np.random.default_rng(0).uniform(-1, 1, (8, 2048, 1)).astype("float32")
    >>> front_end = keras_gan.data.Spectrograms(8000, fft=64, hop=32).fit(sounds)
    >>> networks = keras_gan.networks.dcgan((64, 32, 1), 8, filters=4, discriminator_normalization="none")
    >>> gan = keras_gan.SpecGAN(*networks, front_end)
    >>> gan.compile(discriminator_steps=1)
    >>> history = gan.fit(front_end.to_images(sounds), batch_size=4, verbose=0)
    >>> gan.generate_sounds(2, seed=0, iterations=2).shape
    (2, 2048, 1)

    Reference: Donahue et al., "Adversarial Audio Synthesis", 2019, https://arxiv.org/abs/1802.04208
    """

    def __init__(self, generator, discriminator, front_end=None, **kwargs):
        if "modality" not in kwargs:
            if not isinstance(front_end, Spectrograms) or front_end.mean is None:
                raise ValueError(
                    f"`front_end` must be a fitted `keras_gan.data.Spectrograms`. Received: {front_end!r}"
                )
            kwargs["modality"] = Spectra(front_end, first(discriminator.input_shape)[1:])
        super().__init__(generator, discriminator, **kwargs)

    def generate_sounds(self, n, seed=None, iterations=32, **options):
        """Generate sounds: float32 array of shape (n, samples, 1).

        The spectrograms of `generate(n, seed, **options)` are inverted by `iterations` steps of Griffin-Lim.
        """
        return self.modality.front_end.to_sounds(self.generate(n, seed, **options), iterations)
