import numpy as np
import pytest

from keras_gan.layers import MinibatchStdDev
from tests.contracts import layer_contract


def test_value_and_contract():
    inputs = np.random.default_rng(0).normal(size=(8, 3, 2, 6)).astype("float32")
    layer = MinibatchStdDev(group_size=4, features=2)
    layer_contract(layer, inputs, (8, 3, 2, 8))
    outputs = layer(inputs).numpy()
    np.testing.assert_array_equal(outputs[..., :6], inputs)
    for i in range(8):
        group = inputs[i % 2 :: 2]  # image i is in group i mod 2
        for feature in range(2):
            part = group[..., 3 * feature : 3 * feature + 3]
            np.testing.assert_allclose(outputs[i, ..., 6 + feature], part.std(0).mean(), rtol=1e-4)


def test_a_batch_that_does_not_divide_is_one_group():
    inputs = np.random.default_rng(0).normal(size=(6, 2, 2, 2)).astype("float32")
    outputs = MinibatchStdDev(group_size=4)(inputs).numpy()
    np.testing.assert_allclose(outputs[..., -1], inputs.std(0).mean(), rtol=1e-4)


def test_channels_must_divide():
    with pytest.raises(ValueError, match="features"):
        MinibatchStdDev(features=2)(np.ones((4, 2, 2, 3), "float32"))
