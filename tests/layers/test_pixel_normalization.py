import numpy as np

from keras_gan.layers import PixelNormalization
from tests.contracts import layer_contract


def test_value_and_contract():
    inputs = np.random.default_rng(0).normal(size=(2, 3, 3, 5)).astype("float32")
    layer = PixelNormalization()
    layer_contract(layer, inputs, (2, 3, 3, 5))
    np.testing.assert_allclose(np.square(layer(inputs)).mean(-1), 1.0, rtol=1e-5)
    assert np.isfinite(layer(np.zeros((1, 4), "float32"))).all()
