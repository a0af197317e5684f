import numpy as np
import pytest

from keras_gan.layers import MinibatchDiscrimination
from tests.contracts import layer_contract


def test_value_and_contract():
    inputs = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    layer = MinibatchDiscrimination(kernels=4, dim=2)
    layer_contract(layer, inputs, (5, 7))
    m = (inputs @ layer.kernel.numpy()).reshape(5, 4, 2)
    expected = np.array(
        [
            [sum(np.exp(-np.abs(m[i, b] - m[j, b]).sum()) for j in range(5)) for b in range(4)]
            for i in range(5)
        ]
    )
    np.testing.assert_allclose(layer(inputs)[:, 3:], expected, rtol=1e-5)
    np.testing.assert_array_equal(layer(inputs)[:, :3], inputs)


def test_a_collapsed_batch_shows():
    layer = MinibatchDiscrimination(kernels=4, dim=2)
    same = layer(np.ones((5, 3), "float32"))[:, 3:]
    np.testing.assert_allclose(same, 5.0)


def test_images_are_refused():
    with pytest.raises(ValueError, match="Flatten"):
        MinibatchDiscrimination()(np.ones((1, 2, 2, 3), "float32"))
