import keras
import numpy as np

from keras_gan.layers import PReLU
from tests.contracts import layer_contract


def test_value_and_contract():
    inputs = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")
    arguments = {"alpha_initializer": keras.initializers.Constant(0.25), "shared_axes": [1, 2]}
    layer_contract(PReLU(**arguments), inputs, inputs.shape)
    np.testing.assert_allclose(PReLU(**arguments)(inputs), keras.layers.PReLU(**arguments)(inputs), rtol=1e-6)
