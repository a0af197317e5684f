import numpy as np
import pytest

from keras_gan.layers import BiasedActivation, EqualizedConv2D, FilteredLeakyReLU
from tests.contracts import layer_contract


def test_a_gain_is_positive():
    """It goes through LeakyReLU, which a negative one would turn over."""
    for layer in (BiasedActivation, EqualizedConv2D, FilteredLeakyReLU):
        sizes = {BiasedActivation: (), EqualizedConv2D: (4, 3), FilteredLeakyReLU: (8,)}[layer]
        with pytest.raises(ValueError, match="`gain` must be positive"):
            layer(*sizes, gain=-1.0)


def test_contract_and_value():
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 4)).astype("float32")
    layer = BiasedActivation("leaky_relu", gain=0.5, clamp=1.0)
    layer_contract(layer, x, (2, 3, 3, 4))
    layer.set_weights([np.float32([0, 1, -1, 5])])
    y = x + np.float32([0, 1, -1, 5])
    expected = np.clip(0.5 * np.sqrt(2) * np.where(y > 0, y, 0.2 * y), -0.5, 0.5)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-5)
