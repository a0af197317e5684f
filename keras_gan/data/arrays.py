"""Arrays -> batches."""

import numpy as np
import tensorflow as tf

from keras_gan.data.images import from_uint8, to_uint8
from keras_gan.data.stream import Stream


def from_arrays(images, labels=None, *, batch_size=64, shuffle=True, seed=0, flip=False, name="arrays"):
    """Make a data set from arrays in memory.

    Args:
        images: array of shape (n, height, width, channels): uint8 in [0, 255], or floats in
            [-1, 1]; or float vectors of shape (n, size), in any range.
        labels: optional array of n integers.
        batch_size: int. Default 64; full batches only.
        shuffle: bool. Default True, in a new order each epoch of `GAN.fit`.
        seed: int. Default 0.
        flip: bool, whether to mirror images left-right at random.
        name: str, what the data is called in messages and metadata.

    Returns:
        `tf.data.Dataset` of float images, or of (images, labels).

    Raises:
        ValueError: for wrong shapes, ranges, lengths, NaN.

    Example:
    >>> images = np.zeros((100, 28, 28, 1), "uint8")
    >>> keras_gan.data.from_arrays(images, batch_size=50).element_spec
    TensorSpec(shape=(50, 28, 28, 1), dtype=tf.float32, name=None)
    """
    images = checked_rows(images)
    arrays = {"image": images}
    if labels is not None:
        labels = np.asarray(labels)
        if labels.shape[:1] != images.shape[:1]:
            raise ValueError(
                f"`labels` must have one row per image. Received: labels of shape {labels.shape} for {len(images)} images"
            )
        arrays["label"] = labels
    structure = (lambda b: b["image"]) if labels is None else (lambda b: (b["image"], b["label"]))
    stream = Stream(
        gather_from(arrays),
        len(images),
        batch_size,
        seed=seed,
        shuffle=shuffle,
        flip=flip,
        structure=structure,
        name=name,
    )
    return stream.dataset()


def checked_rows(images):
    """Return images or vectors as an array; raise a ValueError for wrong shapes and wrong floats."""
    images = np.asarray(images)
    if images.ndim not in (2, 4):
        raise ValueError(
            "`images` must have shape (n, height, width, channels), or (n, size) for vectors. "
            f"Received: shape={images.shape}"
            + (". Add the channel: `images[..., None]`." if images.ndim == 3 else "")
        )
    if images.dtype != np.uint8:
        check_floats(images, in_range=images.ndim == 4)
    return images


def arrays_of(dataset):
    """Return the images (of rank 4: as uint8) and labels of a data set that yields both, or of two arrays.

    Returns:
        images, labels, and a dict of its `name`, `class_names` and `value_range`.
    """
    # A data set with a `map` on top is not accepted: the work of the `map` would be lost.
    stream = getattr(dataset, "stream", None)
    about = {"name": "arrays", "class_names": None, "value_range": None}
    if stream is not None:
        parts = list(stream.whole().as_numpy_iterator())
        if not isinstance(parts[0], tuple):
            raise ValueError(
                f"{stream.name} has no labels: `keras_gan.data.load(..., labels=True)` gives them."
            )
        images, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
        about = {name: getattr(stream, name) for name in about}
    elif isinstance(dataset, (tuple, list)) and len(dataset) == 2:
        images, labels = map(np.asarray, dataset)
    else:
        raise ValueError(
            "`dataset` must be a data set of keras_gan.data that yields (images, labels), without operations after it, or a pair of arrays. "
            "Received: "
            f"{type(dataset).__name__}"
        )
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or len(labels) != len(images):
        raise ValueError(
            f"Labels must be ints of shape ({len(images)},). Received: {labels.dtype} of shape {labels.shape}"
        )
    images = checked_rows(images)
    if images.ndim == 4 and images.dtype != np.uint8:
        images = to_uint8(images).numpy()
    return images, labels, about


def check_floats(images, name="Images", in_range=True):
    """Raise a ValueError unless the array has finite floats, and, if `in_range`, values in [-1, 1]."""
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            f"{name} must be float32 in [-1, 1]. Received: dtype={images.dtype}. Write "
            "`images.astype('float32') / 127.5 - 1`, or pass uint8 to `keras_gan.data.from_arrays`."
        )
    low, high = (images.min(), images.max()) if images.size else (0.0, 0.0)
    if not np.isfinite(low + high):
        raise ValueError(f"The {name.lower()} contain NaN or infinite values.")
    if in_range:
        message = range_problem(low, high, name)
        if message:
            raise ValueError(message)


def range_problem(low, high, name="Images"):
    """Return a message on what is wrong with images of this range, or None."""
    if low >= -1.001 and high <= 1.001 and (low < 0 or low == high):
        return None
    if low >= 0 and high <= 1.001:
        fix = (
            f"They look like [0, 1]: write `{name.lower()} * 2 - 1`. If they are in [-1, 1], and just bright, "
            "pass them as uint8, `keras_gan.data.to_uint8`."
        )
    elif low >= 0 and high <= 255:
        fix = f"They look like 0..255: write `{name.lower()} / 127.5 - 1`."
    else:
        fix = "Scale them: `2 * (images - low) / (high - low) - 1`."
    return f"{name} must be in [-1, 1]. Received values from {low:.6g} to {high:.6g}. {fix}"


def getter(images):
    """Return a function from indices of shape (batch,) to images: of an array, or of files read on demand."""
    if isinstance(images, np.ndarray) and not isinstance(images, np.memmap):
        with tf.device("CPU:0"), tf.init_scope():
            images = tf.constant(images)
        return lambda indices: tf.gather(images, indices)

    def read(indices):
        indices = tf.convert_to_tensor(indices, tf.int64)
        found = tf.numpy_function(images.__getitem__, [indices], images.dtype, stateful=False)
        return tf.ensure_shape(found, (indices.shape[0], *images.shape[1:]))

    return read


def gather_from(arrays):
    """Return a `fetch` for `Stream` from a dict of arrays; uint8 images become floats in [-1, 1]."""
    with tf.device("CPU:0"), tf.init_scope():
        tensors = {name: tf.constant(array) for name, array in arrays.items()}

    def fetch(indices):
        batch = {name: tf.gather(tensor, indices) for name, tensor in tensors.items()}
        if batch["image"].dtype == tf.uint8:
            batch["image"] = from_uint8(batch["image"])
        return batch

    return fetch
