"""What arguments must be, with errors that name them."""

import numbers

import numpy as np


def check_count(value, name):
    if not (isinstance(value, int) or hasattr(value, "__index__")) or int(value) < 1:
        raise ValueError(f"`{name}` must be a positive int. Received: {name}={value!r}")


def check_seed(seed):
    if seed is not None and not hasattr(seed, "__index__"):
        raise ValueError(f"`seed` must be an int, or None for new images each time. Received: {seed!r}")


def check_weight(value, name):
    """Return a weight of a loss as a float, or raise a ValueError."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise ValueError(f"`{name}` must be a number that is not negative. Received: {name}={value!r}")
    return float(value)


def check_truncation(value):
    if not isinstance(value, numbers.Real) or not np.isfinite(value):
        raise ValueError(f"`truncation` must be a finite number. Received: {value!r}")
