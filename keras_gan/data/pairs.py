"""Paired and unpaired images: folders of two domains."""

import collections
import hashlib
import os
import pathlib
import warnings

import numpy as np

from keras_gan.arguments import check_int
from keras_gan.data import folder, tensorflow_datasets
from keras_gan.data.arrays import getter
from keras_gan.data.images import (
    check_channels,
    check_value_range,
    fit_image,
    from_uint8,
    image_size_pair,
    open_image,
    size_of,
    with_range,
)
from keras_gan.data.stream import Stream


def paired_folders(
    a,
    b=None,
    *,
    image_size=None,
    crop=None,
    batch_size=1,
    channels_a=None,
    channels_b=None,
    classes_a=None,
    flip=False,
    seed=0,
    direction="a2b",
    split="train",
    fit="crop",
    value_range=None,
    cache_limit=4 * 2**30,
):
    """Load pairs of images for `Pix2Pix`.

    Args:
        a, b: folders or zip files in which the two images of a pair have the same path
            (with one folder per class, or not). Without `b`, each image of `a` is a pair side by side, as in
            pix2pix' data sets.
        image_size: int or (height, width) to which images are brought; None keeps their size.
        crop: int or (height, width): a random part of that size is cut out of both images, at the same place.
        batch_size: int. Default 1, as in the paper.
        channels_a, channels_b: 1 for grey, 3 for RGB. Default: 1 if all images are grey. Transparent pixels
            are composited over white.
        classes_a: int, number of classes, if the images of `a` are label maps: grey or with a palette, with
            class numbers as pixels. `condition` then has a channel for each class, 1 where a pixel belongs to
            it and else -1. Label maps are resized by nearest neighbours.
        flip: bool, whether to mirror pairs left-right at random.
        seed: int, for order, crops and flips.
        direction: "a2b" (default): `condition` comes from a, `image` from b; "b2a": the reverse.
        split: "train" (default), "test" or "val", for folders that have sub-folders of these names; as in
            `keras_gan.data.load`.
        value_range: as in `keras_gan.data.load`.
        fit: "crop" (centre) or "pad" (white), where aspect ratios differ.
        cache_limit: int, bytes. Larger sets are written once to a file in the cache folder and read from it;
            images side by side are always held in memory.

    Returns:
        `tf.data.Dataset` of dicts with `condition` and `image`, float32 in [-1, 1].

    Raises:
        ValueError: for images without a partner, unreadable images, and sizes that differ; the message names
            them.

    Example:
    >>> pairs = keras_gan.data.paired_folders("edges2shoes/train", image_size=256)  # doctest: +SKIP
    """
    if direction not in ("a2b", "b2a"):
        raise ValueError(f'`direction` must be "a2b" or "b2a". Received: {direction!r}')
    if classes_a is not None and (b is None or direction != "a2b" or channels_a is not None):
        raise ValueError("`classes_a` goes with two folders, the direction a2b, and no `channels_a`.")
    check_int(classes_a, "classes_a", least=2, optional=True)
    size, value_range = image_size_pair(image_size), check_value_range(value_range)
    roots = [folder.split_folder(folder.unpacked(path), split) for path in (a, b) if path is not None]
    if b is None:
        files_a, files_b = folder.list_files(roots[0])[0], []
        left, right = _side_by_side(files_a, size, (channels_a, channels_b), fit, value_range)
    else:
        check_two_folders(a, b)
        files_a, files_b = (folder.list_files(root)[0] for root in roots)
        check_partners(*roots, files_a, files_b)
        left = _read(
            files_a, size, channels_a, fit, cache_limit, classes_a, None if classes_a else value_range
        )
        if classes_a and isinstance(left, np.ndarray):
            used = int(np.flatnonzero(left.any(axis=(0, 1, 2))).max()) + 1
            if used < classes_a:
                warnings.warn(
                    f"No pixel of {a} is of a class above {used - 1}: of `classes_a` = {classes_a} channels the last "
                    f"{classes_a - used} are empty.",
                    stacklevel=2,
                )
        right = _read(files_b, size, channels_b, fit, cache_limit, value_range=value_range)
        check_shapes(files_a, files_b)
        if left.shape[1:3] != right.shape[1:3]:
            raise ValueError(
                f"The images of {a} are {left.shape[1:3]} and those of {b} {right.shape[1:3]} (height, width). Pass "
                "`image_size` (--image-size); pairs of low and high resolution are for `data.low_high(high, scale, low=low)` "
                "(the recipes srgan and esrgan, --dataset HIGH --low LOW)."
            )
    condition, image = (left, right) if direction == "a2b" else (right, left)
    name = os.path.basename(os.path.normpath(str(a))) if b is None else f"{a} -> {b}"
    name = with_range(name, value_range)
    dataset = pairs_from_arrays(
        condition, image, crop=crop, batch_size=batch_size, flip=flip, seed=seed, name=name
    )
    dataset.stream.value_range = value_range
    dataset.stream.pictures = digests_of_files(files_b if classes_a else [*files_a, *files_b])
    return dataset


def pairs_from_arrays(
    condition, image, *, crop=None, batch_size=1, flip=False, seed=0, shuffle=True, name="pairs"
):
    """The same for uint8 arrays; sizes may differ by a whole factor; arguments as in `paired_folders`."""
    check_levels(condition=condition, image=image)
    if len(condition) != len(image):
        raise ValueError(f"There are {len(condition)} conditions for {len(image)} images.")
    getters = {"condition": getter(condition), "image": getter(image)}

    def fetch(indices):
        return {name: from_uint8(images(indices)) for name, images in getters.items()}

    stream = Stream(
        fetch,
        len(image),
        batch_size,
        seed=seed,
        shuffle=shuffle,
        flip=flip,
        crop=image_size_pair(crop),
        name=name,
    )
    stream.pictures = digests(image) if isinstance(image, np.ndarray) else {}
    return stream.dataset()


def unpaired_folders(
    a,
    b=None,
    *,
    image_size=None,
    crop=None,
    batch_size=1,
    channels=3,
    flip=False,
    seed=0,
    split="train",
    data_dir=None,
    fit="crop",
    value_range=None,
    cache_limit=4 * 2**30,
):
    """Load images of two domains that need not be paired, for `CycleGAN`.

    An epoch is as long as the larger domain; each domain has its own order.

    Args:
        a, b: folders or zip files of images (with one folder per class, or not). Without `b`, `a` is a TFDS
            data set with two domains: "cycle_gan/horse2zebra".
        channels: 1, 3 (default) or 4, for both domains; or a pair, for a and for b.
        split: "train" (default), "test" or "val", of a TFDS data set, or of folders that have sub-folders of
            these names; as in `keras_gan.data.load`.
        data_dir: where TFDS finds its data.
        value_range: as in `keras_gan.data.load`.
        image_size, crop, batch_size, flip, seed, fit, cache_limit: as in `paired_folders`.

    Returns:
        `tf.data.Dataset` of dicts with `condition` (domain A) and `image` (domain B), float32 in [-1, 1].

    Raises:
        ValueError: for empty folders, unreadable images, sizes that differ without `image_size`.

    Example:
    >>> unpaired = keras_gan.data.unpaired_folders("horses", "zebras", image_size=256)  # doctest: +SKIP
    """
    channels = channels if isinstance(channels, (tuple, list)) else (channels, channels)
    for of_domain in channels:
        check_channels(of_domain)
    size, value_range = image_size_pair(image_size), check_value_range(value_range)
    if b is None:
        if not str(a).startswith("cycle_gan/"):
            raise ValueError(
                f"`b` is missing: give a second folder, or a data set of TFDS's cycle_gan/*. Received: {a!r}"
            )
        domains = [
            tensorflow_datasets.read(
                str(a), f"{split}{domain}", size, of_domain, False, data_dir, fit, cache_limit
            )
            for domain, of_domain in zip("AB", channels, strict=True)
        ]
        images = [source.images for source in domains]
        pictures = None
    else:
        check_two_folders(a, b)
        files = [folder.files_of(path, split) for path in (a, b)]
        images = [
            _read(paths, size, of_domain, fit, cache_limit, value_range=value_range)
            for paths, of_domain in zip(files, channels, strict=True)
        ]
        pictures = digests_of_files([*files[0], *files[1]])
    if images[0].shape[1:3] != images[1].shape[1:3]:
        raise ValueError(
            f"The two domains differ in size: {images[0].shape[1:3]} and {images[1].shape[1:3]} (height, width). Pass "
            "`image_size` (--image-size)."
        )
    dataset = unpaired_from_arrays(
        *images,
        crop=crop,
        batch_size=batch_size,
        flip=flip,
        seed=seed,
        name=str(a) if b is None else with_range(f"{a}, {b}", value_range),
    )
    dataset.stream.value_range = value_range
    dataset.stream.pictures = pictures or dataset.stream.pictures
    return dataset


def unpaired_from_arrays(a, b, *, crop=None, batch_size=1, flip=False, seed=0, name="unpaired"):
    """The same for two uint8 arrays in memory; arguments as in `unpaired_folders`."""
    check_levels(a=a, b=b)
    streams = []
    for kind, images in enumerate((a, b)):
        get = getter(images)

        def fetch(indices, get=get):
            return {"image": from_uint8(get(indices))}

        streams.append(
            Stream(
                fetch,
                len(images),
                min(batch_size, len(images)),
                seed=2 * seed + kind,
                flip=flip,
                crop=image_size_pair(crop),
                name=name,
            )
        )
    stream = Unpaired(*streams, batch_size)
    in_memory = all(isinstance(images, np.ndarray) for images in (a, b))
    stream.pictures = digests(np.concatenate([a, b])) if in_memory else {}
    return stream.dataset()


def check_levels(**arrays):
    """Raise a ValueError, with the argument's name, for anything except uint8 images."""
    for name, images in arrays.items():
        dtype, shape = (getattr(images, attribute, None) for attribute in ("dtype", "shape"))
        if dtype != np.uint8 or len(shape) != 4:
            raise ValueError(
                f"`{name}` must be a uint8 array of shape (n, height, width, channels). Received: dtype={dtype}, "
                f"shape={shape}. Floats in [-1, 1] become uint8 by `keras_gan.data.to_uint8`; `fit` takes dicts of "
                "them, too."
            )


class Unpaired(Stream):
    """Two streams side by side, each in its own order; an epoch is as long as that of the longer stream."""

    def __init__(self, a, b, batch_size):
        size = max(a.size, b.size)
        super().__init__(None, size, batch_size, seed=a.seed, name=a.name)
        self.a, self.b = a, b
        a.batch_size = b.batch_size = batch_size

    def _batch(self, epoch, i):
        return {"condition": self.a._batch(epoch, i)["image"], "image": self.b._batch(epoch, i)["image"]}

    def rows_at(self, indices):
        return {
            "condition": self.a.rows_at(indices % self.a.size)["image"],
            "image": self.b.rows_at(indices % self.b.size)["image"],
        }

    def examples(self, count):
        return {"condition": self.a.examples(count)["image"], "image": self.b.examples(count)["image"]}


def digests(images):
    """Return a dict from an image's hash to its number, to find the same image in two data sets."""
    return {hashlib.sha256(np.ascontiguousarray(image)).digest(): i for i, image in enumerate(images)}


def digests_of_files(files):
    """The same for files and their paths; crops and resizes of a file count as the same image."""
    return {hashlib.sha256(pathlib.Path(file).read_bytes()).digest(): str(file) for file in files}


def warn_of_leak(train, test):
    """Warn if images of one stream are also in another."""
    if train is None or test is None or train is test:
        return
    mine, theirs = getattr(train, "pictures", {}), getattr(test, "pictures", {})
    both = sorted(theirs[digest] for digest in mine.keys() & theirs.keys())
    if both:
        names = [name if isinstance(name, str) else f"number {name}" for name in both[:5]]
        warnings.warn(
            f"{len(both)} of the {len(theirs)} held-out images are among the training's too "
            f"({', '.join(names)}{' ...' if len(both) > 5 else ''}): metrics of the held-out ones are too good.",
            stacklevel=3,
        )


# === Files ===


def check_two_folders(a, b):
    if os.path.realpath(os.path.expanduser(str(a))) == os.path.realpath(os.path.expanduser(str(b))):
        raise ValueError(f"a and b are the same folder, {a}.")


def check_partners(a, b, files_a, files_b):
    """Raise a ValueError that names images of two folders without a partner, or with two partners."""
    names = [
        [os.path.splitext(os.path.relpath(file, os.path.expanduser(str(root))))[0] for file in files]
        for root, files in ((a, files_a), (b, files_b))
    ]
    alone = [(a, sorted(set(names[0]) - set(names[1]))), (b, sorted(set(names[1]) - set(names[0])))]
    if any(missing for _, missing in alone):
        listed = "; ".join(f"{len(m)} only in {root}, such as {m[:3]}" for root, m in alone if m)
        raise ValueError(f"Images without a partner of the same name: {listed}.")
    for root, found in zip((a, b), names, strict=True):
        twice = [name for name, count in collections.Counter(found).items() if count > 1]
        if twice:
            raise ValueError(f"{root} has images whose names differ in their endings alone: {twice[:3]}.")


def check_shapes(files_a, files_b):
    """Raise a ValueError that names partners with different aspect ratios, which crops would separate."""
    sizes = [(a, size_of(a), b, size_of(b)) for a, b in zip(files_a, files_b, strict=True)]
    apart = [(a, x, b, y) for a, x, b, y in sizes if x[0] * y[1] != x[1] * y[0]]
    if apart:
        a, x, b, y = apart[0]
        raise ValueError(
            f"{len(apart)} of {len(sizes)} pairs have two shapes: {a} is {x} and {b} {y} (height, width). They would be cut "
            "apart: bring both to one shape."
        )


def _read(files, size, channels, fit, cache_limit, classes=None, value_range=None):
    """Return all images as a uint8 array, or read on demand; raise for unreadable ones and other sizes."""
    files, _, modes = folder.check_files(files, value_range=None if classes else value_range)
    check_channels(channels)
    channels = channels or folder.channels_of(modes)
    if fit not in ("crop", "pad"):
        raise ValueError(f'`fit` must be "crop" or "pad". Received: {fit!r}')
    size = size or folder.one_size(files)
    if classes is not None:
        return folder.LabelMaps(files, size, classes, fit).cached(cache_limit)
    return folder.Files(files, size, channels, fit, value_range).cached(cache_limit)


def _side_by_side(files, size, channels, fit, value_range):
    """Return the left and the right halves of images."""
    modes = folder.check_files(files, value_range=value_range)[2]
    channels = [of_half or folder.channels_of(modes) for of_half in channels]
    halves = ([], [])
    for path in files:
        picture = open_image(path)
        if picture.width % 2:
            raise ValueError(
                f"{path} is {picture.width} pixels wide: two images side by side have an even width."
            )
        half = picture.width // 2
        for i, part in enumerate(
            (picture.crop((0, 0, half, picture.height)), picture.crop((half, 0, 2 * half, picture.height)))
        ):
            halves[i].append(fit_image(part, size, channels[i], fit, value_range))
        if halves[0][-1].shape != halves[0][0].shape:
            raise ValueError(
                f"The images differ in size: {files[0]} is {halves[0][0].shape[:2]} and {path} "
                f"{halves[0][-1].shape[:2]} (height, width) in each half. Pass `image_size` (--image-size)."
            )
    height, width = size_of(files[0])
    if width // 2 < height:
        warnings.warn(
            f"The images are cut into halves of {width // 2} x {height} pixels. If they are no pairs side by side, give `b`.",
            stacklevel=4,
        )
    return np.stack(halves[0]), np.stack(halves[1])
