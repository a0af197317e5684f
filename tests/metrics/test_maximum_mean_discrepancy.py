import numpy as np
import pytest

from keras_gan import metrics
from keras_gan.metrics import functional
from tests.contracts import metric_contract
from tests.metrics.networks import pixels


def by_loops(x, y, sigma, scale):
    x, y = (a / np.linalg.norm(a, axis=1, keepdims=True) for a in (x, y))
    k = lambda a, b: np.mean([[np.exp(-((p - q) ** 2).sum() / (2 * sigma**2)) for q in b] for p in a])
    return scale * (k(x, x) + k(y, y) - 2 * k(x, y))


def test_maximum_mean_discrepancy():
    measure = metric_contract(lambda: metrics.MaximumMeanDiscrepancy(pixels()), ["cmmd"])
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 60, 4, 4, 1)).astype("float32")
    levels = [np.round((x + 1) * 127.5).reshape(60, -1) / 127.5 - 1 for x in (real, fake)]
    assert measure(real, fake)["cmmd"] == pytest.approx(by_loops(*levels, 10.0, 1000.0), rel=1e-3)


@pytest.mark.parametrize("sigma", [0.5, 10.0])
def test_equal_to_sums_over_all_pairs(sigma):
    """Of two sizes, one above a block of the computation."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(270, 4)), rng.normal(size=(40, 4)) + 1
    expected = by_loops(x, y, sigma, 1000.0)
    assert functional.maximum_mean_discrepancy(x, y, sigma) == pytest.approx(expected, rel=1e-6)
    # The length of a vector does not count.
    assert functional.maximum_mean_discrepancy(3 * x, y, sigma) == pytest.approx(expected, rel=1e-6)


def test_two_opposite_points():
    """Of distance 2: 2 (1 - exp(-2 / sigma^2))."""
    x, y = np.ones((3, 1)), -np.ones((5, 1))
    expected = 1000 * 2 * (1 - np.exp(-4 / 200))
    assert functional.maximum_mean_discrepancy(x, y) == pytest.approx(expected, rel=1e-9)


def test_bad_arguments_are_refused():
    for bad in ({"sigma": 0}, {"scale": -1.0}, {"num_samples": 1}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            metrics.MaximumMeanDiscrepancy(pixels(), **bad)
    with pytest.raises(ValueError, match="sigma"):
        functional.maximum_mean_discrepancy(np.ones((3, 1)), np.ones((3, 1)), sigma=0)
