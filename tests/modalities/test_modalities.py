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
