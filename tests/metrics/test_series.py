"""Figures of time series, by known truth."""

import numpy as np
import pytest

from keras_gan.metrics import series


def autoregressive(phi, n=3000, times=24, seed=0):
    """Windows of x_t = phi x_(t-1) + noise, of stationary beginnings."""
    rng = np.random.default_rng(seed)
    x = np.zeros((n, times))
    x[:, 0] = rng.normal(size=n) / np.sqrt(1 - phi**2)
    for t in range(1, times):
        x[:, t] = phi * x[:, t - 1] + rng.normal(size=n)
    return x[..., None]


def test_autocorrelations_are_powers_of_phi():
    found = series.autocorrelations(autoregressive(0.8), lags=5)[:, 0]
    np.testing.assert_allclose(found, 0.8 ** np.arange(1, 6), atol=0.03)
    t = np.arange(40)
    sines = np.stack([np.sin(t / 3 + p) for p in np.linspace(0, 2 * np.pi, 200, endpoint=False)])[..., None]
    np.testing.assert_allclose(
        series.autocorrelations(sines, 4)[:, 0], np.cos(np.arange(1, 5) / 3), atol=1e-6
    )
    distance = series.autocorrelation_distance(autoregressive(0.8), autoregressive(0.3, seed=1), lags=3)
    expected = np.mean(0.8 ** np.arange(1, 4) - 0.3 ** np.arange(1, 4))
    np.testing.assert_allclose(distance, expected, atol=0.03)


@pytest.mark.slow
def test_scores_of_like_and_unlike_series():
    real, alike = autoregressive(0.9, 600), autoregressive(0.9, 600, seed=1)
    unlike = np.random.default_rng(2).permutation(real, axis=0)[:, ::-1].copy()
    unlike[:, ::2] *= -1
    floor = series.discriminative_score(real, alike, epochs=20)
    assert floor < 0.12 < 0.35 < series.discriminative_score(real, unlike, epochs=20)
    floor = series.predictive_score(real, alike, epochs=20)
    # One deviation of the noise is what nobody predicts: mean |noise| is 0.8 of it.
    best = np.sqrt(2 / np.pi) / np.ptp(real)
    assert 0.95 * best < floor < 1.15 * best
    assert series.predictive_score(real, unlike, epochs=20) > 1.3 * floor
    assert series.predictive_score(real, alike, epochs=2) == series.predictive_score(real, alike, epochs=2)


def test_held_wrong():
    real = autoregressive(0.5, 20)
    for made, message in ((real[:5], "Ten series"), (real[:, :5], "same times"), (real * np.nan, "NaN")):
        with pytest.raises(ValueError, match=message):
            series.discriminative_score(real, made)
    with pytest.raises(ValueError, match="less than the times"):
        series.autocorrelations(real, 24)
