"""Windows of large images."""

import numpy as np

from keras_gan.arguments import check_int


def patches(images, side, overlap=0.5):
    """Cut windows out of images, to train on.

    Args:
        images: array of shape (n, height, width, channels).
        side: int, side of a window in pixels; or (height, width).
        overlap: float in [0, 1), the share of a window's side that the next window also covers.

    Returns:
        Array of shape (windows, side, side, channels); the windows of one image follow one another.

    Raises:
        ValueError: for images that are smaller than a window.

    Example:
    >>> keras_gan.data.patches(np.zeros((2, 64, 64, 1), "uint8"), 32).shape
    (18, 32, 32, 1)
    """
    images = np.asarray(images)
    sides = (side, side) if np.ndim(side) == 0 else tuple(side)
    for each in sides:
        check_int(each, "side")
    if len(sides) != 2:
        raise ValueError(f"`side` must be an int, or (height, width). Received: {side!r}")
    if images.ndim != 4 or any(a < b for a, b in zip(images.shape[1:3], sides, strict=True)):
        raise ValueError(
            f"`images` must have shape (n, height, width, channels), of {sides} or more. Received: shape={images.shape}"
        )
    corners = corners_of(images.shape[1:3], sides, overlap)
    windows = [images[:, y : y + sides[0], x : x + sides[1]] for y, x in corners]
    return np.stack(windows, axis=1).reshape(-1, *sides, images.shape[3])


def corners_of(full, sides, overlap):
    """Return where windows begin, (y, x) each; all lie inside, and the last ones end where the image ends."""
    if not 0.0 <= overlap < 1.0:
        raise ValueError(f"`overlap` must be in [0, 1). Received: {overlap!r}")
    places = [
        starts(size, side, max(1, round((1.0 - overlap) * side)))
        for size, side in zip(full, sides, strict=True)
    ]
    return [(y, x) for y in places[0] for x in places[1]]


def starts(size, side, step):
    """Return where windows of a side begin within a size, so that they cover it."""
    return [min(start, size - side) for start in range(0, size - side + step, step)]
