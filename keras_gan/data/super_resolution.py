"""Large images and what is left of them when they are made small."""

import os

import numpy as np

from keras_gan.data.arrays import getter
from keras_gan.data.degradation import degrade
from keras_gan.data.folder import split_folder
from keras_gan.data.images import fit_image, from_uint8, image_size_pair, open_image, to_uint8
from keras_gan.data.load import read
from keras_gan.data.pairs import digests, digests_of_files, files_of
from keras_gan.data.stream import Stream
from keras_gan.metrics.resize import resize

DEGRADATIONS = ("bicubic", "real")


def low_high(
    source,
    scale=4,
    *,
    split="train",
    image_size=None,
    crop=None,
    batch_size=16,
    channels=None,
    flip=True,
    seed=0,
    degradation="bicubic",
    data_dir=None,
):
    """Load images and small versions of them, for `SRGAN` and `ESRGAN`.

    Args:
        source: a folder, a name as `keras_gan.data.load` takes it, or a uint8 array of shape
            (n, height, width, channels). A list of such arrays, or a folder without `image_size`, may be of any
            sizes from `crop` on: overlapping parts are cut out of them.
        scale: int, how many times smaller `condition` is. Default 4.
        split, image_size, channels, data_dir: as in `keras_gan.data.load`, which also reads large sets from their
            files at each epoch; pictures of several sizes are held in memory.
        crop: int or (height, width) of the large images: a random part is cut out. None for whole images.
        batch_size: int. Default 16.
        flip: bool, whether to mirror left-right at random. Default True.
        seed: int, of order, parts, flips and degradations.
        degradation: "bicubic" (antialiased, rounded to 256 levels), or "real": blur, noise and JPEG at random,
            twice, as Real-ESRGAN does.

    Returns:
        `tf.data.Dataset` of dicts with `condition` (small) and `image` (large), float32 in [-1, 1].

    Raises:
        ValueError: for sizes that `scale` does not divide, and as `keras_gan.data.load`.

    Example:
    >>> images = np.zeros((8, 32, 32, 3), "uint8")
    >>> data = keras_gan.data.low_high(images, 4, batch_size=4)
    >>> {name: spec.shape[1:] for name, spec in data.element_spec.items()}
    {'image': TensorShape([32, 32, 3]), 'condition': TensorShape([8, 8, 3])}

    Reference: Wang et al., "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic
    Data", 2021, https://arxiv.org/abs/2107.10833
    """
    if not isinstance(scale, int) or scale < 2:
        raise ValueError(f"`scale` must be an int of at least 2. Received: {scale!r}")
    if degradation not in DEGRADATIONS:
        raise ValueError(f"`degradation` must be one of {DEGRADATIONS}. Received: {degradation!r}")
    name, size, crop, pictures = "images", image_size_pair(image_size), image_size_pair(crop), None
    if isinstance(source, (str, bytes)) or hasattr(source, "__fspath__"):
        name = str(source)
        folder = name.removeprefix("folder:") if name.startswith("folder:") or os.path.isdir(name) else None
        if folder and crop and size is None:
            files = files_of(split_folder(folder, split))
            source = _cut([fit_image(open_image(file), None, channels or 3) for file in files], crop, files)
            pictures = digests_of_files(files)
        else:
            found = read(f"folder:{folder}" if folder else name, split, size, channels, data_dir=data_dir)
            source = found.images
    if isinstance(source, (list, tuple)):
        source = _cut([np.asarray(picture) for picture in source], crop, range(len(source)))
    if len(getattr(source, "shape", ())) != 4 or source.dtype != np.uint8:
        raise ValueError(
            "`source` must be uint8 images of shape (n, height, width, channels), a folder or a name. Received: "
            f"dtype={getattr(source, 'dtype', None)}, shape={getattr(source, 'shape', None)}"
        )
    large = crop or source.shape[1:3]
    if degradation == "real" and min(large) < 16:
        raise ValueError(
            f'`degradation="real"` blurs with 15 pixels: images must have 16 and more. Received: {large}'
        )
    if any(side % scale for side in large) or any(
        c > s for c, s in zip(large, source.shape[1:3], strict=True)
    ):
        raise ValueError(
            f"The large images must be multiples of scale={scale} and no smaller than `crop`. Received: images of "
            f"{source.shape[1:3]}, crop={crop}. Pass `crop` or `image_size`."
        )
    images = getter(source)

    def fetch(indices):
        return {"image": from_uint8(images(indices))}

    small = tuple(side // scale for side in large)

    def add_small(batch, seed):
        image = batch["image"]
        low = degrade(image, small, seed) if degradation == "real" else resize(image, small)
        # As a file would hold it.
        return {**batch, "condition": from_uint8(to_uint8(low))}

    stream = Stream(
        fetch, len(source), batch_size, seed=seed, flip=flip, crop=crop, then=add_small, name=name
    )
    stream.pictures = pictures or (digests(source) if isinstance(source, np.ndarray) else {})
    return stream.dataset()


def _cut(pictures, crop, names):
    """Overlapping parts of pictures of any size, all of one size, such that every `crop` lies in one of them."""
    if crop is None:
        raise ValueError("Pictures of several sizes need `crop`.")
    for name, picture in zip(names, pictures, strict=True):
        if picture.ndim != 3 or picture.dtype != np.uint8 or picture.shape[2] != pictures[0].shape[2]:
            raise ValueError(
                "Pictures must be uint8 of shape (height, width, channels), of as many channels all. Received: "
                f"{name} of dtype={picture.dtype}, shape={picture.shape}"
            )
        if any(have < side for have, side in zip(picture.shape, crop, strict=False)):
            raise ValueError(f"Picture {name}, {picture.shape[:2]}, is smaller than `crop` {tuple(crop)}.")
    # Larger parts overlap less: of four times `crop` each pixel lies in 1.8 parts.
    sides = [min(4 * side, *(p.shape[axis] for p in pictures)) for axis, side in enumerate(crop)]
    parts = []
    for picture in pictures:
        starts = [
            [min(start, full - side) for start in range(0, full - cut + 1, side - cut + 1)]
            for full, side, cut in zip(picture.shape, sides, crop, strict=False)
        ]
        parts += [picture[y : y + sides[0], x : x + sides[1]] for y in starts[0] for x in starts[1]]
    return np.stack(parts)
