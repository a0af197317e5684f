import numpy as np
import pytest

from keras_gan.layers import SelfAttention
from tests.contracts import check_second_order, layer_contract


def test_contract_and_value():
    inputs = np.random.default_rng(0).normal(size=(2, 4, 6, 16)).astype("float32")
    layer = SelfAttention(spectral_normalization=False)
    layer_contract(layer, inputs, (2, 4, 6, 16), second_order=False)
    # gamma is zero at first: nothing is added.
    np.testing.assert_array_equal(layer(inputs), inputs)
    layer.gamma.assign(0.5)
    query, key, content, output = (
        inputs.reshape(2, 24, 16) @ part.kernel.numpy().reshape(16, -1)
        for part in (layer.query, layer.key, layer.content, layer.query)
    )

    def pool(x):
        return x.reshape(2, 2, 2, 3, 2, -1).max(axis=(2, 4)).reshape(2, 6, -1)

    scores = query @ pool(key).transpose(0, 2, 1)
    attention = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    output = attention @ pool(content) @ layer.output_projection.kernel.numpy().reshape(8, 16)
    expected = inputs + 0.5 * output.reshape(inputs.shape)
    np.testing.assert_allclose(layer(inputs), expected, rtol=1e-4, atol=1e-5)
    check_second_order(layer, inputs)


def test_spectral_normalization_of_all_four():
    layer = SelfAttention()
    layer(np.ones((1, 4, 4, 8), "float32"))
    assert sum(weight.path.endswith("/u") for weight in layer.weights) == 4


def test_small_inputs_are_refused():
    with pytest.raises(ValueError, match="even sides"):
        SelfAttention()(np.ones((1, 3, 4, 8), "float32"))
