import numpy as np
import pytest

from keras_gan.layers import ReflectionPadding2D
from tests.contracts import layer_contract


def test_value_and_contract():
    inputs = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    layer = ReflectionPadding2D(2)
    layer_contract(layer, inputs, (2, 8, 9, 3))
    np.testing.assert_array_equal(
        layer(inputs), np.pad(inputs, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="reflect")
    )
    with pytest.raises(ValueError, match="larger than the padding of 4"):
        ReflectionPadding2D(4)(inputs)
    with pytest.raises(ValueError, match="positive int"):
        ReflectionPadding2D(0)
