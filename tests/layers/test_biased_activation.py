import numpy as np

from keras_gan.layers import BiasedActivation
from tests.contracts import layer_contract


def test_contract_and_value():
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 4)).astype("float32")
    layer = BiasedActivation("leaky_relu", gain=0.5, clamp=1.0)
    layer_contract(layer, x, (2, 3, 3, 4))
    layer.set_weights([np.float32([0, 1, -1, 5])])
    y = x + np.float32([0, 1, -1, 5])
    expected = np.clip(0.5 * np.sqrt(2) * np.where(y > 0, y, 0.2 * y), -0.5, 0.5)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-5)
