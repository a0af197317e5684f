import keras
import numpy as np
import pytest

from keras_gan.layers import BernoulliLikelihood, GaussianLikelihood


def test_likelihoods():
    x, outputs = np.random.default_rng(0).uniform(-1, 1, (2, 5, 3))
    gaussian = GaussianLikelihood(variance=0.25)
    expected = 0.5 * ((x - outputs) ** 2 / 0.25 + np.log(2 * np.pi * 0.25)).sum(1)
    np.testing.assert_allclose(gaussian(x, outputs), expected, rtol=1e-5)
    p, t = 1 / (1 + np.exp(-outputs)), (x + 1) / 2
    bernoulli = BernoulliLikelihood()
    np.testing.assert_allclose(
        bernoulli(x, outputs), -(t * np.log(p) + (1 - t) * np.log(1 - p)).sum(1), rtol=1e-5
    )
    np.testing.assert_allclose(bernoulli.images(outputs), 2 * p - 1, atol=1e-6)
    assert not gaussian.trainable_weights and GaussianLikelihood().trainable_weights
    with pytest.raises(ValueError, match="`variance` must be positive"):
        GaussianLikelihood(0.0)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_likelihoods_compute_in_float32(policy):
    x = np.random.default_rng(0).uniform(-1, 1, (2, 28, 28, 1)).astype("float32")
    expected = GaussianLikelihood(1e-4)(x, x + 0.01).numpy()
    keras.config.set_dtype_policy(policy)
    np.testing.assert_allclose(GaussianLikelihood(1e-4)(x, x + 0.01), expected, rtol=1e-6)
