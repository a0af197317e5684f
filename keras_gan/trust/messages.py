"""Messages of bits in images, and how likely it is to read one by chance."""

import numpy as np
from scipy import stats


def bits_of(message, count):
    """A message of `count` bits, a str of 0 and 1 or ints, as a float32 array; raises a ValueError for anything else."""
    given = np.array([*message]) if isinstance(message, str) else np.asarray(message)
    given = given.astype(str) if given.ndim == 1 else np.array([])
    if len(given) != count or not np.isin(given, ["0", "1"]).all():
        raise ValueError(f"`message` must be {count} bits, 0 or 1. Received: {message!r}")
    return (given == "1").astype("float32")


def p_value(agree, bits):
    """Probability that `agree` or more of `bits` bits agree by chance, by the binomial distribution.

    Example:
    >>> float(keras_gan.trust.messages.p_value(27, 32)).__round__(7)
    5.65e-05
    """
    return stats.binom.sf(np.asarray(agree) - 1, bits, 0.5)
