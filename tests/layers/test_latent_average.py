import numpy as np

from keras_gan.layers import LatentAverage
from tests.contracts import layer_contract


def test_contract_and_mean():
    x = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    layer = LatentAverage(decay=0.9)
    layer_contract(layer, x, (6, 3))
    assert not layer.average.numpy().any()
    layer(x, training=True)
    layer(x + 1, training=True)
    expected = 0.9 * 0.1 * x.mean(0) + 0.1 * (x.mean(0) + 1)
    np.testing.assert_allclose(layer.average, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(layer(x, training=True), x)


def test_the_mean_moves_in_half_precision_too():
    layer = LatentAverage(decay=0.998, dtype="mixed_float16")
    for _ in range(1000):
        layer(np.full((2, 3), 1.3, "float16"), training=True)
    np.testing.assert_allclose(layer.average, 1.3 * (1 - 0.998**1000), rtol=2e-3)
