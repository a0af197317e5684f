import keras
import numpy as np
import tensorflow as tf

from keras_gan.layers import SANDense
from tests.contracts import layer_contract


def test_value_and_contract():
    inputs = np.random.default_rng(0).normal(size=(8, 3, 6)).astype("float32")
    layer = SANDense()
    # Its gradient is not that of its value: that is what it is for.
    layer_contract(layer, inputs, (8, 3, 2), second_order=False)
    layer.bias.assign(np.arange(6.0))
    expected = (inputs + np.arange(6)) @ layer.kernel.numpy()
    np.testing.assert_allclose(layer(inputs), np.repeat(expected, 2, axis=-1), rtol=1e-4, atol=1e-5)


def test_features_and_direction_have_a_gradient_each():
    """The first output moves features and length of w, the second only turns w."""
    h = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    layer = SANDense(use_bias=False)
    layer(h)
    w = layer.kernel.numpy()[:, 0]
    d = w / np.linalg.norm(w)
    with tf.GradientTape(persistent=True) as tape:
        inputs = tf.constant(h)
        tape.watch(inputs)
        outputs = layer(inputs)
        first, second = (tf.reduce_sum(outputs[:, i]) for i in (0, 1))
    np.testing.assert_allclose(tape.gradient(first, inputs), np.tile(w, (5, 1)), rtol=1e-5)
    assert tape.gradient(second, inputs, unconnected_gradients="zero").numpy().max() == 0
    along = (h @ d).sum() * d
    np.testing.assert_allclose(tape.gradient(first, layer.kernel.value)[:, 0], along, rtol=1e-4)
    np.testing.assert_allclose(
        tape.gradient(second, layer.kernel.value)[:, 0], h.sum(0) - along, rtol=1e-4, atol=1e-5
    )


def test_a_kernel_of_zeros_gives_no_nan():
    layer = SANDense(kernel_initializer="zeros")
    with tf.GradientTape() as tape:
        total = keras.ops.sum(layer(np.ones((2, 3), "float32")))
    assert np.isfinite(tape.gradient(total, layer.kernel.value)).all()
