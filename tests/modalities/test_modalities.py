import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import modalities
from keras_gan.modalities import Images, Modality, Vectors


def test_by_rank_or_by_name():
    assert isinstance(modalities.get(None, (8, 8, 1)), Images) and isinstance(
        modalities.get(None, (5,)), Vectors
    )
    with pytest.raises(ValueError, match="neither images .* nor vectors: say what they are"):
        modalities.get(None, (10, 3))


def test_images_are_stored_as_bytes_and_vectors_as_they_are():
    assert Images((1, 1, 1)).to_storage(np.zeros((1, 1, 1, 1))).numpy().dtype == "uint8"
    assert Vectors((2,)).to_storage("vectors") == "vectors"
    assert Images((8, 8, 3)).drawable and not Images((8, 8, 5)).drawable and not Vectors((2,)).drawable


@keras.saving.register_keras_serializable("tests")
class Series(Modality):
    """Numbers over time, such as a later modality."""

    name = "series"


def series_networks():
    latents, series = keras.Input((4,)), keras.Input((6, 2))
    made = keras.layers.Reshape((6, 2))(keras.layers.Dense(12)(latents))
    return keras.Model(latents, made), keras.Model(
        series, keras.layers.Dense(1)(keras.layers.Flatten()(series))
    )


def test_a_modality_of_ones_own(tmp_path):
    """Data of another rank train once they are named, and the name goes with the file."""
    data = np.random.default_rng(0).normal(size=(16, 6, 2)).astype("float32")
    with pytest.raises(ValueError, match="`modality=`"):
        unnamed = keras_gan.GAN(*series_networks())
        unnamed.compile()
        unnamed.fit(data, verbose=0)
    gan = keras_gan.GAN(*series_networks(), modality=Series((6, 2)), seed=0)
    gan.compile()
    gan.fit(data, batch_size=8, validation_data=data, verbose=0)
    assert gan.generate(3, 0).shape == (3, 6, 2) and gan.generate(3, 0).dtype == "float32"
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert isinstance(again.modality, Series)
    for wrong, message in (
        (data[:, :5], r"series of shape \(6, 2\)"),
        (data.astype("int32"), "Series must be float32"),
        (np.where(data > 2, np.nan, data), "series contain NaN|infinite"),
        (data[..., None], r"Series must have shape \(batch, \*\(6, 2\)\)"),
    ):
        with pytest.raises(ValueError, match=message):
            again.fit(wrong, batch_size=8, verbose=0)
    with pytest.raises(ValueError, match="This model makes series"):
        gan.fit(data, batch_size=8, verbose=0, callbacks=[keras_gan.callbacks.SampleGrid(tmp_path / "grids")])
    with pytest.raises(ValueError, match="unknown shape"):
        Series((6, 2)).check(tf.TensorSpec(None, tf.float32), "the data")


def test_sounds_are_shown_by_pitch_and_written(tmp_path):
    """A tone is a bright line, the higher the tone the higher up; a WAV file has it again."""
    modality = modalities.Audio(8000, (4096, 1))
    time = np.arange(4096) / 8000
    tones = (
        np.stack([np.sin(2 * np.pi * hertz * time) for hertz in (500, 3000)])[..., None].astype("float32") / 2
    )
    pictures = modality.to_pictures(tones)
    assert pictures.dtype == np.uint8 and pictures.shape[1] == 64 and pictures.shape[3] == 3
    rows = pictures[:, :, 20:-20].astype(int).sum((2, 3)).argmax(1)
    # 64 rows for 4,000 Hz.
    np.testing.assert_allclose(rows, [63 - 8, 63 - 48], atol=1.5)
    modality.write(tmp_path / "tone.wav", tones[0])
    sound, rate = keras_gan.data.read_sound(tmp_path / "tone.wav")
    assert rate == 8000
    np.testing.assert_allclose(sound, tones[0], atol=1e-4)
    with pytest.raises(ValueError, match="samples, channels"):
        modalities.Audio(8000, (4096,))
    for wrong, message in (
        (2 * tones + 1, r"in \[-1, 1\]"),
        ((tones * 1000).astype("int16"), "float32"),
        (tones * np.nan, "NaN"),
    ):
        with pytest.raises(ValueError, match=message):
            modality.check_array(wrong, "Sounds")
