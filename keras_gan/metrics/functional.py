"""The metrics as functions of arrays of features: NumPy in, floats out."""

import warnings

import numpy as np
import scipy.linalg
import scipy.ndimage
import scipy.stats

from keras_gan.arguments import check_int

# Rows of a block of distances, and an upper bound of their relative error in float32.
BLOCK = 250
ROUNDING = 4e-6


def frechet_distance(real, generated):
    """Fréchet distance between two sets of features, each modelled as a Gaussian.

    ||m1 - m2||^2 + Tr(S1 + S2 - 2 (S1 S2)^(1/2)), with the unbiased covariances. On the features of
    the FID Inception it is the FID.

    Args:
        real, generated: float arrays of shape (n, features), n >= 2.

    Returns:
        float, 0 for equal sets.

    Raises:
        ValueError: for other shapes, NaN, or fewer than 2 samples.

    Example:
    >>> real = np.random.default_rng(0).normal(size=(500, 8))
    >>> round(keras_gan.metrics.functional.frechet_distance(real, real + 1.0), 6)
    8.0

    Reference: Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
    Equilibrium", 2017, https://arxiv.org/abs/1706.08500
    """
    real, generated = _pair(real, generated)
    moments = [(len(x), x.mean(axis=0, dtype="float64"), np.cov(x, rowvar=False)) for x in (real, generated)]
    return frechet_from_moments(*moments)


def frechet_from_moments(real, generated):
    """Fréchet distance between two Gaussians given as (n, mean, covariance); n is for the warning."""
    (n1, mean1, cov1), (n2, mean2, cov2) = real, generated
    cov1, cov2 = np.atleast_2d(cov1), np.atleast_2d(cov2)
    features, fewest = len(cov1), min(n1, n2)
    if fewest <= features:
        warnings.warn(
            f"A Fréchet distance of {features} features from {fewest} samples is biased upwards: take more "
            "samples than features, or compare only with values of the same number of samples.",
            stacklevel=2,
        )
    # Tr (S1 S2)^(1/2) is the sum of the roots of the eigenvalues of S1 S2. F' S2 F has the same eigenvalues
    # for any F with S1 = F F'.
    try:
        # F is S1's Cholesky factor. The matrices are symmetric: their transposes have LAPACK's memory order,
        # which avoids a copy.
        eigenvalues = scipy.linalg.eigh(
            cov2.T, cov1.T, type=2, eigvals_only=True, driver="gv", check_finite=False
        )
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(cov1)
        factor = vectors * np.sqrt(np.clip(values, 0.0, None))
        eigenvalues = np.linalg.eigvalsh(factor.T @ cov2 @ factor)
    root = np.sqrt(np.clip(eigenvalues, 0.0, None)).sum()
    distance = ((mean1 - mean2) ** 2).sum() + np.trace(cov1) + np.trace(cov2) - 2.0 * root
    return float(max(distance, 0.0))


def kernel_distance(real, generated, subsets=100, subset_size=1000, seed=2020):
    """Kernel distance (KID): unbiased squared MMD with the kernel (x.y / features + 1)^3.

    Args:
        real, generated: float arrays of shape (n, features).
        subsets: int, number of random subsets to average over.
        subset_size: int, samples in a subset; at most the smaller n.
        seed: int, of the subsets; torch-fidelity draws the same ones.

    Returns:
        (mean, standard deviation) over the subsets. The mean is unbiased, so it may be negative.

    Raises:
        ValueError: if a set is smaller than `subset_size`.

    Example:
    >>> real, generated = np.random.default_rng(0).normal(size=(2, 400, 8))
    >>> mean, deviation = keras_gan.metrics.functional.kernel_distance(real, generated, subset_size=200)
    >>> abs(mean) < 3 * deviation
    True

    Reference: Binkowski et al., "Demystifying MMD GANs", 2018, https://arxiv.org/abs/1801.01401
    """
    real, generated = _pair(real, generated)
    check_int(subsets, "subsets")
    check_int(subset_size, "subset_size", least=2)
    if subset_size > min(len(real), len(generated)):
        raise ValueError(
            f"`subset_size` must be at most the number of samples. Received: subset_size={subset_size} of "
            f"{len(real)} real and {len(generated)} generated"
        )
    rng = np.random.RandomState(seed)
    values = []
    for _ in range(subsets):
        # Both are drawn in this order, as in torch-fidelity, so that the subsets are the same.
        x = real[rng.choice(len(real), subset_size, replace=False)].astype("float64")
        y = generated[rng.choice(len(generated), subset_size, replace=False)].astype("float64")
        xx, yy, xy = (((a @ b.T) / x.shape[1] + 1.0) ** 3 for a, b in ((x, x), (y, y), (x, y)))
        within = (xx.sum() - np.trace(xx) + yy.sum() - np.trace(yy)) / (subset_size * (subset_size - 1))
        values.append(within - 2.0 * xy.mean())
    return float(np.mean(values)), float(np.std(values))


def monge_distance(real, generated, directions=1000, seed=0):
    """Monge distance (MIND): squared Wasserstein-2 distance along a line, averaged over random directions.

    Along a line the optimal transport between two sets is known: it pairs them in sorted order. So no
    Gaussian is assumed and no covariance is estimated. A shift of all features by s gives ||s||^2 / features.

    Args:
        real, generated: float arrays of shape (n, features). If their numbers of samples differ, the distance
            is integrated between the steps of both quantile functions.
        directions: int, number of random unit vectors.
        seed: int, of the directions.

    Returns:
        float, 0 for equal sets.

    Raises:
        ValueError: for other shapes, NaN, or fewer than 2 samples.

    Example:
    >>> real = np.random.default_rng(0).normal(size=(500, 1))
    >>> round(keras_gan.metrics.functional.monge_distance(real, real + 3.0), 6)
    9.0

    Reference: Berthet et al., "MIND: Monge Inception Distance for Generative Models Evaluation", 2026, https://arxiv.org/abs/2605.06797
    """
    real, generated = _pair(real, generated)
    check_int(directions, "directions")
    # Cuts of [0, 1] between which both quantile functions are constant, and the index of their samples there.
    cuts = np.union1d(*(np.arange(1, len(x) + 1) / len(x) for x in (real, generated)))
    widths, middles = np.diff(cuts, prepend=0.0), cuts - np.diff(cuts, prepend=0.0) / 2
    places = [np.minimum((middles * len(x)).astype(int), len(x) - 1) for x in (real, generated)]
    projections = np.random.default_rng(seed).normal(size=(real.shape[1], directions))
    projections = (projections / np.linalg.norm(projections, axis=0)).astype(real.dtype)
    total = 0.0
    for part in np.array_split(projections, max(1, directions // 32), axis=1):
        a, b = (
            np.sort((x @ part).astype("float64"), axis=0)[place]
            for x, place in zip((real, generated), places, strict=True)
        )
        total += (widths @ (a - b) ** 2).sum()
    return float(total / directions)


def maximum_mean_discrepancy(real, generated, sigma=10.0, scale=1000.0):
    """Squared MMD of unit vectors with a Gaussian kernel, times 1000; on CLIP's image embeddings the CMMD.

    Args:
        real, generated: float arrays of shape (n, features); each row is divided by its length.
        sigma: float, width of exp(-||x - y||^2 / (2 sigma^2)).
        scale: float, a factor that makes values readable.

    Returns:
        float, not negative. Means are over all pairs, including each sample with itself, as in the official
        code.

    Example:
    >>> real = np.eye(2).repeat(3, axis=0)
    >>> round(keras_gan.metrics.functional.maximum_mean_discrepancy(real, real), 6)
    0.0

    Reference: Jayasumana et al., "Rethinking FID: Towards a Better Evaluation Metric for Image Generation", 2024,
    https://arxiv.org/abs/2401.09603
    """
    real, generated = _pair(real, generated)
    for name, value in (("sigma", sigma), ("scale", scale)):
        if not value > 0:
            raise ValueError(f"`{name}` must be positive. Received: {value}")
    units = []
    for x in (real, generated):
        lengths = np.linalg.norm(x.astype("float64"), axis=1, keepdims=True)
        units.append(x / np.where(lengths > 0, lengths, 1.0))

    def kernel(x, y):
        # expm1: with so wide a kernel nearly all values are close to 1, and the ones cancel in the sum.
        blocks = (x[i : i + BLOCK] @ y.T for i in range(0, len(x), BLOCK))
        squares = lambda i, block: (x[i : i + BLOCK] ** 2).sum(1)[:, None] + (y**2).sum(1) - 2.0 * block
        sums = (
            np.expm1(-squares(i * BLOCK, block) / (2.0 * sigma**2)).sum() for i, block in enumerate(blocks)
        )
        return sum(sums) / (len(x) * len(y))

    x, y = units
    return float(max(scale * (kernel(x, x) + kernel(y, y) - 2.0 * kernel(x, y)), 0.0))


def inception_score(probabilities, splits=10, seed=2020):
    """Inception score: exp of the mean KL divergence of p(class | image) from the mean p(class).

    Args:
        probabilities: array of shape (n, classes), each row a distribution.
        splits: int, number of parts of nearly equal size, each of which is scored.
        seed: int, of the order in which they are split, as in torch-fidelity; None for the order given.

    Returns:
        (mean, standard deviation) over the splits; the mean lies between 1 and `classes`.

    Example:
    >>> round(keras_gan.metrics.functional.inception_score(np.eye(10).repeat(20, axis=0), splits=1)[0], 6)
    10.0

    Reference: Salimans et al., "Improved Techniques for Training GANs", 2016,
    https://arxiv.org/abs/1606.03498
    """
    p = _features(probabilities, "probabilities").astype("float64")
    check_int(splits, "splits")
    if (p < 0).any() or not np.allclose(p.sum(axis=1), 1.0, atol=1e-3):
        raise ValueError(
            "Rows of `probabilities` must be non-negative and add up to 1: apply a softmax to logits."
        )
    if splits > len(p):
        raise ValueError(f"`splits` must be at most the number of samples, {len(p)}. Received: {splits}")
    scores = []
    if seed is not None:
        p = p[np.random.RandomState(seed).permutation(len(p))]
    for i in range(splits):
        part = p[i * len(p) // splits : (i + 1) * len(p) // splits]
        marginal = part.mean(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(part > 0, part * (np.log(part) - np.log(marginal)), 0.0)
        scores.append(np.exp(terms.sum(axis=1).mean()))
    return float(np.mean(scores)), float(np.std(scores))


def precision_recall(real, generated, k=3):
    """Improved precision and recall: which samples lie in the other set's k-nearest-neighbour balls.

    Precision is the share of generated samples within the manifold of the real ones, recall the
    share of real samples within that of the generated ones. A generator that always makes the same
    good image has precision near 1 and recall near 0.

    Args:
        real, generated: float arrays of shape (n, features).
        k: int, the radius of a ball is the distance to its k-th neighbour. Balls include their boundary.

    Returns:
        (precision, recall), in [0, 1].

    Example:
    >>> real = np.random.default_rng(0).normal(size=(300, 4))
    >>> keras_gan.metrics.functional.precision_recall(real, real)
    (1.0, 1.0)

    Reference: Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing Generative
    Models", 2019, https://arxiv.org/abs/1904.06991
    """
    figures = prdc(real, generated, k)
    return figures["precision"], figures["recall"]


def density_coverage(real, generated, k=5):
    """Density and coverage: like precision and recall, but robust to outliers.

    Density is the mean number of real balls that contain a generated sample, divided by k. Coverage is
    the share of real balls that contain a generated sample. Equal distributions have density 1 (it may
    be more) and coverage 1 - prod_i (N - i) / (N + M - i) for i in 1..k.

    Args:
        real, generated: float arrays of shape (n, features).
        k: int, the radius of a ball is the distance to its k-th neighbour. Balls exclude their boundary.

    Returns:
        (density, coverage).

    Example:
    >>> real, generated = np.random.default_rng(0).normal(size=(2, 1000, 4))
    >>> density, coverage = keras_gan.metrics.functional.density_coverage(real, generated)
    >>> 0.9 < density < 1.1, 0.93 < coverage < 1.0
    (True, True)

    Reference: Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative Models", 2020,
    https://arxiv.org/abs/2002.09797
    """
    figures = prdc(real, generated, k)
    return figures["density"], figures["coverage"]


def prdc(real, generated, k=5):
    """Precision, recall, density and coverage with one k, in one pass over the distances.

    Args:
        real, generated: float arrays of shape (n, features).
        k: int, the radius of a ball is the distance to its k-th neighbour.

    Returns:
        dict with `precision`, `recall`, `density`, `coverage`: see `precision_recall` and
        `density_coverage`.

    Example:
    >>> real = np.random.default_rng(0).normal(size=(300, 4))
    >>> sorted(keras_gan.metrics.functional.prdc(real, real + 100.0).values())
    [0.0, 0.0, 0.0, 0.0]
    """
    real, generated = _pair(real, generated)
    check_int(k, "k")
    if k >= min(len(real), len(generated)):
        raise ValueError(
            f"`k` must be less than the number of samples. Received: k={k}, with {len(real)} real "
            f"and {len(generated)} generated"
        )
    # Squared radii of the balls around each sample: k + 1, as each sample is its own nearest neighbour.
    real_radii, generated_radii = (_nearest(x, x, k + 1)[0][:, -1:] for x in (real, generated))
    precise, recalled = np.zeros(len(generated), bool), np.zeros(len(real), bool)
    inside, covered = 0, np.zeros(len(real), bool)
    for rows, squares, bound in _blocks(real, generated):
        pair = real[rows], generated, squares, bound
        closed, opened = _in_balls(*pair, real_radii[rows])
        precise |= closed.any(axis=0)
        inside += np.count_nonzero(opened)
        covered[rows] = opened.any(axis=1)
        closed, _ = _in_balls(*pair, generated_radii.T)
        recalled[rows] = closed.any(axis=1)
    return {
        "precision": float(precise.mean()),
        "recall": float(recalled.mean()),
        "density": float(inside / (k * len(generated))),
        "coverage": float(covered.mean()),
    }


def nearest_neighbors(queries, points, k=1):
    """The k nearest points of each query.

    Args:
        queries: float array of shape (n, features).
        points: float array of shape (m, features), m >= k.
        k: int.

    Returns:
        (distances, indices), each of shape (n, k), nearest first.

    Example:
    >>> keras_gan.metrics.functional.nearest_neighbors([[0.1], [2.2]], [[0.0], [1.0], [2.0]])[1].ravel()
    array([0, 2])
    """
    queries, points = _pair(queries, points, fewest=1)
    check_int(k, "k")
    if k > len(points):
        raise ValueError(f"`k` must be at most the number of points, {len(points)}. Received: k={k}")
    squares, indices = _nearest(queries, points, k)
    return np.sqrt(squares), indices


def memorization(generated, train, held_out):
    """Whether samples are nearer to the training images than held-out images are.

    The distance of each sample to its nearest training image is compared with the same distances of
    held-out images.

    Args:
        generated, train, held_out: float arrays of shape (n, features).

    Returns:
        dict: `nearest`, index of the training image nearest to each sample; `distance`, its
        distance; `held_out_distance`, those of the held-out images; `memorized`, the share of
        samples that are nearer than 99% of the held-out images (about .01 for a generator that does
        not copy, 1 for one that only copies).

    Example:
    >>> train, held_out = np.random.default_rng(0).normal(size=(2, 200, 4))
    >>> keras_gan.metrics.functional.memorization(train[:50], train, held_out)["memorized"]
    1.0
    """
    distance, nearest = nearest_neighbors(generated, train)
    held_out_distance, _ = nearest_neighbors(held_out, train)
    threshold = np.quantile(held_out_distance, 0.01)
    return {
        "nearest": nearest[:, 0],
        "distance": distance[:, 0],
        "held_out_distance": held_out_distance[:, 0],
        "memorized": float((distance[:, 0] <= threshold).mean()),
    }


def mode_coverage(modes, count, weights=None):
    """Number of modes that samples hit, and KL divergence of their histogram from uniform.

    Args:
        modes: int array of shape (n,): the mode of each sample, negative for no mode (a
            classifier's argmax; or the nearest Gaussian of a mixture, -1 beyond 3 sigma).
        count: int, total number of modes.
        weights: int array of shape (n,), how often each sample counts. Default: once.

    Returns:
        (modes, kl): an int, and log(count) - entropy in nats; infinity if no sample hits a mode.

    Example:
    >>> keras_gan.metrics.functional.mode_coverage([0, 0, 1, 1, -1], 2)
    (2, 0.0)

    Reference: Lin et al., "PacGAN", 2018, https://arxiv.org/abs/1712.04086
    """
    modes = np.asarray(modes)
    check_int(count, "count")
    if modes.ndim != 1 or not np.issubdtype(modes.dtype, np.integer) or (modes >= count).any():
        raise ValueError(
            f"`modes` must be ints below {count}, of shape (n,). Received: dtype={modes.dtype}, "
            f"shape={modes.shape}, largest={modes.max() if modes.size else None}"
        )
    hits = modes >= 0
    weights = None if weights is None else np.asarray(weights)[hits]
    counts = np.bincount(modes[hits], weights, minlength=count)
    if not counts.sum():
        return 0, float("inf")
    shares = counts[counts > 0] / counts.sum()
    return int((counts > 0).sum()), float(np.log(count) + (shares * np.log(shares)).sum())


# === Checks ===


def _features(x, name, fewest=2):
    x = np.asarray(x)
    if x.ndim != 2 or len(x) < fewest:
        raise ValueError(
            f"`{name}` must have shape (n, features) with n >= {fewest}. Received: shape={x.shape}"
        )
    if not np.issubdtype(x.dtype, np.number) or not np.isfinite(x).all():
        raise ValueError(f"`{name}` must be finite numbers. Received: dtype={x.dtype}, with NaN or infinity")
    return x if x.dtype in ("float32", "float64") else x.astype("float64")


def _pair(real, generated, fewest=2):
    real, generated = _features(real, "real", fewest), _features(generated, "generated", fewest)
    if real.shape[1] != generated.shape[1]:
        raise ValueError(
            f"Both sets must have as many features. Received: {real.shape[1]} and {generated.shape[1]}"
        )
    return real, generated


# === Distances in blocks: float32 for speed, float64 for comparisons within the rounding error ===


def _blocks(x, y):
    """Yield (rows, squared distances of these rows of x to all of y in float32, bound of their error)."""
    # The data are centred first, which minimises float32's rounding errors.
    center = y.mean(axis=0, dtype="float64").astype("float32")
    right = np.empty((y.shape[1] + 2, len(y)), "float32")
    np.subtract(y.T, center[:, None], out=right[:-2], casting="same_kind")
    right[-2] = 1.0
    right[-1] = np.einsum("ij,ij->j", right[:-2], right[:-2])
    for start in range(0, len(x), BLOCK):
        rows = slice(start, min(start + BLOCK, len(x)))
        # |x|^2 + |y|^2 - 2 x.y as one product.
        left = (x[rows] - center).astype("float32")
        x2 = np.square(left).sum(axis=1, keepdims=True)
        left = np.hstack([-2.0 * left, x2, np.ones_like(x2)])
        yield rows, left @ right, np.float32(ROUNDING) * (x2.max() + right[-1])


def _nearest(x, y, k):
    """Squared distances and indices of the k rows of y nearest to each row of x, nearest first."""
    nearest, indices = np.empty((len(x), k)), np.empty((len(x), k), "int64")
    for rows, squares, bound in _blocks(x, y):
        # Find all that may be among the k nearest, and sort them by exact distances.
        limit = _kth_smallest(squares, k) + 2.0 * bound.max()
        squares -= 2.0 * bound
        i, j = np.divmod(np.flatnonzero(squares <= limit), len(y))
        exact = _exact(x[rows], y, i, j)
        order = np.lexsort((j, exact, i))
        first = np.searchsorted(i, np.arange(len(squares)))[:, None] + np.arange(k)
        nearest[rows], indices[rows] = exact[order][first], j[order][first]
    return nearest, indices


def _kth_smallest(squares, k):
    """An upper bound of the k-th smallest of each row, (rows, 1): the k-th smallest minimum of groups."""
    groups = squares.shape[1] // 32
    if groups >= 4 * k:
        squares = squares[:, : 32 * groups].reshape(len(squares), 32, groups).min(axis=1)
    return np.partition(squares, k - 1, axis=1)[:, k - 1 : k]


def _in_balls(x, y, squares, bound, radii):
    """Which squared distances are at most the squared radii, and which are below them."""
    beyond = squares - radii.astype("float32")
    opened = beyond < -bound
    close = beyond <= bound
    close ^= opened
    i, j = np.divmod(np.flatnonzero(close), len(y))
    exact, limits = _exact(x, y, i, j), np.broadcast_to(radii, squares.shape)[i, j]
    closed = opened.copy()
    closed[i, j], opened[i, j] = exact <= limits, exact < limits
    return closed, opened


def _exact(x, y, i, j):
    """Squared distances of the pairs x[i], y[j] in float64."""
    if len(i) > 100 * len(x):
        # A collapsed set: nearly all pairs need exact distances, and one matrix product is faster.
        x, y = x.astype("float64"), y.astype("float64")
        sums = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1)
        squares = sums - 2.0 * x @ y.T
        # For equal vectors only a rounding error remains, which is set to 0.
        return np.where(squares > 1e-13 * sums, squares, 0.0)[i, j]
    parts = [slice(start, start + BLOCK) for start in range(0, len(i), BLOCK)]
    return np.concatenate(
        [((x[i[p]].astype("float64") - y[j[p]]) ** 2).sum(axis=1) for p in parts] or [np.zeros(0)]
    )
