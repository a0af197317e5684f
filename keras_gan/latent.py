"""Ways through the space of latents."""

import numpy as np


def interpolate(first, last, t, path="slerp"):
    """Latents between two sets, row by row.

    Args:
        first, last: float arrays of shape (n, latent_dim).
        t: float or array that broadcasts to (n, 1): 0 is `first`, 1 is `last`.
        path: "slerp", along great circles, with lengths changing evenly, where normal latents
            stay typical; or "lerp", straight.

    Returns:
        float64 array of shape (n, latent_dim).

    Raises:
        ValueError: for shapes that differ and unknown paths.

    Example:
    >>> keras_gan.latent.interpolate([[1.0, 0.0]], [[0.0, 1.0]], 0.5).round(4)
    array([[0.7071, 0.7071]])

    Reference: White, "Sampling Generative Networks", 2016, https://arxiv.org/abs/1609.04468
    """
    first, last = np.asarray(first, "float64"), np.asarray(last, "float64")
    if first.shape != last.shape or first.ndim != 2:
        raise ValueError(f"Both must have shape (n, latent_dim). Received: {first.shape} and {last.shape}")
    if path == "lerp":
        return first + t * (last - first)
    if path != "slerp":
        raise ValueError(f"`path` must be 'slerp' or 'lerp'. Received: {path!r}")
    lengths = [np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12) for x in (first, last)]
    cosine = np.clip((first * last).sum(axis=1, keepdims=True) / (lengths[0] * lengths[1]), -1.0, 1.0)
    angle = np.arccos(cosine)
    # Nearly parallel ones are joined by a straight line.
    sine = np.where(np.sin(angle) < 1e-6, 1.0, np.sin(angle))
    near = np.sin(angle) < 1e-6
    weights = [np.where(near, w, np.sin(w * angle) / sine) for w in (1.0 - t, t + 0.0 * angle)]
    between = weights[0] * first / lengths[0] + weights[1] * last / lengths[1]
    return between * (lengths[0] + t * (lengths[1] - lengths[0]))
