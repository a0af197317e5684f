"""Many small images on one sheet."""

import colorsys
import math

import numpy as np


def image_grid(images, columns=None, caption=None, row_names=None):
    """Lay images out in rows, with a caption above.

    Args:
        images: uint8 array of shape (n, height, width, channels), channels 1, 3 or 4 (RGBA).
        columns: int. Default: a grid that is as square as possible.
        caption: str, or None for no caption.
        row_names: list of str, to write before each row; or None.

    Returns:
        PIL.Image; images smaller than 48 pixels are enlarged by an integer factor.

    Example:
    >>> keras_gan.grid.image_grid(np.zeros((6, 28, 28, 1), "uint8"), columns=3).size
    (174, 116)
    """
    from PIL import Image, ImageDraw

    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3, 4) or images.dtype != np.uint8 or not len(images):
        raise ValueError(
            "A grid takes uint8 images of shape (n, height, width, 1, 3 or 4). "
            f"Received: shape={images.shape}, dtype={images.dtype}"
        )
    n, height, width, channels = images.shape
    columns = min(n, columns or math.ceil(math.sqrt(n)))
    rows = math.ceil(n / columns)
    scale, gap = max(1, math.ceil(48 / max(height, width))), 2
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)
    cell_height, cell_width = height * scale + gap, width * scale + gap
    top = 16 if caption else 0
    left = 8 + 6 * max(map(len, row_names)) if row_names else 0
    canvas = np.full((top + rows * cell_height, left + columns * cell_width, channels), 255, "uint8")
    for i, image in enumerate(images):
        y, x = top + i // columns * cell_height + gap // 2, left + i % columns * cell_width + gap // 2
        canvas[y : y + height * scale, x : x + width * scale] = image
    picture = Image.fromarray(canvas[..., 0] if channels == 1 else canvas)
    write, black = ImageDraw.Draw(picture), 0 if channels == 1 else (0, 0, 0, 255)[:channels]
    if caption:
        write.text((3, 2), caption, fill=black)
    for row, name in enumerate(row_names or []):
        write.text((3, top + row * cell_height + cell_height // 2 - 6), name, fill=black)
    return picture


def as_levels(heatmaps, highest=1.0):
    """Heat maps (n, height, width) as grey images, uint8 (n, height, width, 1): white is `highest` and above."""
    return np.round(255.0 * np.clip(heatmaps / highest, 0.0, 1.0)).astype("uint8")[..., None]


def as_colour(images):
    """Convert uint8 images to RGB: grey ones get three equal channels, RGBA ones are composited over white.

    Label maps get one colour per class; they have one channel per class, 255 where a pixel belongs to it.
    """
    channels = images.shape[-1]
    classes = channels not in (1, 3, 4)
    if channels == 4:
        classes = bool(np.all(np.sort(images, axis=-1) == np.array([0, 0, 0, 255], "uint8")))
    if classes:
        hues = [colorsys.hsv_to_rgb(i / channels, 0.7, 1.0 - 0.4 * (i % 2)) for i in range(channels)]
        return (np.array(hues) * 255).astype("uint8")[images.argmax(axis=-1)]
    if channels == 4:
        opaque = images[..., 3:] / 255.0
        return np.round(images[..., :3] * opaque + 255.0 * (1.0 - opaque)).astype("uint8")
    return np.repeat(images, 3, axis=-1) if channels == 1 else images


def opaque(picture):
    """Return a PIL image without transparency: transparent pixels are composited over white."""
    from PIL import Image

    return Image.fromarray(as_colour(np.asarray(picture)[None])[0]) if picture.mode == "RGBA" else picture


def gif_frame(picture):
    """Reduce a PIL image to a palette of 256 colours, as a GIF needs, without transparency."""
    from PIL import Image

    return opaque(picture).convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT)


def enlarge(images, size):
    """Enlarge smaller images to (height, width) `size` by an integer factor; each pixel becomes a square."""
    factors = [want // have for want, have in zip(size, images.shape[1:3], strict=True)]
    return images.repeat(factors[0], axis=1).repeat(factors[1], axis=2)


def interleave(columns):
    """Interleave lists of images: the first of each, the second of each ...

    All get one size; they are RGBA if all are, else RGB.
    """
    size = columns[-1].shape[1:3]
    columns = [enlarge(images, size) for images in columns]
    if any(images.shape[-1] != 4 for images in columns):
        columns = [as_colour(images) for images in columns]
    return np.stack(columns, axis=1).reshape(-1, *columns[0].shape[1:])
