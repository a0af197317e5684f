import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers import Branches


def test_gradients_of_all_branches_are_added():
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 3)).astype("float32"))
    layer = Branches(3)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            a, b, c = layer(x)
            loss = tf.reduce_sum(a**2 + tf.sin(b) + 3.0 * c)
        gradient = tape.gradient(loss, x)
    np.testing.assert_allclose(gradient, 2 * x + tf.cos(x) + 3.0, rtol=1e-6)
    # A second time too, as penalties need.
    np.testing.assert_allclose(outer.gradient(gradient, x), 2 - tf.sin(x), rtol=1e-5)


def test_config_and_shapes():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Add()(Branches(2)(inputs)))
    again = keras.Model.from_config(model.get_config())
    np.testing.assert_array_equal(again(np.ones((1, 4), "float32")), 2 * np.ones((1, 4)))
    assert len(Branches(1)(np.ones((1, 2), "float32"))) == 1
    with pytest.raises(ValueError, match="count"):
        Branches(0)
