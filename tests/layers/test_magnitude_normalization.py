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
