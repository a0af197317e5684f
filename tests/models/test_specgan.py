"""SpecGAN: a GAN of images over an audio front end."""

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.data import Spectrograms
from tests.models.test_wavegan import tones


@pytest.mark.slow
def test_trained_saved_and_heard(tmp_path):
    sounds = tones(32, 2048)
    front_end = Spectrograms(8000, 64, 32).fit(sounds)
    keras.utils.set_random_seed(0)
    pair = keras_gan.networks.dcgan((64, 32, 1), 4, filters=4, discriminator_normalization="none")
    gan = keras_gan.SpecGAN(*pair, front_end, seed=0)
    gan.compile(discriminator_steps=1)
    grid = keras_gan.callbacks.SampleGrid(tmp_path / "grids", rows=2, columns=2)
    gan.fit(front_end.to_images(sounds), batch_size=8, verbose=0, callbacks=[grid])
    heard, rate = keras_gan.data.read_sound(tmp_path / "grids" / "epoch-0001.wav")
    assert rate == 8000 and len(heard) == 4 * (2048 + 2000)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(
        again.generate_sounds(2, 0, iterations=3), gan.generate_sounds(2, 0, iterations=3)
    )
    assert again.generate_sounds(2, 0, iterations=1).shape == (2, 2048, 1)
    assert again.modality.to_pictures(again.generate(2, 0)).shape == (2, 32, 64, 1)
