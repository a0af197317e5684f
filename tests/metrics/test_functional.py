"""Figures against closed forms and against the references' own on the same features."""

import numpy as np
import pytest

from keras_gan.metrics import functional


def feature_sets():
    """Two sets of correlated features that differ in mean and spread."""
    rng = np.random.default_rng(7)
    mix = rng.normal(size=(24, 24)) / 5 + np.eye(24)
    real = rng.normal(size=(700, 24)) @ mix
    generated = 0.8 * rng.normal(size=(650, 24)) @ mix + 0.1
    return real.astype("float32"), generated.astype("float32")


def close(value, expected, rtol=1e-4):
    np.testing.assert_allclose(value, expected, rtol=rtol)


# === Agreement: figures of torch-fidelity 0.4.0, pytorch-fid 0.3.0, clean-fid 0.1.35, prdc 0.2 ===


def test_frechet_distance_of_the_references():
    # pytorch-fid and clean-fid: 2.497597622740429; torch-fidelity, in its precision: 2.4975977089
    close(functional.frechet_distance(*feature_sets()), 2.497597622740429, rtol=1e-9)


def test_kernel_distance_of_torch_fidelity():
    mean, deviation = functional.kernel_distance(*feature_sets(), subsets=50, subset_size=300)
    close(mean, 0.12760076999664308)
    close(deviation, 0.019601830245807715)


def test_inception_score_in_an_order_of_its_own_and_uneven_splits():
    # torch-fidelity with isc_shuffle, isc_rng_seed=2020, of 653 images in 10 splits.
    logits = 2 * np.random.default_rng(8).normal(size=(653, 12)).astype("float32")
    p = np.exp(logits.astype("float64"))
    mean, deviation = functional.inception_score(p / p.sum(axis=1, keepdims=True))
    close(mean, 2.7617016500449267)
    close(deviation, 0.127759224371967)
    # Images that come class by class have the score of the same images in any order.
    by_class = np.eye(5).repeat(40, axis=0)
    assert functional.inception_score(by_class, splits=2)[0] > 4.5
    assert functional.inception_score(by_class, splits=5, seed=None)[0] == pytest.approx(1.0)


def test_inception_score_of_torch_fidelity():
    logits = 2 * np.random.default_rng(8).normal(size=(650, 12)).astype("float32")
    p = np.exp(logits.astype("float64"))
    mean, deviation = functional.inception_score(p / p.sum(axis=1, keepdims=True), seed=None)
    close(mean, 2.7583164528840007)
    close(deviation, 0.18841896402228478)


def test_precision_recall_of_torch_fidelity():
    # It calls the generated set its first one: there precision .41571 and recall .95692 of (real, generated).
    close(functional.precision_recall(*feature_sets()), (0.9569230675697327, 0.415714293718338))


def test_prdc_of_prdc():
    figures = functional.prdc(*feature_sets(), k=5)
    expected = {
        "precision": 0.9861538461538462,
        "recall": 0.5314285714285715,
        "density": 2.227692307692308,
        "coverage": 0.9914285714285714,
    }
    assert figures == pytest.approx(expected, rel=1e-12)
    assert functional.density_coverage(*feature_sets()) == (figures["density"], figures["coverage"])


def brute_prdc(real, generated, k):
    """The definitions, in float64, all at once."""
    distances = [np.linalg.norm(a[:, None] - b, axis=-1) for a, b in ((real, real), (generated, generated))]
    radii = [np.sort(d, axis=1)[:, k] for d in distances]
    across = np.linalg.norm(real[:, None] - generated, axis=-1)
    return {
        "precision": (across <= radii[0][:, None]).any(0).mean(),
        "recall": (across <= radii[1]).any(1).mean(),
        "density": (across < radii[0][:, None]).sum() / (k * len(generated)),
        "coverage": (across < radii[0][:, None]).any(1).mean(),
    }


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e4])
def test_prdc_by_definition_with_close_calls(scale, monkeypatch):
    # Small blocks, far from the origin, on a lattice: many distances are equal or nearly so.
    monkeypatch.setattr(functional, "BLOCK", 7)
    rng = np.random.default_rng(0)
    real, generated = rng.integers(0, 4, (2, 60, 3)) * scale + 50 * scale
    generated = generated[:45]
    assert functional.prdc(real, generated, 3) == pytest.approx(brute_prdc(real, generated, 3), rel=1e-12)


# === Closed forms ===


@pytest.mark.parametrize("d", [1, 5, 40])
def test_frechet_distance_of_gaussians(d):
    # N(0, I) against N(1, 4 I): 2 d. Exact, for moments.
    real = 1000, np.zeros(d), np.eye(d)
    assert functional.frechet_from_moments(real, (1000, np.ones(d), 4 * np.eye(d))) == pytest.approx(2 * d)
    # Commuting covariances: sum of (s1 - s2)^2.
    rng = np.random.default_rng(0)
    basis, _ = np.linalg.qr(rng.normal(size=(d, d)))
    s1, s2 = rng.uniform(0, 2, (2, d))
    pair = [(1000, np.zeros(d), basis @ np.diag(s**2) @ basis.T) for s in (s1, s2)]
    assert functional.frechet_from_moments(*pair) == pytest.approx(((s1 - s2) ** 2).sum(), abs=1e-6)


def test_a_set_is_at_no_distance_from_itself_in_any_order():
    real, generated = feature_sets()
    shuffled = np.random.default_rng(1).permutation(real)
    assert functional.frechet_distance(real, shuffled) < 1e-8
    assert functional.prdc(real, shuffled)["coverage"] == 1.0
    both = functional.frechet_distance(shuffled, generated), functional.frechet_distance(generated, real)
    assert both[0] == pytest.approx(both[1], rel=1e-9)


def test_fewer_samples_than_features_are_warned_about_and_finite():
    real, generated = (x[:20] for x in feature_sets())
    with pytest.warns(UserWarning, match="24 features from 20 samples"):
        distance = functional.frechet_distance(real, generated)
    # pytorch-fid's, of the same 20.
    close(distance, 20.546704526356514)
    with pytest.warns(UserWarning):
        assert functional.frechet_distance(real, real) < 1e-3


def test_half_precision_features_keep_the_third_digit():
    real, generated = feature_sets()
    halves = [x.astype("float16") for x in (real, generated)]
    close(functional.frechet_distance(*halves), functional.frechet_distance(real, generated), rtol=1e-3)


def test_kernel_distance_of_equal_distributions_is_zero_on_average():
    real, generated = np.random.default_rng(0).normal(size=(2, 1000, 6))
    mean, deviation = functional.kernel_distance(real, generated, subset_size=500)
    assert abs(mean) < 3 * deviation
    # All of both sets is one subset: the unbiased estimator by its definition.
    x, y = real[:30], generated[:30]
    kernel = lambda a, b: (a @ b.T / 6 + 1) ** 3
    off = ~np.eye(30, dtype=bool)
    expected = kernel(x, x)[off].mean() + kernel(y, y)[off].mean() - 2 * kernel(x, y).mean()
    assert functional.kernel_distance(x, y, subsets=2, subset_size=30)[0] == pytest.approx(expected)


def test_density_and_coverage_of_equal_distributions():
    rng = np.random.default_rng(0)
    figures = [functional.density_coverage(*rng.normal(size=(2, 1000, 8)), k=5) for _ in range(6)]
    density, coverage = np.mean(figures, axis=0)
    assert density == pytest.approx(1.0, abs=0.03)
    assert coverage == pytest.approx(0.96898, abs=0.006)


def test_a_collapsed_generator_is_precise_and_recalls_nothing():
    real = np.random.default_rng(0).normal(size=(500, 8))
    stuck = np.repeat(real[:1], 500, axis=0) + 1e-3 * np.random.default_rng(1).normal(size=(500, 8))
    precision, recall = functional.precision_recall(real, stuck)
    assert precision > 0.99 and recall < 0.02
    assert functional.prdc(real, stuck)["coverage"] < 0.1


def test_many_equal_samples():
    """Where all pairs are close calls, of a collapsed generator, one product decides them."""
    real = np.random.default_rng(0).normal(size=(400, 16)).astype("float32")
    stuck = np.repeat(real[:1] + 1e-3, 400, axis=0)
    figures = functional.prdc(real, stuck, 3)
    assert figures == pytest.approx(brute_prdc(real.astype("float64"), stuck.astype("float64"), 3))
    assert figures["coverage"] <= 0.05 and figures["recall"] == 0.0


def test_inception_score_between_one_and_the_number_of_classes():
    assert functional.inception_score(np.full((50, 7), 1 / 7))[0] == pytest.approx(1.0)
    assert functional.inception_score(np.tile(np.eye(7), (20, 1)), 2, None) == pytest.approx((7.0, 0.0))


def test_mode_coverage():
    assert functional.mode_coverage([0, 1, 2, 3], 4) == (4, 0.0)
    modes, divergence = functional.mode_coverage([0, 0, 0, 1, -1], 8)
    assert modes == 2
    assert divergence == pytest.approx(np.log(8) + 0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert functional.mode_coverage([-1, -1], 3) == (0, float("inf"))


def test_memorization_of_a_copier_and_of_an_honest_generator():
    train, held_out, fresh = np.random.default_rng(0).normal(size=(3, 400, 8))
    copied = functional.memorization(train[:100] + 1e-3, train, held_out)
    assert copied["memorized"] == 1.0 and (copied["nearest"] == np.arange(100)).all()
    assert functional.memorization(fresh, train, held_out)["memorized"] < 0.05


def test_copies_among_copies_are_memorized():
    """Held-out images that are in the training set too do not hide a copier."""
    train = np.random.default_rng(0).normal(size=(100, 4))
    held_out = np.concatenate([train[:3], np.random.default_rng(1).normal(size=(97, 4))])
    assert functional.memorization(train, train, held_out)["memorized"] == 1.0


def test_nearest_neighbors_by_definition(monkeypatch):
    monkeypatch.setattr(functional, "BLOCK", 5)
    queries, points = np.random.default_rng(0).normal(size=(2, 23, 4)) + 10
    distances, indices = functional.nearest_neighbors(queries, points, k=4)
    exact = np.linalg.norm(queries[:, None] - points, axis=-1)
    np.testing.assert_array_equal(indices, exact.argsort(1)[:, :4])
    np.testing.assert_allclose(distances, np.sort(exact, 1)[:, :4], rtol=1e-12)


# === Bad input ===


@pytest.mark.parametrize(
    "call",
    [
        functional.frechet_distance,
        functional.kernel_distance,
        functional.precision_recall,
        functional.density_coverage,
    ],
)
def test_bad_features_are_refused(call):
    good = np.zeros((5, 3))
    for bad, message in (
        (np.zeros((5, 4)), "as many features"),
        (np.zeros((1, 3)), "n >= 2"),
        (np.zeros(3), "shape"),
        (np.full((5, 3), np.nan), "finite"),
        (np.array([["a"] * 3] * 5), "finite numbers"),
    ):
        with pytest.raises(ValueError, match=message):
            call(good, bad)


def test_bad_arguments_are_refused():
    x = np.zeros((5, 3))
    for call, message in (
        (lambda: functional.kernel_distance(x, x), "subset_size=1000 of 5 real"),
        (lambda: functional.precision_recall(x, x, k=5), "k=5"),
        (lambda: functional.prdc(x, x, k=0), "`k` must be a positive int"),
        (lambda: functional.inception_score(x + 1), "softmax"),
        (lambda: functional.inception_score(np.full((4, 2), 0.5), splits=9), "splits"),
        (lambda: functional.mode_coverage([0, 3], 3), "below 3"),
        (lambda: functional.mode_coverage([0.5], 3), "ints"),
        (lambda: functional.nearest_neighbors(x, x, k=6), "`k`"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
