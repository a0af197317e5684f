"""Data sets by name."""

import os

import tensorflow as tf

from keras_gan.data import folder, mnist_5k, tensorflow_datasets
from keras_gan.data.arrays import getter
from keras_gan.data.images import check_channels, from_uint8, image_size_pair
from keras_gan.data.stream import Stream


def load(
    name,
    *,
    splits="train",
    image_size=None,
    batch_size=64,
    channels=None,
    labels=False,
    seed=0,
    data_dir=None,
    flip=False,
    fit="crop",
    on_error="raise",
    cache_limit=4 * 2**30,
):
    """Load images as shuffled batches of float32 in [-1, 1], ready for `GAN.fit`.

    Args:
        name: "mnist_5k", 5,000 real digits that come with `pip install keras-gan[demo]` (splits
            `train`, 4,500, and `test`, 500, 50 a class); "folder:PATH", images or one folder of
            images per class; or the name of any image data set of TFDS, such as "mnist".
        splits: a split's name, or a tuple of them. TFDS' slices ("train[:90%]") work for TFDS. A
            folder's splits are its sub-folders of those names; "train" is the folder itself
            where it has none.
        image_size: int or (height, width); None keeps the size that all images share.
        batch_size: int. Only full batches are made.
        channels: 1 for grey, 3 for RGB, 4 for RGBA, None as the data set is. Transparency becomes white, but of RGBA.
        labels: bool, whether to yield (images, labels); then `dataset.class_names` is there too.
        seed: int, of order and flips.
        data_dir: where TFDS finds or prepares its data. Default: TFDS_DATA_DIR or
            ~/tensorflow_datasets.
        flip: bool, whether to mirror images left-right at random.
        fit: "crop" (centre) or "pad" (white), where aspect ratios differ.
        on_error: "raise" names a file that cannot be read; "skip" leaves such files out, and
            says how many and which.
        cache_limit: bytes. Decoded images are kept in memory up to this size. Beyond, a folder's
            files are decoded again when they are needed, and TFDS' images are spilled once to a
            file in the user's cache folder. Nothing random happens before that.

    Returns:
        A `tf.data.Dataset` for one split, a tuple of them for a tuple.

    Raises:
        ValueError: for unknown names, empty folders, unreadable files, images of several sizes
            without `image_size`, fewer images than a batch.

    Example:
    >>> train, test = keras_gan.data.load("mnist_5k", splits=("train", "test"), batch_size=50)
    >>> train.element_spec.shape, len(train), len(test)
    (TensorShape([50, 28, 28, 1]), 90, 10)
    """
    check_channels(channels)
    for option, value, known in (("fit", fit, ("crop", "pad")), ("on_error", on_error, ("raise", "skip"))):
        if value not in known:
            raise ValueError(f"`{option}` must be one of {known}. Received: {value!r}")
    size = image_size_pair(image_size)
    many = isinstance(splits, (tuple, list))
    names = list(splits) if many else [splits]
    if not names or not all(isinstance(split, str) for split in names):
        raise ValueError(f"`splits` must be a name or a tuple of names. Received: {splits!r}")

    sources = [
        read(name, split, size, channels, labels, data_dir, fit, on_error, cache_limit) for split in names
    ]
    datasets = []
    for split, source in zip(names, sources, strict=True):
        stream = Stream(
            _fetch(source, labels),
            len(source.labels),
            batch_size,
            seed=seed,
            flip=flip,
            class_names=source.class_names,
            structure=(lambda b: (b["image"], b["label"])) if labels else (lambda b: b["image"]),
            name=name if split == "train" else f"{name}[{split}]",
        )
        dataset = stream.dataset()
        dataset.class_names = source.class_names
        datasets.append(dataset)
    return tuple(datasets) if many else datasets[0]


def read(
    name,
    split,
    size=None,
    channels=None,
    labels=False,
    data_dir=None,
    fit="crop",
    on_error="raise",
    cache_limit=4 * 2**30,
):
    """The images of one split as they lie there, a `Source`; arguments as `load`, size as a pair."""
    if name == "mnist_5k":
        return mnist_5k.read(split, size, channels, fit)
    if name.startswith("folder:"):
        path = os.path.expanduser(name.removeprefix("folder:"))
        return folder.read(path, split, size, channels, labels, fit, on_error, cache_limit)
    return tensorflow_datasets.read(name, split, size, channels, labels, data_dir, fit, cache_limit)


def _fetch(source, with_labels):
    """A `fetch` for `Stream` from a source."""
    images = getter(source.images)
    with tf.device("CPU:0"), tf.init_scope():
        class_indices = tf.constant(source.labels) if with_labels else None

    def fetch(indices):
        batch = {"image": from_uint8(images(indices))}
        if with_labels:
            batch["label"] = tf.gather(class_indices, indices)
        return batch

    return fetch
