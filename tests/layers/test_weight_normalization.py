import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers import WeightNormalization
from tests.contracts import layer_contract


@pytest.mark.parametrize(
    "layer, shape",
    [(keras.layers.Conv1D(4, 3), (2, 7, 4)), (keras.layers.Conv1DTranspose(4, 4, 2), (2, 20, 4))],
)
def test_value_and_contract(layer, shape):
    inputs = np.random.default_rng(0).normal(size=(2, 9, 3)).astype("float32")
    normed = WeightNormalization(layer)
    layer_contract(normed, inputs, shape)
    rng = np.random.default_rng(1)
    normed.g.assign(rng.uniform(0.5, 2, normed.g.shape))
    # PyTorch's first axis: the filters of a convolution, the input channels of a transposed one, both Keras' last.
    v = np.array(layer.kernel)
    expected = np.array(normed.g) * v / np.sqrt((v**2).sum(axis=(0, 1), keepdims=True))
    np.testing.assert_allclose(normed.folded, expected, rtol=1e-5)
    plain = type(layer).from_config(layer.get_config())
    plain(inputs)
    plain.set_weights([expected, np.array(layer.bias)])
    np.testing.assert_allclose(normed(inputs), plain(inputs), rtol=1e-4, atol=1e-5)


def test_it_begins_as_the_layer_and_both_parts_learn():
    layer = keras.layers.Dense(3)
    x = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    normed = WeightNormalization(layer)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(normed(x) ** 2)
    np.testing.assert_allclose(normed(x), x @ layer.kernel + layer.bias, rtol=1e-4, atol=1e-5)
    by_kernel, by_g = tape.gradient(loss, [layer.kernel.value, normed.g.value])
    # Along the direction itself the kernel has no gradient.
    np.testing.assert_allclose((np.array(by_kernel) * np.array(layer.kernel)).sum(0), 0, atol=1e-4)
    assert np.abs(by_g).max() > 0


def test_a_layer_without_kernel_is_refused():
    with pytest.raises(ValueError, match="needs a layer with a kernel"):
        WeightNormalization(keras.layers.ReLU())(np.zeros((1, 2), "float32"))
