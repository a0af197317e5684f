import keras
import numpy as np
import tensorflow as tf

from keras_gan.layers import PReLU
from tests.contracts import layer_contract


def test_value_and_contract():
    inputs = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")
    arguments = {"alpha_initializer": keras.initializers.Constant(0.25), "shared_axes": [1, 2]}
    layer_contract(PReLU(**arguments), inputs, inputs.shape)
    layer_contract(PReLU(alpha_initializer="ones"), inputs, inputs.shape)
    np.testing.assert_allclose(PReLU(**arguments)(inputs), keras.layers.PReLU(**arguments)(inputs), rtol=1e-6)


def test_gradients_are_kerass():
    inputs = tf.constant(np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32"))
    found = []
    for cls in (PReLU, keras.layers.PReLU):
        layer = cls(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2])
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(tf.sin(layer(inputs)))
        found.append(tape.gradient(loss, [inputs, layer.alpha.value]))
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
