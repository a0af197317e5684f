"""Data sets by name."""

import os

import tensorflow as tf

from keras_gan.data import folder, mnist_5k, tensorflow_datasets, volume_folder
from keras_gan.data.arrays import getter
from keras_gan.data.images import check_channels, check_value_range, from_uint8, image_size_pair, with_range
from keras_gan.data.source import Source, Wanted
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
    value_range=None,
    cache_limit=4 * 2**30,
):
    """Load images as shuffled batches of float32 in [-1, 1], ready for `GAN.fit`.

    Args:
        name: "mnist_5k", 5,000 real digits that come with keras_gan
            (splits `train`, 4,500, and `test`, 500, 50 a class); "folder:PATH" or a `pathlib.Path`; or the
            name of any TFDS image data set, such as "mnist". The path is that of a folder or zip file of
            images, of one folder of images per class, of what the StyleGAN tools write (`dataset.json`), or
            of DICOM and NIfTI files, whose slices are the images (see `read_volumes`; needs
            `pip install 'keras-gan[medical]'`). Every file that Pillow reads is an image; a warning names
            what is left out.
        splits: a split's name, or a tuple of names. Slices ("train[:90%]") work for TFDS. A folder's splits
            are its sub-folders named `train`, `test` and `val` (or `Training`, `validation` and the like, in
            any case); if it has none, "train" is the folder itself. Classes have the same numbers in all
            splits.
        image_size: int or (height, width); None keeps the size that all images share.
        batch_size: int. Only full batches are made.
        channels: 1 for grey, 3 for RGB, 4 for RGBA, None for those of the data set. Transparent pixels are
            composited over white unless `channels=4`.
        labels: bool, whether to yield (images, labels); then `dataset.class_names` is there too.
        seed: int, for order and flips.
        data_dir: where TFDS finds or prepares its data. Default: TFDS_DATA_DIR or
            ~/tensorflow_datasets.
        flip: bool, whether to mirror images left-right at random.
        fit: "crop" (centre) or "pad" (white), where aspect ratios differ.
        on_error: "raise" names a file that cannot be read; "skip" leaves such files out, and reports how many
            and which.
        value_range: (low, high), the values of a folder's 16-bit or float images that become black and white.
            Default: 0 to 65535, for floats 0 to 255; a warning reports images that use little of this range.
            For DICOM and NIfTI it is in their units, such as Hounsfield units; default: the window that all
            files ask for, or the range of all values. `dataset.value_range` is the range that was used, and
            `to_units` converts images back.
        cache_limit: bytes. Decoded images are kept in memory up to this size. Larger sets are written once to
            a file in the user's cache folder and read from it. All random operations come after that.

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
    value_range = check_value_range(value_range)
    if isinstance(name, os.PathLike):
        name = f"folder:{os.fspath(name)}"
    if not isinstance(name, str):
        raise ValueError(
            f"`name` must be a name, 'folder:PATH' or a path. Received: {type(name).__name__}. Arrays: "
            "`keras_gan.data.from_arrays`."
        )
    check_options(fit, on_error)
    size = image_size_pair(image_size)
    many = isinstance(splits, (tuple, list))
    names = list(splits) if many else [splits]
    if not names or not all(isinstance(split, str) for split in names):
        raise ValueError(f"`splits` must be a name or a tuple of names. Received: {splits!r}")

    sources = [
        read(
            name,
            split,
            size,
            channels,
            labels,
            data_dir,
            fit,
            on_error,
            cache_limit=cache_limit,
            value_range=value_range,
        )
        for split in names
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
            value_range=source.value_range,
            structure=(lambda b: (b["image"], b["label"])) if labels else (lambda b: b["image"]),
            name=with_range(name if split == "train" else f"{name}[{split}]", source.value_range),
        )
        dataset = stream.dataset()
        dataset.class_names, dataset.value_range = source.class_names, source.value_range
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
    **options,
):
    """Return the stored images of one split, a `Source`; arguments as in `load`, size as a pair."""
    wanted = Wanted(split, size, channels, labels, data_dir, fit, on_error, **options)
    kind, colon, rest = name.partition(":")
    if kind + colon in OTHERS:
        raise ValueError(
            f"{name!r}: {kind + colon!r} is of recipes of {OTHERS[kind + colon]}, and not of images."
        )
    if kind + colon in SOURCES:
        return checked(SOURCES[kind + colon](rest, wanted), name, wanted)
    if wanted.value_range is not None:
        raise ValueError(f"`value_range` is of a folder's images of more than 8 bits, and {name!r} has none.")
    return tensorflow_datasets.read(name, split, size, channels, labels, data_dir, fit, wanted.cache_limit)


def check_options(fit, on_error):
    """Raise a ValueError for unknown values of `fit` and `on_error`."""
    if fit not in ("crop", "pad"):
        raise ValueError(f"`fit` must be one of ('crop', 'pad'). Received: {fit!r}")
    folder.check_on_error(on_error)


def checked(source, name, wanted):
    """Return the source; raise a ValueError if it is not what was requested."""
    if not isinstance(source, Source):
        raise ValueError(
            f"The reader of {name!r} must give a `keras_gan.data.Source`. Received: {type(source).__name__}"
        )
    size, channels = wanted.size or source.shape[:2], wanted.channels or source.shape[2]
    if tuple(source.shape) != (*size, channels):
        raise ValueError(
            f"{name!r} was asked for images of {(*size, channels)}. Received: {tuple(source.shape)}"
        )
    count = len(source.labels) if source.labels is not None else None
    if count is None or getattr(source.images, "shape", (count,))[0] != count:
        raise ValueError(f"{name!r} must give a label for each image. Received: {count} labels")
    if getattr(source.images, "dtype", "uint8") != "uint8":
        raise ValueError(f"{name!r} must give images of uint8. Received: {source.images.dtype}")
    return source


def _mnist_5k(rest, wanted):
    if wanted.value_range is not None:
        raise ValueError(
            "`value_range` is of a folder's images of more than 8 bits, and 'mnist_5k' has none."
        )
    return mnist_5k.read(wanted.split, wanted.size, wanted.channels, wanted.fit)


def _folder(path, wanted):
    root = folder.unpacked(path)
    if volume_folder.holds_volumes(root):
        return volume_folder.read(
            root,
            wanted.split,
            wanted.size,
            wanted.channels,
            wanted.labels,
            wanted.fit,
            wanted.on_error,
            wanted.value_range,
        )
    return folder.read(
        path,
        wanted.split,
        wanted.size,
        wanted.channels,
        wanted.labels,
        wanted.fit,
        wanted.on_error,
        wanted.cache_limit,
        wanted.value_range,
    )


# Readers of a name, or of all names that begin with a prefix with a colon: functions from the rest of the
# name and a `Wanted` to a `Source`. All other names are those of TFDS.
SOURCES = {"mnist_5k": _mnist_5k, "folder:": _folder}
# What other functions of this package load, by the prefixes on the command line.
OTHERS = {
    "sounds:": "sound, such as wavegan",
    "table:": "tables, such as ctgan",
    "sequences:": "texts, such as sequence-gan",
    "series:": "time series, such as timegan",
    "shapes:": "shapes, such as gan3d",
    "videos:": "videos, such as mocogan",
}


def register(prefix, reader):
    """Let `load` read names that begin with a prefix.

    Args:
        prefix: str that ends in a colon, such as "hdf5:".
        reader: function from the rest of the name and a `Wanted` to a `Source`.

    Raises:
        ValueError: for a prefix that is already taken or does not end in a colon.

    Example:
    >>> def noise(count, wanted):
    ...     images = np.random.default_rng(0).integers(0, 256, (int(count), *wanted.size, 1)).astype("uint8")
    ...     return keras_gan.data.Source(images, np.zeros(len(images), "int64"), None, images.shape[1:])
    >>> keras_gan.data.register("noise:", noise)
    >>> keras_gan.data.load("noise:100", image_size=8, batch_size=10).element_spec.shape
    TensorShape([10, 8, 8, 1])
    """
    if not (isinstance(prefix, str) and len(prefix) > 1 and prefix.endswith(":")) or not callable(reader):
        raise ValueError(
            f'`prefix` must end in a colon, such as "hdf5:", and `reader` be a function. Received: {prefix!r}, {reader!r}'
        )
    if prefix in SOURCES:
        raise ValueError(f"There is a source {prefix!r} already.")
    SOURCES[prefix] = reader


def _fetch(source, with_labels):
    """Return a `fetch` for `Stream` from a source."""
    images = getter(source.images)
    with tf.device("CPU:0"), tf.init_scope():
        class_indices = tf.constant(source.labels) if with_labels else None

    def fetch(indices):
        batch = {"image": from_uint8(images(indices))}
        if with_labels:
            batch["label"] = tf.gather(class_indices, indices)
        return batch

    return fetch
