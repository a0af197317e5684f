"""Networks on each frame, some frames, and foreground over background."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers import EachFrame, OverBackground, SampleFrames
from tests.contracts import layer_contract


def videos(n=3, time=6):
    return np.random.default_rng(0).normal(size=(n, time, 4, 5, 2)).astype("float32")


def network():
    keras.utils.set_random_seed(1)
    inputs = keras.Input((4, 5, 2))
    return keras.Model(inputs, keras.layers.Conv2D(3, 3, activation="tanh")(inputs))


def test_each_frame():
    each, x = EachFrame(network()), videos()
    # In the precision of its network, whatever its own.
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(each))
    again(x)
    again.set_weights(each.get_weights())
    np.testing.assert_array_equal(again(x), each(x))
    assert each(keras.KerasTensor((None, 6, 4, 5, 2))).shape == (None, 6, 2, 3, 3)
    compiled = tf.function(lambda x: each(x), jit_compile=True)(x)
    np.testing.assert_allclose(compiled, each(x), atol=1e-5)
    by_hand = np.stack([each.network(x[:, i]) for i in range(6)], axis=1)
    np.testing.assert_allclose(each(x), by_hand, atol=1e-6)


def test_each_frames_weights_and_decay_are_the_networks():
    inputs = keras.Input((4, 5, 2))
    dense = keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.5))
    each = EachFrame(keras.Model(inputs, dense(inputs)))
    outer = keras.Sequential([keras.Input((6, 4, 5, 2)), each])
    assert len(outer.trainable_weights) == 2
    np.testing.assert_allclose(outer.losses[0], 0.5 * np.square(dense.kernel).sum(), rtol=1e-6)


def test_sample_frames():
    layer_contract(SampleFrames(2), videos(), (3, 2, 4, 5, 2))
    x = videos()
    np.testing.assert_array_equal(SampleFrames(3)(x), x[:, [1, 3, 5]])
    layer, seen = SampleFrames(2), set()
    for _ in range(40):
        for drawn, video in zip(layer(x, training=True).numpy(), x, strict=True):
            for frame in drawn:
                found = [i for i in range(6) if (video[i] == frame).all()]
                assert len(found) == 1
                seen.add(found[0])
    assert seen == set(range(6))
    # Drawn anew, and the same of the same state.
    one, two = SampleFrames(1, seed=3), SampleFrames(1, seed=3)
    a, b = (np.asarray(layer(x, training=True)) for layer in (one, two))
    np.testing.assert_array_equal(a, b)


def test_over_background():
    rng = np.random.default_rng(0)
    foreground, background = (
        rng.normal(size=shape).astype("float32") for shape in ((2, 5, 3, 4, 3), (2, 3, 4, 3))
    )
    mask = rng.uniform(size=(2, 5, 3, 4, 1)).astype("float32")
    layer_contract(OverBackground(), [foreground, mask, background], (2, 5, 3, 4, 3), second_order=False)
    made = OverBackground()([foreground, mask, background])
    by_hand = np.empty_like(foreground)
    for t in range(5):
        by_hand[:, t] = mask[:, t] * foreground[:, t] + (1 - mask[:, t]) * background
    np.testing.assert_allclose(made, by_hand, atol=1e-6)
    # Where the mask is 0, nothing moves.
    still = OverBackground()([foreground, 0 * mask, background])
    np.testing.assert_array_equal(still, np.repeat(background[:, None], 5, 1))
    with tf.GradientTape() as tape:
        m = tf.Variable(mask)
        value = tf.reduce_sum(OverBackground()([foreground, m, background]))
    np.testing.assert_allclose(
        tape.gradient(value, m)[..., 0], (foreground - background[:, None]).sum(-1), atol=1e-5
    )


def test_wrong_arguments():
    with pytest.raises(ValueError, match="count"):
        SampleFrames(0)
