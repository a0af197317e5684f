import numpy as np
import pytest
import tensorflow as tf

from keras_gan import networks
from keras_gan.data.texts import check_texts, encoded, tokens_of, words_of


@pytest.fixture(scope="module")
def encoder():
    return networks.text_encoder(["une ÉTOILE bleue", "a red heart, above"], 4, units=2, word_dim=2)


def test_words_in_any_script(encoder):
    assert set(words_of(encoder)) == {"une", "étoile", "bleue", "a", "red", "heart", "above"}
    np.testing.assert_array_equal(tokens_of(encoder, ["Étoile — “RED”!"]), tokens_of(encoder, ["étoile red"]))


def test_all_that_is_wrong_is_said_once(encoder, recwarn):
    check_texts(encoder, ["a red heart", "une étoile"])
    texts = ["a pink heart", "a violet heart", *["a a a a a"] * 3]
    check_texts(encoder, texts, warn=True)
    messages = [str(warning.message) for warning in recwarn]
    assert len(messages) == 2
    assert "takes 4 words at most, and 'a a a a a' has 5 (3 texts are longer)" in messages[0]
    assert "'pink', 'violet', as in 'a pink heart'. Its 7 words: a, above" in messages[1]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("a red heart", "must be a list of texts"),
        ([], "must be strings that are not empty"),
        (["a", " "], "not empty. Received: ' '"),
        ([3], "Received: 3"),
        (["!"], "vocabulary: '!'"),
        (["a a a a a"], "takes 4 words at most"),
    ],
)
def test_what_is_refused(encoder, texts, message):
    with pytest.raises(ValueError, match=message):
        check_texts(encoder, texts)


def test_kinds_of_numbers(encoder):
    assert encoded(encoder, ["a red heart"]).dtype == "float32"
    assert encoded(lambda texts: np.ones((len(texts), 2), "int64"), ["a"]).dtype == "float32"
    assert encoded(lambda texts: np.ones((len(texts), 2), "int32"), ["a"]).dtype == "int32"
    assert encoded(lambda texts: tf.ones((len(texts), 2), "float64"), ["a"]).dtype == "float32"
