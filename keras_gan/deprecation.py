"""Names that moved: they work for one minor release, and a warning names the version in which they go."""

import warnings


def warn_moved(old, new, removed_in, stacklevel=3):
    """Warn that a name has moved.

    Args:
        old, new: str, as messages name them.
        removed_in: str, the version without the old name, such as "1.1"; a test fails when it has come.
        stacklevel: int, as of `warnings.warn`, counted from this function.

    Example:
    >>> from keras_gan.deprecation import warn_moved
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as found:
    ...     warnings.simplefilter("always")
    ...     warn_moved("`old`", "`new`", "1.1")
    >>> str(found[0].message)
    '`old` is now `new`, and goes with keras_gan 1.1.'
    """
    warnings.warn(f"{old} is now {new}, and goes with keras_gan {removed_in}.", FutureWarning, stacklevel)
