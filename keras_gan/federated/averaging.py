"""The arithmetic of federated averaging, on lists of arrays."""

import numpy as np

from keras_gan.arguments import check_weight


def average(arrays, weights):
    """The weighted mean of clients' arrays, element by element.

    Args:
        arrays: for each client a list of arrays with the same shapes.
        weights: for each client a number, such as how many images it has.

    Returns:
        list of arrays, computed in float64 and returned in the first client's dtypes.

    Raises:
        ValueError: for arrays of different shapes, and weights that are negative or all zero.

    Example:
    >>> [float(x) for x in keras_gan.federated.average([[np.float32(1)], [np.float32(4)]], [1, 2])]
    [3.0]
    """
    weights = np.asarray(weights, "float64")
    if not len(arrays) or weights.shape != (len(arrays),) or (weights < 0).any() or not weights.sum() > 0:
        raise ValueError(
            f"`weights` must be {len(arrays)} numbers that are not negative, not all zero. Received: {weights}"
        )
    shapes = [[np.shape(x) for x in each] for each in arrays]
    for i, each in enumerate(shapes):
        if each != shapes[0]:
            raise ValueError(
                f"Client {i} has other shapes than client 0: its networks are others. Received: {_first_other(each, shapes[0])}"
            )
    shares = weights / weights.sum()
    found = []
    for column in zip(*arrays, strict=True):
        mean = sum(share * np.asarray(x, "float64") for share, x in zip(shares, column, strict=True))
        # The arrays of one client, or equal arrays, are returned unchanged.
        found.append(np.asarray(mean).astype(np.asarray(column[0]).dtype))
    return found


def clipped(update, limit):
    """Scale an update, a list of arrays, to an L2 norm of at most `limit`; returns it and its norm before.

    Example:
    >>> update, norm = keras_gan.federated.clipped([np.array([3.0]), np.array([4.0])], 1.0)
    >>> [round(float(x[0]), 6) for x in update], norm
    ([0.6, 0.8], 5.0)
    """
    if not limit > 0:
        raise ValueError(f"`clip` must be positive. Received: clip={limit!r}")
    norm = float(np.sqrt(sum(np.square(x, dtype="float64").sum() for x in update)))
    factor = min(1.0, limit / max(norm, 1e-12))
    return [factor * np.asarray(x) for x in update], norm


def noise_of(shapes, deviation, seed=None):
    """Normal noise, a list of arrays with these shapes; a seed, for tests, makes it reproducible."""
    check_weight(deviation, "deviation")
    generator = np.random.default_rng(seed)
    return [deviation * generator.normal(size=shape) for shape in shapes]


def traffic(arrays, clients):
    """Bytes that a round sends: the arrays to each client, and back.

    Example:
    >>> keras_gan.federated.traffic([np.zeros(1000, "float32")], clients=5)
    40000
    """
    return 2 * clients * sum(np.asarray(x).nbytes for x in arrays)


def _first_other(given, wanted):
    if len(given) != len(wanted):
        return f"{len(given)} arrays in place of {len(wanted)}"
    return next(f"{a} in place of {b}" for a, b in zip(given, wanted, strict=True) if a != b)
