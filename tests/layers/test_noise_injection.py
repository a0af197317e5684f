import numpy as np
import pytest

from keras_gan.layers import NoiseInjection
from keras_gan.layers.noise_injection import noise_of
from tests.contracts import layer_contract

ZEROS = np.zeros((3, 4, 5, 2), "float32")


def test_contract_and_kinds():
    layer = NoiseInjection(name="noise")
    layer_contract(layer, np.ones((3, 4, 5, 2), "float32"), (3, 4, 5, 2))
    # Its strength begins at zero.
    assert not layer(ZEROS, training=True).numpy().any()
    layer.strength.assign(2.0)
    fixed = layer(ZEROS).numpy()
    np.testing.assert_array_equal(fixed, 2 * layer.fixed.numpy()[None, :, :, None] * np.ones_like(ZEROS))
    drawn = layer(ZEROS, training=True).numpy()
    assert (drawn[..., 0] == drawn[..., 1]).all() and not (drawn[0] == drawn[1]).any()
    assert not (drawn == layer(ZEROS, training=True)).numpy().any()
    with noise_of("none"):
        assert not layer(ZEROS, training=True).numpy().any()
    with noise_of("const"):
        np.testing.assert_array_equal(layer(ZEROS, training=True), fixed)
    with noise_of("random"):
        assert (layer(ZEROS).numpy() != fixed).any()
    np.testing.assert_array_equal(layer(ZEROS), fixed)
    with pytest.raises(ValueError, match="random"), noise_of("loud"):
        pass
