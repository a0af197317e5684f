import numpy as np

from keras_gan.layers import MagnitudeNormalization
from tests.contracts import layer_contract


def test_contract_and_value():
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 4)).astype("float32")
    layer = MagnitudeNormalization(decay=0.9)
    layer_contract(layer, x, (2, 3, 3, 4))
    # Training moves the mean first and then divides by it.
    mean = 0.9 + 0.1 * np.square(3 * x).mean()
    np.testing.assert_allclose(layer(3 * x, training=True), 3 * x / np.sqrt(mean), rtol=1e-5)
    np.testing.assert_allclose(layer(x), x / np.sqrt(mean), rtol=1e-5)


def test_the_mean_moves_in_half_precision_too():
    """In float16 it stood still at 1, and was infinite of large values."""
    layer = MagnitudeNormalization(dtype="mixed_float16")
    for _ in range(200):
        layer(np.full((1, 2, 2, 1), 1.3, "float16"), training=True)
    expected = 1.69 + 0.999**200 * (1 - 1.69)
    assert abs(float(layer.mean_square) - expected) < 1e-3
    assert np.isfinite(layer(np.full((1, 2, 2, 1), 256, "float16"), training=True)).all()
