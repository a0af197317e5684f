"""Features and statistics of reference images, computed once and kept in the cache."""

import hashlib
import json

import numpy as np

from keras_gan.cache import cache_folder, write_whole
from keras_gan.data.batches import unpack
from keras_gan.data.images import to_uint8
from keras_gan.data.stream import from_the_start

VERSION = 2


def images_of(source):
    """The images of a reference, as an object with a length and `[indices]` -> uint8.

    Args:
        source: uint8 or [-1, 1] array, `tf.data.Dataset` of batches of them (from `keras_gan.data.load`: all
            images), or an object that already has a length and `[indices]` -> uint8.
    """
    if hasattr(source, "element_spec"):
        source = np.concatenate([_levels(unpack(batch)["image"].numpy()) for batch in from_the_start(source)])
    elif isinstance(source, (np.ndarray, list, tuple)):
        source = _levels(np.asarray(source))
    if len(source) < 2:
        raise ValueError(f"A reference needs at least 2 images. Received: {len(source)}")
    return source


def _levels(images):
    if images.dtype == np.uint8:
        return images
    if not np.isfinite(images).all() or np.abs(images).max(initial=0.0) > 1.001:
        raise ValueError("Float images must be finite and in [-1, 1]; other images must be uint8.")
    return to_uint8(images).numpy()


def reference_moments(source, extractor):
    """Count, mean and covariance of the features of reference images, kept in the cache.

    Args:
        source: images as `images_of` takes them.
        extractor: `Extractor`.

    Returns:
        Path of the file, for `load_moments`.
    """
    images = images_of(source)

    def compute():
        n, mean, covariance = moments_of(features_of(images, extractor))
        return {"count": np.int64(n), "mean": mean, "covariance": covariance}

    return _cached("moments", images, np.arange(len(images)), extractor, compute)


def load_moments(path):
    """(n, mean, covariance) from a file of `reference_moments`."""
    arrays = _load_or_raise(path)
    return int(arrays["count"]), arrays["mean"], arrays["covariance"]


def moments_of(parts):
    """(n, mean, unbiased covariance) of features that are given part by part."""
    count, total, products = 0, 0.0, 0.0
    for features in parts:
        features = features.astype("float64")
        count, total = count + len(features), total + features.sum(axis=0)
        products = products + features.T @ features
    return moments(count, total, products)


def moments(count, total, products):
    """(n, mean, unbiased covariance) of n vectors, from their sum and the sum of their outer products."""
    count = int(count)
    if count < 2:
        raise ValueError(f"A covariance needs at least 2 images of each kind. Received: {count}")
    if not np.isfinite(total).all():
        raise ValueError("Features are NaN or infinite: check the images and the extractor.")
    mean = total / count
    return count, mean, (products - count * np.outer(mean, mean)) / (count - 1)


def reference_features(source, extractor, n=None, seed=0):
    """Features of reference images, kept in the cache.

    Args:
        source: images as `images_of` takes them.
        extractor: `Extractor`.
        n: int, how many images, chosen by the seed; None for all of them.
        seed: int.

    Returns:
        Path of the file, for `load_features`.
    """
    images = images_of(source)
    chosen = chosen_indices(len(images), n, seed)

    def compute():
        return {"features": np.concatenate(list(features_of(images, extractor, chosen)))}

    return _cached("features", images, chosen, extractor, compute)


def load_features(path):
    """float32 array of shape (n, features) from a file of `reference_features`."""
    return _load_or_raise(path)["features"]


def _load_or_raise(path):
    arrays = _load(path)
    if arrays is None:
        raise ValueError(
            f"The reference statistics {path} are gone or damaged: create the metric again from its images."
        )
    return arrays


def chosen_indices(count, n=None, seed=0):
    """n of the indices below `count`, chosen at random, in order; all if n is None or at least `count`."""
    if n is None or n >= count:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, n, replace=False))


def features_of(images, extractor, indices=None, batch_size=64):
    """Yield the features of images (all, or those at the indices), part by part."""
    indices = np.arange(len(images)) if indices is None else indices
    for start in range(0, len(indices), batch_size):
        yield np.asarray(extractor(np.asarray(images[indices[start : start + batch_size]])))


def _cached(kind, images, indices, extractor, compute):
    """The cached file of `compute()` for these images and this extractor; computed if it is missing."""
    digest = hashlib.sha256()
    for start in range(0, len(indices), 1024):
        block = np.ascontiguousarray(images[indices[start : start + 1024]])
        digest.update(str(block.shape).encode())
        digest.update(block)
    network = [extractor.sha256, extractor.layer, extractor.value_range]
    key = json.dumps([VERSION, kind, digest.hexdigest(), *network])
    path = cache_folder("statistics") / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"
    if _load(path) is None:
        arrays = compute()
        write_whole(path, lambda partial: _save(partial, arrays))
    return str(path)


def _save(path, arrays):
    with open(path, "wb") as file:
        np.savez(file, **arrays, checksum=_checksum(arrays))


def _load(path):
    """The arrays of a cached file, or None if it is missing or damaged."""
    try:
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
    except Exception:
        return None
    checksum = arrays.pop("checksum", None)
    return arrays if checksum is not None and str(checksum) == _checksum(arrays) else None


def _checksum(arrays):
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]))
    return digest.hexdigest()
