import numpy as np
import pytest

from keras_gan import metrics
from keras_gan.metrics import functional
from tests.contracts import metric_contract
from tests.metrics.networks import pixels


def test_monge_distance():
    measure = metric_contract(lambda: metrics.MongeDistance(pixels(), directions=50), ["mind"])
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 60, 4, 4, 1)).astype("float32")
    levels = [np.round((x + 1) * 127.5).reshape(60, -1) / 127.5 - 1 for x in (real, fake)]
    expected = functional.monge_distance(*levels, directions=50)
    assert measure(real, fake)["mind"] == pytest.approx(expected, rel=1e-4)


def test_sets_of_two_sizes_are_transported_as_their_common_multiple():
    """Each sample repeated until both sets have 12: then the sorted pairs are the optimal transport."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(6, 1)), rng.normal(size=(4, 1)) * 2
    pairs = np.sort(a.repeat(2)) - np.sort(b.repeat(3))
    assert functional.monge_distance(a, b) == pytest.approx((pairs**2).mean(), rel=1e-12)
    assert functional.monge_distance(a, b) == pytest.approx(functional.monge_distance(b, a), rel=1e-12)


def test_every_assignment_is_tried_of_five_samples():
    import itertools

    a, b = np.random.default_rng(1).normal(size=(2, 5, 1))
    least = min(((a[list(order), 0] - b[:, 0]) ** 2).mean() for order in itertools.permutations(range(5)))
    assert functional.monge_distance(a, b, directions=3) == pytest.approx(least, rel=1e-12)


def test_a_shift_and_a_scale_have_their_known_values():
    rng = np.random.default_rng(0)
    x, shift = rng.normal(size=(500, 8)), np.arange(8.0)
    measured = functional.monge_distance(x, x + shift, directions=20_000)
    assert measured == pytest.approx((shift**2).sum() / 8, rel=0.02)
    # N(0, 1) to N(0, 4) along any line: (2 - 1)^2.
    a, b = rng.normal(size=(2, 20_000, 4))
    assert functional.monge_distance(a, 2 * b, directions=200) == pytest.approx(1.0, rel=0.03)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="directions"):
        metrics.MongeDistance(pixels(), directions=0)
    with pytest.raises(ValueError, match="as many features"):
        functional.monge_distance(np.zeros((3, 2)), np.zeros((3, 4)))
