import numpy as np
import pytest

from keras_gan.layers import FIRDownsampling, FIRUpsampling
from tests.contracts import layer_contract


def test_contracts():
    inputs = np.random.default_rng(0).normal(size=(2, 4, 6, 3)).astype("float32")
    layer_contract(FIRUpsampling(), inputs, (2, 8, 12, 3))
    layer_contract(FIRDownsampling(), inputs, (2, 2, 3, 3))


def test_upsampling_is_bilinear_inside():
    inputs = np.random.default_rng(0).normal(size=(1, 6, 6, 1)).astype("float32")
    outputs = FIRUpsampling()(inputs).numpy()[0, :, :, 0]
    line = np.stack(
        [0.25 * np.roll(inputs, 1, 1) + 0.75 * inputs, 0.75 * inputs + 0.25 * np.roll(inputs, -1, 1)], 2
    )
    rows = line.reshape(1, 12, 6, 1)
    both = np.stack([0.25 * np.roll(rows, 1, 2) + 0.75 * rows, 0.75 * rows + 0.25 * np.roll(rows, -1, 2)], 3)
    np.testing.assert_allclose(outputs[1:-1, 1:-1], both.reshape(12, 12)[1:-1, 1:-1], rtol=1e-4, atol=1e-6)


def test_downsampling_keeps_a_constant_inside_and_is_the_transpose_of_upsampling():
    np.testing.assert_allclose(FIRDownsampling()(np.ones((1, 8, 8, 1), "float32"))[0, 1:-1, 1:-1], 1.0)
    rng = np.random.default_rng(0)
    small, large = rng.normal(size=(1, 3, 3, 2)), rng.normal(size=(1, 6, 6, 2))
    up = (FIRUpsampling()(small.astype("float32")) * large.astype("float32")).numpy().sum()
    down = (FIRDownsampling()(large.astype("float32")) * small.astype("float32")).numpy().sum()
    np.testing.assert_allclose(up, 4 * down, rtol=1e-4)


def test_odd_kernels_are_refused():
    with pytest.raises(ValueError, match="taps"):
        FIRUpsampling((1, 2, 1))
