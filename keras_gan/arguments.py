"""Checks of arguments; each error names its argument."""

import numbers

import numpy as np


def check_int(value, name, least=1, optional=False):
    """Return an int of at least `least` (or None, if `optional`), or raise a ValueError."""
    if value is None and optional:
        return None
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__") or int(value) < least:
        kind = {0: "an int that is not negative", 1: "a positive int"}.get(
            least, f"an int of at least {least}"
        )
        raise ValueError(
            f"`{name}` must be {kind}{', or None' if optional else ''}. Received: {name}={value!r}"
        )
    return int(value)


def check_seed(seed):
    if seed is not None and not hasattr(seed, "__index__"):
        raise ValueError(f"`seed` must be an int, or None for new images each time. Received: {seed!r}")


def check_weight(value, name):
    """Return a loss weight as a float, or raise a ValueError."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise ValueError(f"`{name}` must be a number that is not negative. Received: {name}={value!r}")
    return float(value)


def check_rate(value, name="learning_rate"):
    """Return a rate as a float, or raise a ValueError."""
    if check_weight(value, name) == 0.0:
        raise ValueError(f"`{name}` must be above 0. Received: {name}={value!r}")
    return float(value)


def check_fraction(value, name):
    """Return a float in [0, 1], or raise a ValueError."""
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"`{name}` must be in [0, 1]. Received: {name}={value}")
    return float(value)


def check_truncation(value):
    if not isinstance(value, numbers.Real) or not np.isfinite(value):
        raise ValueError(f"`truncation` must be a finite number. Received: {value!r}")
