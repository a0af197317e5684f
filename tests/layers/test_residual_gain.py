import numpy as np

from keras_gan.layers import ResidualGain
from tests.contracts import layer_contract


def test_it_multiplies_by_one_number():
    x = np.random.default_rng(0).normal(size=(2, 4, 4, 3)).astype("float32")
    layer = ResidualGain()
    assert (layer(x).numpy() == 0).all() and layer.count_params() == 1
    layer.gamma.assign(-1.5)
    np.testing.assert_allclose(layer(x), -1.5 * x)


def test_contract():
    layer_contract(ResidualGain(), np.ones((2, 4, 4, 3), "float32"), (2, 4, 4, 3))
