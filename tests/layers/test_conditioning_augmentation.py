import numpy as np
import pytest

from keras_gan.layers import ConditioningAugmentation
from tests.contracts import layer_contract


@pytest.mark.parametrize("activation", ["relu", "glu"])
def test_it_draws_from_the_distribution(activation):
    rng = np.random.default_rng(0)
    condition, noise = rng.normal(size=(3, 5)).astype("float32"), rng.normal(size=(3, 2)).astype("float32")
    layer = ConditioningAugmentation(2, activation)
    drawn = layer([condition, noise]).numpy()
    kernel, bias = (v.numpy() for v in layer.weights)
    x = condition @ kernel + bias
    x = np.maximum(x, 0) if activation == "relu" else x[:, :4] / (1 + np.exp(-x[:, 4:]))
    np.testing.assert_allclose(drawn, x[:, :2] + np.exp(x[:, 2:] / 2) * noise, rtol=1e-5, atol=1e-6)
    mean, log_variance = layer.distribution(condition)
    np.testing.assert_allclose(mean, x[:, :2], atol=1e-6)
    np.testing.assert_allclose(log_variance, x[:, 2:], atol=1e-6)


def test_contract():
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(3, n)).astype("float32") for n in (5, 2)]
    layer_contract(ConditioningAugmentation(2, "glu"), inputs, (3, 2))


def test_what_is_refused():
    with pytest.raises(ValueError, match="activation"):
        ConditioningAugmentation(2, "tanh")
    with pytest.raises(ValueError, match="units"):
        ConditioningAugmentation(0)
