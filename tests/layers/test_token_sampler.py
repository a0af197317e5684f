"""Tokens drawn one after another."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import chi2

from keras_gan.layers import TokenSampler
from keras_gan.noise import Gumbel


def sampler(vocabulary=3, scale=1.0):
    keras.utils.set_random_seed(0)
    layer = TokenSampler(vocabulary, 4, 5)
    layer.build((None, 2, vocabulary))
    rng = np.random.default_rng(1)
    layer.set_weights([scale * rng.normal(size=w.shape) for w in layer.get_weights()])
    return layer


def every_sequence(vocabulary=3, length=2):
    places = np.indices((vocabulary,) * length).reshape(length, -1).T
    return np.eye(vocabulary, dtype="float32")[places]


def test_probabilities_of_all_sequences_add_up_to_one():
    found = np.asarray(sampler().log_probabilities(every_sequence()))
    np.testing.assert_allclose(np.exp(found.sum(1)).sum(), 1.0, rtol=1e-5)
    # The first token's do not depend on the second.
    np.testing.assert_allclose(found[::3, 0], found[1::3, 0], rtol=1e-6)


def test_drawn_sequences_are_distributed_as_they_should():
    layer, count = sampler(), 9000
    drawn = np.asarray(layer(Gumbel((2, 3)).draw(count, keras.random.SeedGenerator(0))))
    assert set(np.unique(drawn)) == {0, 1}
    codes = drawn.argmax(-1) @ [3, 1]
    observed = np.bincount(codes, minlength=9)
    expected = count * np.exp(np.asarray(layer.log_probabilities(every_sequence())).sum(1))
    statistic = ((observed - expected) ** 2 / expected).sum()
    assert statistic < chi2.ppf(0.999, 8), (observed, expected)


def test_given_tokens_are_kept_and_the_rest_follows_from_them():
    layer, count = sampler(4), 6000
    noise = Gumbel((3, 4)).draw(count, keras.random.SeedGenerator(0))
    given = np.eye(4, dtype="float32")[np.tile([2, 1, 3], (count, 1))]
    drawn = np.asarray(layer(noise, given=given, known=tf.constant([1] * 3000 + [3] * 3000))).argmax(-1)
    assert (drawn[:, 0] == 2).all() and (drawn[3000:] == [2, 1, 3]).all()
    # p(second | first = 2), by the layer's own probabilities.
    every = np.eye(4, dtype="float32")[[[2, j, 0] for j in range(4)]]
    expected = np.exp(np.asarray(layer.log_probabilities(every))[:, 1])
    np.testing.assert_allclose(np.bincount(drawn[:3000, 1], minlength=4) / 3000, expected, atol=0.035)


def test_the_gradient_is_that_of_the_soft_choice():
    layer = TokenSampler(3, 4, 5, temperature=0.7)
    logits, noise = (np.random.default_rng(i).normal(size=(6, 3)).astype("float32") for i in range(2))
    weights = np.random.default_rng(2).normal(size=(6, 3)).astype("float32")
    found = []
    for function in (layer.straight_through, lambda x, g: tf.nn.softmax((x + g) / 0.7)):
        x = tf.Variable(logits)
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(function(x, noise) * weights)
        found.append(tape.gradient(value, x).numpy())
    np.testing.assert_allclose(*found, atol=1e-6)
    hard = layer.straight_through(tf.constant(logits), noise).numpy()
    np.testing.assert_allclose(hard, np.eye(3)[(logits + noise).argmax(-1)], atol=1e-6)


def test_config_and_xla():
    layer = sampler()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    noise = Gumbel((2, 3)).draw(5, keras.random.SeedGenerator(0))
    again(noise)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(noise), layer(noise))
    np.testing.assert_allclose(tf.function(layer, jit_compile=True)(noise), layer(noise), atol=1e-6)
    with pytest.raises(ValueError, match="temperature"):
        TokenSampler(3, temperature=0.0)
    with pytest.raises(ValueError, match="vocabulary"):
        TokenSampler(1)
