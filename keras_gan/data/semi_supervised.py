"""Data sets in which few images have a label."""

import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.data.arrays import arrays_of, checked_rows, gather_from
from keras_gan.data.stream import Stream


def unlabel(labels, keep, seed=0):
    """Remove all labels except for some of each class, to train with few labels.

    Args:
        labels: array of n ints.
        keep: int, number of labels to keep, spread over the classes as evenly as possible.
        seed: int.

    Returns:
        int32 array of shape (n,), -1 where the label is removed.

    Raises:
        ValueError: for fewer than one label a class, and for more labels than there are.

    Example:
    >>> labels = keras_gan.data.unlabel(np.arange(100) % 10, keep=20)
    >>> np.bincount(labels[labels >= 0]).tolist()
    [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"`labels` must be ints of shape (n,). Received: {labels.dtype} of shape {labels.shape}"
        )
    check_int(keep, "keep")
    classes = np.unique(labels[labels >= 0])
    if not len(classes) <= keep <= (labels >= 0).sum():
        raise ValueError(
            f"`keep` must be {len(classes)}, one label a class, to {(labels >= 0).sum()}, all that there are. Received: {keep}"
        )
    random = np.random.default_rng(seed)
    orders = [random.permutation(np.flatnonzero(labels == label)) for label in classes]
    # The first of each class, then the second of each, and so on.
    turns = [(i, k, place) for k, order in enumerate(orders) for i, place in enumerate(order)]
    kept = [place for _, _, place in sorted(turns)[:keep]]
    found = np.full(len(labels), -1, "int32")
    found[kept] = labels[kept]
    return found


def semi_supervised(
    images,
    labels=None,
    *,
    batch_size=64,
    seed=0,
    flip=False,
    name=None,
    class_names=None,
    value_range=None,
):
    """Make a data set for `SemiSupervisedGAN`: batches of all images, each with one of labelled images.

    The labelled images are drawn anew for each batch, so that few labels are seen as often as many images.

    Args:
        images: array of shape (n, height, width, channels), uint8 or floats in [-1, 1], or vectors (n, size);
            or a data set of `keras_gan.data` that yields (images, labels), such as a folder whose class
            folder `unlabelled` has the images without a label.
        labels: array of n ints, -1 where there is none; None with a data set.
        batch_size, seed, flip, name: as in `keras_gan.data.from_arrays`.
        class_names: list of str by label, or None; a data set has its own.
        value_range: (low, high), the values of black and white in the images' units, or None; a data set has its
            own.

    Returns:
        `tf.data.Dataset` of dicts with `image`, `label`, `labelled_image` and `labelled_label`.

    Raises:
        ValueError: for wrong shapes, ranges, lengths, NaN, and labels that are all -1.

    Example:
    >>> images, labels = np.zeros((100, 8, 8, 1), "uint8"), np.arange(100) % 10
    >>> data = keras_gan.data.semi_supervised(images, keras_gan.data.unlabel(labels, 20), batch_size=10)
    >>> bool((next(iter(data))["labelled_label"].numpy() >= 0).all())
    True
    """
    if labels is None:
        images, labels, about = arrays_of(images)
        value_range = value_range or about["value_range"]
        name, class_names = name or about["name"], class_names or about["class_names"]
    images, labels = checked_rows(images), np.asarray(labels)
    if flip and images.ndim == 2:
        raise ValueError("`flip` mirrors images, and these are vectors.")
    if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
        raise ValueError(
            f"`labels` must be {len(images)} ints, one for each image, -1 for none. Received: {labels.dtype} of shape {labels.shape}"
        )
    if labels.min() < -1 or labels.max() < 0:
        raise ValueError(
            f"`labels` must be -1 for none or from 0 on, and some 0 or more. Received: {labels.min()} to {labels.max()}"
        )
    labelled = np.flatnonzero(labels >= 0)
    fetch_labelled = gather_from({"image": images[labelled], "label": labels[labelled].astype("int32")})

    def then(batch, seed):
        drawn = tf.random.stateless_uniform([batch_size], seed + 6, 0, len(labelled), tf.int64)
        beside = fetch_labelled(drawn)
        if flip:
            mirrored = tf.random.stateless_uniform((batch_size, 1, 1, 1), seed + 7) < 0.5
            beside["image"] = tf.where(mirrored, tf.reverse(beside["image"], [2]), beside["image"])
        return {**batch, **{f"labelled_{key}": value for key, value in beside.items()}}

    arrays = {"image": images, "label": labels.astype("int32")}
    stream = Stream(
        gather_from(arrays),
        len(images),
        batch_size,
        seed=seed,
        flip=flip,
        then=then,
        class_names=class_names,
        value_range=value_range,
        name=name or "semi-supervised",
    )
    dataset = stream.dataset()
    dataset.class_names = class_names
    return dataset
