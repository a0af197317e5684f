"""Texts as a condition."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.conditions import Texts, get
from keras_gan.runs.generator import Generator

TEXTS = ["a red square", "a green square", "a blue square", "a white square"]


def encoder(texts=TEXTS):
    keras.utils.set_random_seed(0)
    return keras_gan.networks.text_encoder(texts, 4, units=8, word_dim=8)


@keras.saving.register_keras_serializable("tests")
class Letters:
    """Counts letters; it can be saved."""

    def __call__(self, texts):
        return np.array([[text.count(letter) for letter in "abc"] for text in texts], "float32")

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@pytest.mark.slow
def test_a_model_takes_texts(tmp_path):
    """The encoder is saved with the model: texts give the same images after loading, and in the export."""
    texts = Texts(encoder(), TEXTS)
    gan = keras_gan.DFGAN(*keras_gan.networks.dfgan((8, 8, 3), 4, 4, filters=2), condition=texts, seed=0)
    gan.compile()
    vectors = texts.vectors(TEXTS)[np.arange(64) % 4]
    images = np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 3)).astype("float32")
    before = texts.encoder.get_weights()
    gan.fit({"image": images, "condition": vectors}, batch_size=32, verbose=0)
    for a, b in zip(before, texts.encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    images = gan.generate(4, labels=TEXTS, seed=3)
    np.testing.assert_array_equal(gan.generate(4, labels=np.array(TEXTS), seed=3), images)
    one = [gan.generate(2, labels=given, seed=3) for given in (TEXTS[1], np.array(TEXTS[1]), TEXTS[1:2] * 2)]
    np.testing.assert_array_equal(one[0], one[1])
    np.testing.assert_array_equal(one[0], one[2])
    with pytest.raises(ValueError, match="vocabulary: 'pink'"):
        gan.generate(1, labels="a pink square")
    with pytest.raises(ValueError, match="must be a text, or 3 texts"):
        gan.generate(3, labels=TEXTS[:2])
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(again.generate(4, labels=TEXTS, seed=3), images)
    assert again.condition.captions == TEXTS and again.row_names(4) == TEXTS
    # Where no text is given one of the captions is drawn, in the export as here.
    drawn = again.generate(6, seed=5)
    again.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    np.testing.assert_array_equal(saved.sample_texts(TEXTS, 3).numpy(), images)
    np.testing.assert_array_equal(saved.sample(6, 5, 1.0).numpy(), drawn)
    np.testing.assert_array_equal(Generator(tmp_path / "saved").sample_texts(TEXTS, 3), images)
    with pytest.raises(ValueError, match="vocabulary, the words of"):
        Generator(tmp_path / "saved").sample_texts(["a pink square"])


def test_other_encoders():
    """A function that can be saved, and a network with another table of words."""
    texts = get(keras.saving.serialize_keras_object(Texts(Letters(), ["cab"])))
    np.testing.assert_array_equal(texts.as_array("abba", 1), [[2, 2, 0]])
    strings = keras.Input((), dtype="string")
    x = keras.layers.StringLookup(vocabulary=["red", "blue"])(strings)
    network = keras.Model(strings, keras.layers.Embedding(3, 5)(x))
    assert Texts(network).as_array(["red", "blue", "none"], 3).shape == (3, 5)


def test_values_of_an_exported_sampler():
    texts = Texts(encoder(), TEXTS)
    given = np.array([[np.nan] * 4, [1, 2, 3, 4]], "float32")
    filled = texts.fill(given, 2, tf.constant(0, "int64")).numpy()
    assert np.isfinite(filled).all() and (filled[1] == given[1]).all()
    assert np.abs(texts.vectors(TEXTS) - filled[0]).max(axis=1).min() < 1e-6
    with pytest.raises(tf.errors.InvalidArgumentError, match="finite"):
        texts.fill(tf.constant([[np.nan, 1, 2, 3]]), 1, tf.constant(0, "int64"))


def test_what_is_refused():
    with pytest.raises(ValueError, match="`texts` must be a list of texts"):
        Texts(encoder(), "a red square")
    with pytest.raises(ValueError, match="a function that can be saved"):
        Texts(lambda texts: np.zeros((len(texts), 3)))
    with pytest.raises(ValueError, match="must be from strings"):
        Texts(keras_gan.networks.encoder((8, 8, 3), 4, filters=2))
    both = (Texts(encoder(), key="a"), Texts(encoder(), key="b"))
    latents, *told = (keras.Input((4,)) for _ in range(3))
    joined = keras.layers.Concatenate()([latents, *told])
    network = keras.Model([latents, *told], keras.layers.Dense(1)(joined))
    generator = keras.Model([latents, *told], keras.layers.Dense(4)(joined))
    with pytest.raises(ValueError, match="one text encoder of Keras"):
        keras_gan.GAN(generator, network, condition=both)
