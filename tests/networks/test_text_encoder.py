import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import networks


def test_vectors_of_texts():
    """Of length sqrt(dim); what fills a text up changes nothing, and the order of words does."""
    encoder = networks.text_encoder([["a red heart", "red"], ["a blue star, above"]], 8, units=4, word_dim=3)
    vectors = encoder(tf.constant(["a red heart", "A RED heart!", "red a heart", "red"])).numpy()
    np.testing.assert_allclose((vectors**2).sum(axis=1), 8.0, rtol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[1])
    assert np.abs(vectors[0] - vectors[2]).max() > 1e-3
    tokens = encoder.get_layer("tokens")
    np.testing.assert_array_equal(tokens(["red pink"]).numpy()[0, 1:], [1, 0, 0])
    assert set(tokens.get_vocabulary()[2:]) == {"a", "red", "heart", "blue", "star", "above"}
    longer = networks.text_encoder(
        ["a red heart", "red", "a blue star, above"], 8, units=4, word_dim=3, length=9
    )
    longer.set_weights(encoder.get_weights())
    np.testing.assert_allclose(longer(tf.constant(["red"])), vectors[3:], atol=1e-6)


def test_it_is_saved_with_its_words(tmp_path):
    encoder = networks.text_encoder(["a red heart"], 4, units=2, word_dim=2, max_words=2)
    encoder.save(tmp_path / "encoder.keras")
    again = keras.saving.load_model(tmp_path / "encoder.keras")
    texts = tf.constant(["heart a"])
    np.testing.assert_array_equal(encoder(texts), again(texts))
    assert len(again.get_layer("tokens").get_vocabulary()) == 4


@pytest.mark.parametrize("captions", ["a red heart", [], [3], ["..."], [["a"], [4]]])
def test_what_is_refused(captions):
    with pytest.raises(ValueError, match="`captions`"):
        networks.text_encoder(captions)
    with pytest.raises(ValueError, match="`units`"):
        networks.text_encoder(["a"], units=0)
