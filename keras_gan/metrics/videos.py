"""Metrics of videos: how constant their content is, and how well frames are predicted."""

import numpy as np

from keras_gan.metrics.psnr import psnr


def average_content_distance(features):
    """How much a video's content changes between frames: 0 if it stays the same.

        mean over videos of mean over pairs of frames of |f(frame) - f(other frame)|_2

    Args:
        features: array of shape (n, time, features) that describes the content of each frame: for example
            `extractor(frames)` of a classifier or a face network, or simply the mean colour.

    Returns:
        float.

    Raises:
        ValueError: for another shape, one frame, and NaN.

    Example:
    >>> features = np.zeros((2, 3, 4))
    >>> features[0, 2, 0] = 3.0
    >>> keras_gan.metrics.videos.average_content_distance(features)
    1.0

    Reference: Tulyakov et al., "MoCoGAN: Decomposing Motion and Content for Video Generation", 2018, https://arxiv.org/abs/1707.04993
    """
    features = np.asarray(features, "float64")
    if features.ndim != 3 or features.shape[1] < 2 or not len(features):
        raise ValueError(
            "`features` must have shape (n, time, features), of two frames at least. "
            f"Received: {features.shape}"
        )
    if not np.isfinite(features).all():
        raise ValueError("The features contain NaN or infinite values.")
    first, second = np.triu_indices(features.shape[1], 1)
    # Computed pair by pair: all pairs at once may not fit into memory.
    pairs = zip(first, second, strict=True)
    distances = [np.linalg.norm(features[:, i] - features[:, j], axis=1) for i, j in pairs]
    return float(np.mean(distances))


def psnr_by_horizon(real, predicted):
    """PSNR in dB of predicted frames at each time, from the mean squared error over all videos.

    Args:
        real, predicted: arrays of shape (n, time, height, width, channels), uint8 or floats in [-1, 1].

    Returns:
        float64 array of shape (time,).

    Raises:
        ValueError: for different shapes.

    Example:
    >>> real = np.zeros((2, 3, 8, 8, 1), "uint8")
    >>> predicted = real + np.array([1, 2, 4], "uint8")[:, None, None, None]
    >>> keras_gan.metrics.videos.psnr_by_horizon(real, predicted).round(1)
    array([48.1, 42.1, 36.1])
    """
    real, predicted = np.asarray(real), np.asarray(predicted)
    if real.shape != predicted.shape or real.ndim != 5:
        raise ValueError(
            "Both must have shape (n, time, height, width, channels). "
            f"Received: {real.shape} and {predicted.shape}"
        )
    # From the mean of the errors, not the mean of the ratios, which one exact frame would make infinite.
    errors = [
        np.mean(10.0 ** (-0.1 * np.asarray(psnr(real[:, t], predicted[:, t]), "float64")))
        for t in range(real.shape[1])
    ]
    with np.errstate(divide="ignore"):
        return -10.0 * np.log10(errors)
