"""Metrics that compare generated time series with real ones."""

import keras
import numpy as np
from keras import layers


def discriminative_score(real, made, seed=0, hidden=None, epochs=30):
    """How well a GRU separates generated series from real ones: |accuracy - 1/2| on held-out data.

    0 is chance level. Compare the score with its floor: the score of two halves of the real data.

    Args:
        real, made: float arrays of shape (n, times, columns), in the same units.
        seed: int, of the network, of the split (a fifth is held out) and the order.
        hidden: int, units of the GRU. Default: half the columns, 8 at least.
        epochs: int, passes over the training part. Default 30.

    Returns:
        float.

    Raises:
        ValueError: for other shapes, NaN, and fewer than ten series.

    Example:
    >>> real = np.random.default_rng(0).normal(size=(40, 6, 1))
    >>> 0.0 <= keras_gan.metrics.series.discriminative_score(real, real + 5.0, epochs=2) <= 0.5
    True

    Reference: Yoon et al., "Time-series Generative Adversarial Networks", 2019
    """
    real, made = _checked(real, made)
    count = min(len(real), len(made))
    rng = np.random.default_rng(seed)
    both = np.concatenate([rng.permutation(x)[:count] for x in (real, made)])
    labels = np.repeat([1.0, 0.0], count).astype("float32")
    order = rng.permutation(2 * count)
    held_out, kept = order[: 2 * count // 5], order[2 * count // 5 :]
    network = _network(both.shape[1:], hidden, 1, seed, each_time=False)
    network.compile(keras.optimizers.Adam(1e-2), keras.losses.BinaryCrossentropy(from_logits=True))
    _fit(network, both[kept], labels[kept], epochs, rng)
    right = (_outputs(network, both[held_out])[:, 0] > 0) == (labels[held_out] > 0.5)
    return float(abs(right.mean() - 0.5))


def predictive_score(real, made, seed=0, hidden=None, epochs=30):
    """Mean absolute error on real series of a GRU that was trained on generated ones.

    The GRU predicts the next value of the last column from all earlier values. The error is a share of the
    real data's range. The inputs include the past of the last column; in the official code they do not if
    there are other columns, so the values differ from the paper's. Compare the score with its floor: the
    score of a GRU that was trained on real series, with other real ones as `made`.

    Args and errors: as in `discriminative_score`.

    Example:
    >>> real = np.random.default_rng(0).normal(size=(40, 6, 1))
    >>> keras_gan.metrics.series.predictive_score(real, real, epochs=2) > 0
    True

    Reference: Yoon et al., "Time-series Generative Adversarial Networks", 2019
    """
    real, made = _checked(real, made)
    network = _network((real.shape[1] - 1, real.shape[2]), hidden, 1, seed, each_time=True)
    network.compile(keras.optimizers.Adam(1e-2), "mae")
    _fit(network, made[:, :-1], made[:, 1:, -1:], epochs, np.random.default_rng(seed))
    predicted = _outputs(network, real[:, :-1])
    return float(np.abs(predicted - real[:, 1:, -1:]).mean())


def autocorrelations(series, lags=None):
    """Autocorrelations of each column: array of shape (lags, columns), for lags of 1, 2, ... times.

    Args:
        series: array of shape (n, times, columns). Means and variances are over all series and times.
        lags: int. Default: half the times.

    Example:
    >>> keras_gan.metrics.series.autocorrelations(np.tile([1.0, -1.0], (5, 4))[..., None], lags=2).ravel()
    array([-1.,  1.])
    """
    series = np.asarray(series, "float64")
    if series.ndim != 3 or series.shape[1] < 2:
        raise ValueError(f"Series must have shape (n, times, columns). Received: {series.shape}")
    lags = lags or series.shape[1] // 2
    if not 1 <= lags < series.shape[1]:
        raise ValueError(f"`lags` must be less than the times, {series.shape[1]}. Received: {lags}")
    centred = series - series.mean((0, 1))
    variance = np.maximum((centred**2).mean((0, 1)), 1e-12)
    pairs = [(centred[:, k:] * centred[:, :-k]).mean((0, 1)) / variance for k in range(1, lags + 1)]
    return np.stack(pairs)


def autocorrelation_distance(real, made, lags=None):
    """Mean absolute difference of `autocorrelations`: 0 if generated series have those of the real ones.

    Example:
    >>> x = np.random.default_rng(0).normal(size=(50, 10, 1))
    >>> keras_gan.metrics.series.autocorrelation_distance(x, x)
    0.0
    """
    real, made = _checked(real, made)
    return float(np.abs(autocorrelations(real, lags) - autocorrelations(made, lags)).mean())


def _checked(real, made):
    """Both as float32, scaled so that the real ones have the range [0, 1]."""
    real, made = (np.asarray(x, "float64") for x in (real, made))
    if real.ndim != 3 or made.ndim != 3 or real.shape[1:] != made.shape[1:] or real.shape[1] < 2:
        raise ValueError(
            "Both must have shape (n, times, columns), of the same times and columns. "
            f"Received: {real.shape} and {made.shape}"
        )
    if min(len(real), len(made)) < 10:
        raise ValueError(f"Ten series of each are needed at least. Received: {len(real)} and {len(made)}")
    for name, x in (("real", real), ("generated", made)):
        if not np.isfinite(x).all():
            raise ValueError(f"The {name} series contain NaN or infinite values.")
    low, high = real.min((0, 1)), real.max((0, 1))
    size = np.where(high > low, high - low, 1.0)
    return tuple(((x - low) / size).astype("float32") for x in (real, made))


def _network(shape, hidden, outputs, seed, each_time):
    glorot, orthogonal = keras.initializers.GlorotUniform, keras.initializers.Orthogonal
    x = inputs = keras.Input(shape)
    x = layers.GRU(
        hidden or max(8, shape[1] // 2),
        return_sequences=each_time,
        kernel_initializer=glorot(3 * seed),
        recurrent_initializer=orthogonal(seed=3 * seed + 1),
    )(x)
    last = layers.Dense(outputs, "sigmoid" if each_time else None, kernel_initializer=glorot(3 * seed + 2))
    return keras.Model(inputs, last(x))


def _fit(network, x, y, epochs, rng):
    for _ in range(epochs):
        order = rng.permutation(len(x))
        network.fit(x[order], y[order], batch_size=128, shuffle=False, verbose=0)


def _outputs(network, x):
    # Not `predict`, which traces a function for each network and warns of it.
    return np.concatenate([np.asarray(network(x[i : i + 512])) for i in range(0, len(x), 512)])
