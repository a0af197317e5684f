"""Images and their low-resolution versions."""

import copy
import math
import os

import numpy as np

from keras_gan.arguments import check_int
from keras_gan.data.arrays import getter
from keras_gan.data.degradation import degrade
from keras_gan.data.folder import (
    Files,
    channels_of,
    check_files,
    files_of,
    list_files,
    split_folder,
    unpacked,
)
from keras_gan.data.images import (
    check_channels,
    check_value_range,
    fit_image,
    from_uint8,
    image_size_pair,
    open_image,
    size_of,
    to_uint8,
    with_range,
)
from keras_gan.data.load import read
from keras_gan.data.pairs import check_partners, digests, digests_of_files, pairs_from_arrays
from keras_gan.data.stream import Stream
from keras_gan.resize import resize

DEGRADATIONS = ("bicubic", "real")


def low_high(
    source,
    scale=4,
    *,
    low=None,
    split="train",
    image_size=None,
    crop=None,
    batch_size=16,
    channels=None,
    flip=True,
    seed=0,
    degradation="bicubic",
    data_dir=None,
    value_range=None,
    cache_limit=4 * 2**30,
):
    """Load images and small versions of them, for `SRGAN` and `ESRGAN`.

    Args:
        source: a folder, a name that `keras_gan.data.load` takes, or a uint8 array of shape
            (n, height, width, channels). The images of a list of such arrays, or of a folder without
            `image_size`, may have any sizes from `crop` on: overlapping parts are cut out of them.
        scale: int, how many times smaller `condition` is. Default 4.
        low: folder of your own low-resolution images, with the same names as the images of the folder
            `source`, and `scale` times smaller. Default: `degradation` makes them.
        split, image_size, channels, data_dir, value_range: as in `keras_gan.data.load`.
        cache_limit: int, bytes. Larger sets are read from their files in each epoch; this is slow for large
            images, and a folder of their crops is faster.
        crop: int or (height, width) of a random crop of the large images. None for whole images.
        batch_size: int. Default 16.
        flip: bool, whether to mirror left-right at random. Default True.
        seed: int, for order, crops, flips and degradations.
        degradation: "bicubic" (antialiased, rounded to 256 levels), or "real": random blur, noise and JPEG,
            applied twice, as in Real-ESRGAN.

    Returns:
        `tf.data.Dataset` of dicts with `condition` (small) and `image` (large), float32 in [-1, 1].

    Raises:
        ValueError: for sizes that `scale` does not divide, and as in `keras_gan.data.load`.

    Example:
    >>> images = np.zeros((8, 32, 32, 3), "uint8")
    >>> data = keras_gan.data.low_high(images, 4, batch_size=4)
    >>> {name: spec.shape[1:] for name, spec in data.element_spec.items()}
    {'image': TensorShape([32, 32, 3]), 'condition': TensorShape([8, 8, 3])}

    Reference: Wang et al., "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic
    Data", 2021, https://arxiv.org/abs/2107.10833
    """
    check_int(scale, "scale", least=2)
    if degradation not in DEGRADATIONS:
        raise ValueError(f"`degradation` must be one of {DEGRADATIONS}. Received: {degradation!r}")
    check_channels(channels)
    check_value_range(value_range)
    if low is not None:
        if degradation != "bicubic" or image_size is not None:
            raise ValueError(
                "`low` goes with neither `degradation` nor `image_size`: its images are taken as they are."
            )
        options = {"batch_size": batch_size, "flip": flip, "seed": seed}
        return _own_pairs(
            source, low, scale, split, image_size_pair(crop), channels, cache_limit, value_range, options
        )
    name, size, crop, pictures = "images", image_size_pair(image_size), image_size_pair(crop), None
    if isinstance(source, (str, bytes)) or hasattr(source, "__fspath__"):
        name = str(source)
        is_folder = name.startswith("folder:") or os.path.exists(name)
        folder = name.removeprefix("folder:") if is_folder else None
        if folder and crop and size is None:
            files = files_of(folder, split)
            source = _parts_of_files(files, crop, channels, cache_limit, value_range)
            pictures = digests_of_files(files)
        else:
            found = read(
                f"folder:{folder}" if folder else name,
                split,
                size,
                channels,
                data_dir=data_dir,
                on_error=None,
                cache_limit=cache_limit,
                value_range=value_range,
            )
            source = found.images
    elif value_range is not None:
        raise ValueError(f"`value_range` is of files. Received: {value_range}, and a {type(source).__name__}")
    if isinstance(source, (list, tuple)):
        source = [np.asarray(picture) for picture in source]
        pictures = digests(source)
        source = _parts_of_arrays(source, crop)
    if len(getattr(source, "shape", ())) != 4 or source.dtype != np.uint8:
        raise ValueError(
            "`source` must be uint8 images of shape (n, height, width, channels), a folder or a name. Received: "
            f"dtype={getattr(source, 'dtype', None)}, shape={getattr(source, 'shape', None)}"
        )
    if degradation == "real" and source.shape[3] not in (1, 3):
        raise ValueError(
            f'`degradation="real"` is of grey or RGB images. Received: {source.shape[3]} channels'
        )
    large = crop or source.shape[1:3]
    if degradation == "real" and min(large) < 16:
        raise ValueError(
            f'`degradation="real"` blurs with 15 pixels: images must have 16 and more. Received: {large}'
        )
    if any(side > whole for side, whole in zip(large, source.shape[1:3], strict=True)):
        raise ValueError(f"The images, {source.shape[1:3]}, are smaller than `crop`, {crop} (height, width).")
    if any(side % scale for side in large):
        near = tuple(max(side // scale, 1) * scale for side in large)
        raise ValueError(
            f"Height and width must be multiples of scale={scale}. Received: {'crop' if crop else 'images of'} {large}. "
            f"Pass `crop` or `image_size`, such as {near}."
        )
    images = getter(source)

    def fetch(indices):
        return {"image": from_uint8(images(indices))}

    small = tuple(side // scale for side in large)

    def add_small(batch, seed):
        image = batch["image"]
        low = degrade(image, small, seed) if degradation == "real" else resize(image, small)
        # Rounded to 256 levels, as in a file.
        return {**batch, "condition": from_uint8(to_uint8(low))}

    stream = Stream(
        fetch,
        len(source),
        batch_size,
        seed=seed,
        flip=flip,
        crop=crop,
        then=add_small,
        value_range=value_range,
        name=with_range(name, value_range),
    )
    stream.pictures = pictures or (digests(source) if isinstance(source, np.ndarray) else {})
    return stream.dataset()


class Parts:
    """Cut images of any size into overlapping parts of one size, such that every `crop` lies in one of them.

    Args:
        pictures: list of uint8 arrays (height, width, channels), or of paths, which are read on demand.
        shapes: list of the images' (height, width, channels).
        crop: (height, width).
        names: names of the images in messages.
        value_range: as in `keras_gan.data.load`, for files.
    """

    dtype = np.dtype("uint8")

    def __init__(self, pictures, shapes, crop, names, value_range=None):
        if crop is None:
            raise ValueError("Images of several sizes need `crop`.")
        for name, shape in zip(names, shapes, strict=True):
            if any(have < side for have, side in zip(shape, crop, strict=False)):
                raise ValueError(f"Image {name}, {shape[:2]}, is smaller than `crop` {tuple(crop)}.")
        self.pictures, self.value_range, channels = pictures, value_range, shapes[0][2]
        # Larger parts overlap less: with parts of four times `crop`, each pixel lies in 1.8 parts.
        self.sides = [min(4 * side, *(shape[axis] for shape in shapes)) for axis, side in enumerate(crop)]
        self.places = []
        for i, shape in enumerate(shapes):
            starts = [
                [min(start, full - side) for start in range(0, full - cut + 1, side - cut + 1)]
                for full, side, cut in zip(shape, self.sides, crop, strict=False)
            ]
            self.places += [(i, y, x) for y in starts[0] for x in starts[1]]
        self.shape = (len(self.places), *self.sides, channels)

    def enlarged(self, pictures, scale):
        """Return the same parts of images that are `scale` times as large."""
        large = copy.copy(self)
        large.pictures = pictures
        large.sides = [side * scale for side in self.sides]
        large.places = [(i, y * scale, x * scale) for i, y, x in self.places]
        large.shape = (len(self.places), *large.sides, self.shape[-1])
        return large

    def __len__(self):
        return len(self.places)

    def __getitem__(self, indices):
        parts = []
        for index in indices:
            i, y, x = self.places[int(index)]
            picture = self.pictures[i]
            if not isinstance(picture, np.ndarray):
                picture = fit_image(open_image(picture), None, self.shape[-1], value_range=self.value_range)
            parts.append(picture[y : y + self.sides[0], x : x + self.sides[1]])
        return np.stack(parts)


def _parts_of_arrays(pictures, crop):
    if not pictures:
        raise ValueError("There are no images: `source` is empty.")
    for i, picture in enumerate(pictures):
        if picture.ndim != 3 or picture.dtype != np.uint8 or picture.shape[2] != pictures[0].shape[2]:
            raise ValueError(
                "Images must be uint8 of shape (height, width, channels), of as many channels all. Received: "
                f"{i} of dtype={picture.dtype}, shape={picture.shape}"
            )
    return Parts(pictures, [picture.shape for picture in pictures], crop, range(len(pictures)))


def _parts_of_files(files, crop, channels, cache_limit, value_range):
    """Return parts of a folder's images: from memory, or from their files if they are too many."""
    files, _, modes = check_files(files, value_range=value_range)
    channels = channels or channels_of(modes)
    shapes = [(*size_of(file), channels) for file in files]
    parts = Parts(files, shapes, crop, files, value_range)
    if sum(map(math.prod, shapes)) <= cache_limit:
        parts.pictures = [
            fit_image(open_image(file), None, channels, value_range=value_range) for file in files
        ]
    return parts


def _own_pairs(high, low, scale, split, crop, channels, cache_limit, value_range, options):
    """Build the data set of two folders of your own images, of high and of low resolution."""
    roots = [split_folder(unpacked(str(path).removeprefix("folder:")), split) for path in (high, low)]
    files = [list_files(root)[0] for root in roots]
    check_partners(*roots, *files)
    checked = [check_files(some, value_range=value_range) for some in files]
    channels = channels or channels_of([mode for _, _, modes in checked for mode in modes])
    sizes = [[size_of(file) for file in some] for some in files]
    wrong = [
        (a, x, b, y)
        for a, x, b, y in zip(files[0], sizes[0], files[1], sizes[1], strict=True)
        if x != (y[0] * scale, y[1] * scale)
    ]
    if wrong:
        a, x, b, y = wrong[0]
        raise ValueError(
            f"{len(wrong)} of {len(files[0])} pairs do not differ by `scale` = {scale}: {a} is {x} and {b} {y} (height, width)."
        )
    if crop is None and len(set(sizes[0])) > 1:
        raise ValueError("Images of several sizes need `crop` (--crop).")
    if crop is not None and any(side % scale for side in crop):
        raise ValueError(f"`crop` must be a multiple of scale={scale}. Received: {crop}")
    name = with_range(f"{low} -> {high}", value_range)
    if len(set(sizes[0])) == 1:
        large, small = (
            Files(some, of[0], channels, "crop", value_range).cached(cache_limit)
            for some, of in zip(files, sizes, strict=True)
        )
    else:
        shapes = [(*size, channels) for size in sizes[1]]
        small = Parts(files[1], shapes, tuple(side // scale for side in crop), files[1], value_range)
        large = small.enlarged(files[0], scale)
        for parts, some in ((small, files[1]), (large, files[0])):
            if sum(height * width * channels for height, width in sizes[0]) <= cache_limit:
                parts.pictures = [
                    fit_image(open_image(file), None, channels, value_range=value_range) for file in some
                ]
    dataset = pairs_from_arrays(small, large, crop=crop, name=name, **options)
    dataset.stream.pictures, dataset.stream.value_range = digests_of_files(files[0]), value_range
    return dataset
