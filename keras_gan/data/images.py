"""Pixels: uint8 in [0, 255] to floats in [-1, 1] and back, and image files to arrays of one shape."""

import functools

import numpy as np
from keras import ops


def to_uint8(images):
    """Turn images in [-1, 1] into uint8 in [0, 255], rounded and clipped.

    Example:
    >>> keras_gan.data.to_uint8(np.array([-1.0, 0.0, 1.0, 3.0])).numpy()
    array([  0, 128, 255, 255], dtype=uint8)
    """
    images = ops.cast(images, "float32")
    return ops.cast(ops.clip(ops.round((images + 1.0) * 127.5), 0.0, 255.0), "uint8")


def from_uint8(images):
    """Turn uint8 images in [0, 255] into float32 in [-1, 1].

    Example:
    >>> keras_gan.data.from_uint8(np.array([0, 255], "uint8")).numpy()
    array([-1.,  1.], dtype=float32)
    """
    return ops.cast(images, "float32") / 127.5 - 1.0


def image_size_pair(image_size):
    """Turn an int or a pair into (height, width); None stays None."""
    if image_size is None:
        return None
    pair = (image_size, image_size) if hasattr(image_size, "__index__") else tuple(image_size)
    pair = tuple(int(side) if hasattr(side, "__index__") else side for side in pair)
    if len(pair) != 2 or not all(isinstance(side, int) and side >= 1 for side in pair):
        raise ValueError(f"`image_size` must be a positive int or (height, width). Received: {image_size!r}")
    if max(pair) > 8192:
        raise ValueError(f"`image_size` must be at most 8192 pixels. Received: {image_size!r}")
    return pair


def open_image(path):
    """Read a file (the first frame of a GIF) as a PIL image, rotated as its EXIF tag states.

    Raises:
        ValueError: for an empty, corrupt or unreadable file; the message names it.
    """
    from PIL import Image, ImageOps

    try:
        image = Image.open(path)
        image.load()
        return ImageOps.exif_transpose(image)
    except Exception as error:
        raise ValueError(f"{path} is not a readable image: {error}") from error


def size_of(path):
    """Return (height, width) of an image as `open_image` returns it; only the file's header is read."""
    from PIL import Image

    with Image.open(path) as image:
        turned = image.getexif().get(0x0112, 1) >= 5
        return (image.width, image.height) if turned else (image.height, image.width)


def is_deep(image):
    """Whether a PIL image has more than 8 bits a channel."""
    return image.mode.startswith("I;16") or image.mode in ("I", "F")


def to_8_bits(image, value_range=None):
    """Convert a PIL image of 16 bits or floats to 8 bits; its transparent value stays transparent.

    Args:
        image: PIL image of the mode "I;16", "I" or "F".
        value_range: (low, high), the values that become 0 and 255. Default: 0 to 65535, for floats 0 to 255.
    """
    from PIL import Image

    low, high = value_range or ((0, 255) if image.mode == "F" else (0, 65535))
    values = np.asarray(image, "float64")
    if not np.isfinite(values).all():
        raise ValueError("the image has pixels that are NaN or infinite")
    levels = ((values - low) * (255.0 / (high - low))).round().clip(0, 255).astype("uint8")
    transparent = image.info.get("transparency")
    if transparent is None:
        return Image.fromarray(levels)
    alpha = np.where(values == transparent, 0, 255).astype("uint8")
    return Image.merge("LA", [Image.fromarray(levels), Image.fromarray(alpha)])


def fit_image(image, size, channels, fit="crop", value_range=None):
    """Bring a PIL image to one size and channel count.

    Args:
        image: PIL image of any mode; transparent pixels are composited over white unless `channels=4`.
        size: (height, width), or None to leave it.
        channels: 1 for grey, 3 for RGB, 4 for RGBA.
        fit: "crop" cuts the centre out in the requested aspect ratio; "pad" keeps the whole image and fills
            the rest with white. A bicubic, antialiased resize follows.
        value_range: (low, high), the values of 16-bit or float images that become 0 and 255.

    Returns:
        uint8 array of shape (height, width, channels).
    """
    from PIL import Image, ImageOps

    mode = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
    if is_deep(image):
        image = to_8_bits(image, value_range)
    if channels < 4 and (image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info):
        if image.mode != "RGBA":
            image = image.convert("RGBA")
        image = Image.alpha_composite(_white(image.size), image)
    if image.mode != mode:
        image = image.convert(mode)
    if size is not None and (image.height, image.width) != size:
        to = (size[1], size[0])
        if fit == "crop":
            image = ImageOps.fit(image, to, method=Image.Resampling.BICUBIC)
        else:
            white = 255 if channels == 1 else (255,) * channels
            image = ImageOps.pad(image, to, method=Image.Resampling.BICUBIC, color=white)
    array = np.asarray(image, "uint8")
    return array[..., None] if channels == 1 else array


@functools.lru_cache(8)
def _white(size):
    from PIL import Image

    return Image.new("RGBA", size, (255, 255, 255, 255))


def check_value_range(value_range):
    """Return (low, high) or None, or raise a ValueError."""
    if value_range is None:
        return None
    pair = tuple(value_range) if isinstance(value_range, (tuple, list)) else ()
    if len(pair) != 2 or not all(isinstance(v, (int, float)) for v in pair) or not pair[0] < pair[1]:
        raise ValueError(
            f"`value_range` must be (low, high), two numbers with low < high. Received: {value_range!r}"
        )
    return pair


def check_overlap(value_range, extrema):
    """Raise a ValueError if no value of the data, given its pairs (lowest, highest), is within the range."""
    low, high = min(pair[0] for pair in extrema), max(pair[1] for pair in extrema)
    if high < value_range[0] or low > value_range[1]:
        raise ValueError(
            f"`value_range` fits none of the values, which are from {low:g} to {high:g}. Received: {value_range}"
        )


def with_range(name, value_range):
    """Add the value range to the name of data: the same files with another range are other data."""
    return name if value_range is None else "{}, {:g} to {:g}".format(name, *value_range)


def to_picture(pixels):
    """PIL image of a uint8 array of shape (height, width, 1, 3 or 4)."""
    from PIL import Image

    return Image.fromarray(pixels.squeeze(-1) if pixels.shape[-1] == 1 else pixels)


def label_map(image, size, classes, fit="crop"):
    """Bring a PIL image whose pixels are class numbers to one size, by nearest neighbours.

    Returns:
        uint8 array of shape (height, width, classes): 255 where a pixel belongs to a class.

    Raises:
        ValueError: for a coloured image, and for numbers that are too large.
    """
    from PIL import Image, ImageOps

    if image.mode not in ("L", "P", "1", "I", "I;16"):
        raise ValueError(f"Label maps are grey or have a palette; this image's mode is {image.mode}.")
    values = np.asarray(image).astype("int64")
    for number in (values.min(), values.max()):
        if not 0 <= number < classes:
            raise ValueError(f"A label map of {classes} classes has the number {number}.")
    image = Image.fromarray(values.astype("int32"))
    if size is not None and (image.height, image.width) != size:
        to, method = (size[1], size[0]), Image.Resampling.NEAREST
        image = ImageOps.fit(image, to, method) if fit == "crop" else ImageOps.pad(image, to, method)
    return np.eye(classes, dtype="uint8")[np.asarray(image)] * np.uint8(255)


def check_channels(channels):
    if channels not in (None, 1, 3, 4):
        raise ValueError(f"`channels` must be 1 (grey), 3 (RGB), 4 (RGBA) or None. Received: {channels!r}")
