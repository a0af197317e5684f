import keras
import numpy as np
import pytest

from keras_gan.layers import LeakyReLU
from tests.contracts import layer_contract


def test_value_and_contract():
    inputs = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")
    layer_contract(LeakyReLU(0.2), inputs, inputs.shape)
    np.testing.assert_array_equal(LeakyReLU(0.2)(inputs), keras.layers.LeakyReLU(0.2)(inputs))
    with pytest.raises(ValueError, match="positive"):
        LeakyReLU(0.0)
