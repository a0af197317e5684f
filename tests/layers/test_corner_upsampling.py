import numpy as np
import pytest

from keras_gan.layers import CornerUpsampling
from tests.contracts import layer_contract


def test_value_and_contract():
    """By `np.interp` along both axes, corners on corners."""
    inputs = np.random.default_rng(0).normal(size=(2, 3, 5, 4)).astype("float32")
    layer = CornerUpsampling()
    layer_contract(layer, inputs, (2, 6, 10, 4))
    expected = inputs
    for axis in (1, 2):
        side = inputs.shape[axis]
        places = np.linspace(0, side - 1, 2 * side)
        expected = np.apply_along_axis(
            lambda values, places=places, side=side: np.interp(places, np.arange(side), values),
            axis,
            expected,
        )
    np.testing.assert_allclose(layer(inputs), expected, rtol=1e-5, atol=1e-6)
    corners = [x[:, [0, 0, -1, -1], [0, -1, 0, -1]] for x in (layer(inputs).numpy(), inputs)]
    np.testing.assert_allclose(*corners, rtol=1e-6)


def test_a_side_of_one_is_repeated():
    np.testing.assert_array_equal(CornerUpsampling()(np.full((1, 1, 1, 1), 3.0)), np.full((1, 2, 2, 1), 3.0))


def test_an_unknown_size_is_refused():
    import keras

    with pytest.raises(ValueError, match="known size"):
        CornerUpsampling()(keras.layers.Input((None, None, 3)))
