"""How well scores separate anomalies from normal images, and members of a training set from others."""

import numbers

import numpy as np
import scipy.ndimage
import scipy.stats

from keras_gan.metrics.functional import nearest_neighbors


def auroc(anomalous, scores):
    """Area under the receiver operating characteristic: P(anomalous score > normal score), ties count half.

    Args:
        anomalous: booleans, or 0 and 1, of any shape: one for each image or pixel.
        scores: floats of the same shape, higher for less normal images or pixels.

    Returns:
        float in [0, 1]; 0.5 for scores without information.

    Raises:
        ValueError: for other shapes, NaN, and if all are anomalous or all are normal.

    Example:
    >>> keras_gan.metrics.detection.auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    anomalous, scores = _scored(anomalous, scores)
    ranks = scipy.stats.rankdata(scores)
    count = int(anomalous.sum())
    return float((ranks[anomalous].sum() - count * (count + 1) / 2) / (count * (len(scores) - count)))


def auprc(anomalous, scores):
    """Area under the precision-recall curve as average precision: sum of (R_n - R_n-1) P_n over thresholds.

    Arguments and errors as `auroc`.

    Returns:
        float in [0, 1]; for scores without information the share of anomalous images or pixels.

    Example:
    >>> round(keras_gan.metrics.detection.auprc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    0.8333
    """
    anomalous, scores = _scored(anomalous, scores)
    true, false = _above(scores, anomalous.astype("float64"), (~anomalous).astype("float64"))
    recall = np.diff(true, prepend=0.0) / true[-1]
    return float((recall * true / (true + false)).sum())


def per_region_overlap(masks, heatmaps, max_false_positive_rate=0.3):
    """Share of each anomalous region above a threshold, averaged over regions and false-positive rates.

    Each connected region has the same weight, whatever its size; in the pixel AUROC large regions dominate.

    Args:
        masks: booleans, or 0 and 1, of shape (n, height, width): which pixels are anomalous.
        heatmaps: floats of the same shape, higher for less normal pixels.
        max_false_positive_rate: float in (0, 1], largest share of normal pixels above the threshold.

    Returns:
        float in [0, 1].

    Raises:
        ValueError: as `auroc`.

    Example:
    >>> masks = np.zeros((1, 4, 4), bool)
    >>> masks[0, 0, 0] = masks[0, 2:, 2:] = True
    >>> keras_gan.metrics.detection.per_region_overlap(masks, masks.astype("float32"))
    1.0

    Reference: Bergmann et al., "The MVTec Anomaly Detection Dataset", 2021, https://doi.org/10.1007/s11263-020-01400-4
    """
    masks = np.asarray(masks)
    if masks.ndim != 3:
        raise ValueError(f"`masks` must have shape (n, height, width). Received: shape={masks.shape}")
    if not 0.0 < max_false_positive_rate <= 1.0:
        raise ValueError(
            f"`max_false_positive_rate` must be in (0, 1]. Received: {max_false_positive_rate!r}"
        )
    anomalous, scores = _scored(masks, heatmaps)
    # The pixels of a region share a weight of 1. Pixels that touch by a side or a corner are connected.
    weights, regions = np.zeros(masks.shape), 0
    for mask, weight in zip(masks, weights, strict=True):
        numbers, count = scipy.ndimage.label(mask, np.ones((3, 3)))
        sizes = np.bincount(numbers.reshape(-1))
        weight[numbers > 0] = 1.0 / sizes[numbers[numbers > 0]]
        regions += count
    overlap, false = _above(scores, weights.reshape(-1) / regions, (~anomalous) / (~anomalous).sum())
    overlap, false = np.append(0.0, overlap), np.append(0.0, false)
    at_most = np.interp(max_false_positive_rate, false, overlap)
    kept = false <= max_false_positive_rate
    curve = np.append(overlap[kept], at_most), np.append(false[kept], max_false_positive_rate)
    return float(np.trapezoid(*curve) / max_false_positive_rate)


def limit_of(scores, false_positive_rate):
    """The score above which at most a given share of normal scores lies.

    Args:
        scores: floats (n,) of normal images.
        false_positive_rate: float in [0, 1).

    Returns:
        float.

    Raises:
        ValueError: for too few scores for the rate, and for NaN.

    Example:
    >>> keras_gan.metrics.detection.limit_of(np.arange(20.0), 0.1)
    17.0
    """
    scores = np.sort(np.asarray(scores, "float64").reshape(-1))
    if not np.isfinite(scores).all():
        raise ValueError("The scores contain NaN or infinite values.")
    if not isinstance(false_positive_rate, numbers.Real) or not 0.0 <= false_positive_rate < 1.0:
        raise ValueError(f"`false_positive_rate` must be in [0, 1). Received: {false_positive_rate!r}")
    above = int(np.floor(false_positive_rate * len(scores) + 1e-9))
    if not len(scores) or (false_positive_rate > 0.0 and not above):
        needed = int(np.ceil(1 / false_positive_rate - 1e-9)) if false_positive_rate else 1
        raise ValueError(
            f"A false-positive rate of {false_positive_rate:g} needs {needed} normal images or more. Received: {len(scores)}"
        )
    return float(scores[len(scores) - 1 - above])


def membership_auroc(generated, train, held_out):
    """Whether generated images reveal which images a model was trained on.

    An attacker predicts that an image was trained on if a generated one is near it. The result is the area
    under the ROC curve of this attack on training images and held-out ones.

    Args:
        generated, train, held_out: float arrays of shape (n, features), such as pixels. `train` and
            `held_out` should have the same distribution: any other difference between them counts as a leak.

    Returns:
        float, about .5 if nothing leaks, 1 if all training images are copied.

    Example:
    >>> train, held_out = np.random.default_rng(0).normal(size=(2, 200, 4))
    >>> keras_gan.metrics.detection.membership_auroc(train, train, held_out)
    1.0

    Reference: Chen et al., "GAN-Leaks", 2020, https://arxiv.org/abs/1909.03935, the black-box attack
    """
    distances = [nearest_neighbors(images, generated)[0][:, 0] for images in (train, held_out)]
    member = np.repeat([True, False], [len(each) for each in distances])
    return auroc(member, -np.concatenate(distances))


def _scored(anomalous, scores):
    """Check the arguments; return flat booleans and float64 scores."""
    anomalous, scores = np.asarray(anomalous), np.asarray(scores, "float64")
    if anomalous.shape != scores.shape:
        raise ValueError(f"Each has one score. Received: shapes {anomalous.shape} and {scores.shape}")
    if not np.isin(anomalous, (0, 1)).all():
        raise ValueError("`anomalous` must be booleans, or 0 and 1.")
    if not np.isfinite(scores).all():
        raise ValueError("The scores contain NaN or infinite values.")
    anomalous = anomalous.reshape(-1).astype(bool)
    if anomalous.all() or not anomalous.any():
        raise ValueError(
            f"Both kinds are needed. Received: {int(anomalous.sum())} anomalous of {len(anomalous)}"
        )
    return anomalous, scores.reshape(-1)


def _above(scores, *weights):
    """The sum of each weight at or above each distinct score, from the highest score down."""
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    return [np.cumsum(weight[order])[last] for weight in weights]
