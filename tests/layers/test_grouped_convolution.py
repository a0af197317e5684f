import keras
import numpy as np
import pytest

from keras_gan.layers import GroupedConv1D, GroupedConv2D
from tests.contracts import layer_contract


def test_equals_keras():
    inputs = np.random.default_rng(0).normal(size=(2, 4, 4, 6)).astype("float32")
    layer = GroupedConv2D(4, 3, groups=2)
    layer_contract(layer, inputs, (2, 4, 4, 4))
    reference = keras.layers.Conv2D(4, 3, groups=2, padding="same")
    reference(inputs)
    reference.set_weights(layer.get_weights())
    np.testing.assert_allclose(layer(inputs), reference(inputs), rtol=1e-4, atol=1e-5)


def test_other_paddings_are_refused():
    with pytest.raises(ValueError, match="same"):
        GroupedConv2D(4, 3, padding="valid")
    with pytest.raises(ValueError, match="strides=1"):
        GroupedConv2D(4, 3, strides=2)


def test_of_one_dimension_equals_keras():
    inputs = np.random.default_rng(0).normal(size=(2, 9, 6)).astype("float32")
    layer = GroupedConv1D(4, 3, 2, groups=2)
    layer_contract(layer, inputs, (2, 4, 4))
    reference = keras.layers.Conv1D(4, 3, 2, groups=2)
    reference(inputs)
    reference.set_weights(layer.get_weights())
    np.testing.assert_allclose(layer(inputs), reference(inputs), rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="channels last"):
        GroupedConv1D(4, 3, padding="causal")
