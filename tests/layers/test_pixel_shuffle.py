import numpy as np
import pytest

from keras_gan.layers import PixelShuffle
from tests.contracts import layer_contract


def test_value_and_contract():
    inputs = np.random.default_rng(0).normal(size=(2, 3, 4, 18)).astype("float32")
    layer = PixelShuffle(3)
    layer_contract(layer, inputs, (2, 9, 12, 2))
    outputs = layer(inputs).numpy()
    for i in range(3):
        for j in range(3):
            np.testing.assert_array_equal(outputs[:, i::3, j::3], inputs[..., 2 * (3 * i + j) :][..., :2])
    with pytest.raises(ValueError, match="multiple of scale"):
        PixelShuffle(4)(inputs)
