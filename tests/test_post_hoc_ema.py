"""Averages made afterwards: against their definition, quadrature, and averages that were kept during the training."""

import numpy as np
import pytest

from keras_gan import post_hoc_ema
from keras_gan.post_hoc_ema import coefficients, exponent


def deviation(gamma):
    """Of the density tau^gamma on (0, 1], by its moments."""
    mean = (gamma + 1) / (gamma + 2)
    return np.sqrt((gamma + 1) / (gamma + 3) - mean**2)


@pytest.mark.parametrize("length", [0.015, 0.05, 0.1, 0.2, 0.28])
def test_the_exponent_has_the_length(length):
    assert deviation(exponent(length)) == pytest.approx(length, rel=1e-9)


def test_the_papers_exponents():
    assert exponent(0.05) == pytest.approx(16.97, abs=0.005)
    assert exponent(0.1) == pytest.approx(6.94, abs=0.005)


def profile(tau, t, gamma):
    return np.where(tau <= t, (gamma + 1) * (tau / t) ** gamma / t, 0.0)


def test_inner_products_equal_quadrature():
    tau = (np.arange(400_000) + 0.5) / 400_000 * 9.0
    for t_a, gamma_a, t_b, gamma_b in ((4.0, 16.97, 9.0, 6.94), (9.0, 2.0, 5.0, 20.0), (7.0, 3.0, 7.0, 3.0)):
        exact = (profile(tau, t_a, gamma_a) * profile(tau, t_b, gamma_b)).sum() * 9.0 / 400_000
        assert post_hoc_ema._product(t_a, gamma_a, t_b, gamma_b) == pytest.approx(exact, rel=1e-4)


def test_late_steps_do_not_overflow():
    steps = np.repeat(np.arange(1, 33) * 1_000_000, 2)
    shares, error = coefficients(steps, np.tile([16.97, 6.94], 32), 32_000_000, 10.0)
    assert np.isfinite(shares).all() and shares.sum() == pytest.approx(1.0) and error < 0.01


@pytest.mark.parametrize("length", [0.015, 0.28])
def test_of_few_snapshots_the_sum_is_one_and_the_error_the_profiles(length):
    steps, exponents = np.repeat(np.arange(1.0, 9), 2), np.tile([16.97, 6.94], 8)
    gamma = exponent(length)
    shares, error = coefficients(steps, exponents, 8, gamma)
    tau = (np.arange(200_000) + 0.5) / 200_000 * 8
    made = sum(x * profile(tau, t, g) for x, t, g in zip(shares, steps, exponents, strict=True))
    wanted = profile(tau, 8.0, gamma)
    assert shares.sum() == pytest.approx(1.0) and error > 0.2
    assert error == pytest.approx(np.linalg.norm(made - wanted) / np.linalg.norm(wanted), rel=1e-2)


def test_a_kept_average_is_itself():
    steps, exponents = np.repeat([10.0, 20.0, 30.0], 2), np.tile([16.97, 6.94], 3)
    np.testing.assert_allclose(coefficients(steps, exponents, 30, 6.94)[0], np.eye(6)[5], atol=1e-8)


@pytest.mark.parametrize("length", [0.03, 0.07, 0.14])
def test_a_length_between_is_nearly_the_average_that_was_not_kept(length):
    """Of a walk that settles, as weights do: the error is a small share of the way from one kept average to the other."""
    steps, rng = 3200, np.random.default_rng(0)
    walk = np.cumsum(rng.normal(size=(steps, 50)) / np.sqrt(1 + np.arange(steps))[:, None], axis=0)

    def kept(gamma):
        average, found = np.zeros(50), []
        for t, theta in enumerate(walk, 1):
            average = average + (1 - (1 - 1 / t) ** (gamma + 1)) * (theta - average)
            if t % 100 == 0:
                found.append(average)
        return found

    gammas = [exponent(0.05), exponent(0.1)]
    averages = np.stack([kept(gamma) for gamma in gammas], axis=1).reshape(64, 50)
    at = np.repeat(np.arange(1, 33) * 100, 2)
    made = coefficients(at, np.tile(gammas, 32), steps, exponent(length))[0] @ averages
    truth = kept(exponent(length))[-1]
    between = np.linalg.norm(averages[-1] - averages[-2])
    assert np.linalg.norm(made - truth) < 0.05 * between


@pytest.mark.parametrize("length", [0, 0.3, True, "0.1", float("nan")])
def test_impossible_lengths_are_refused(length):
    with pytest.raises(ValueError, match="share of the training"):
        exponent(length)


def test_a_folder_without_snapshots(tmp_path):
    with pytest.raises(ValueError, match="post-hoc-ema"):
        post_hoc_ema.reconstruct(tmp_path, 0.1)
