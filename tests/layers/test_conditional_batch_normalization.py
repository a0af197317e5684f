import numpy as np

from keras_gan.layers import ConditionalBatchNormalization
from tests.contracts import layer_contract


def test_value_and_contract():
    rng = np.random.default_rng(0)
    inputs, labels = rng.normal(2.0, 3.0, size=(6, 2, 2, 3)).astype("float32"), np.array([0, 1, 2, 0, 1, 2])
    layer = ConditionalBatchNormalization(3)
    layer_contract(layer, [inputs, labels], (6, 2, 2, 3))
    gamma, beta = rng.normal(size=(2, 3, 3)).astype("float32")
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    normal = (inputs - inputs.mean((0, 1, 2))) / np.sqrt(inputs.var((0, 1, 2)) + 1e-5)
    expected = gamma[labels][:, None, None] * normal + beta[labels][:, None, None]
    np.testing.assert_allclose(layer([inputs, labels], training=True), expected, rtol=1e-4, atol=1e-4)
