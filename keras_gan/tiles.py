"""Large images through a network piece by piece."""

import numpy as np
import tensorflow as tf

from keras_gan.data.images import from_uint8, to_uint8


def in_tiles(network, image, scale, tile=128, overlap=16, batch_size=4):
    """Enlarge an image in overlapping tiles of one size, whose borders are cut off.

    Args:
        network: from images in [-1, 1] to ones `scale` times as large.
        image: array of shape (height, width, channels), uint8 or floats in [-1, 1].
        scale: int.
        tile: int, side of what each tile contributes, in pixels of the input; None for one tile.
        overlap: int, pixels around it that the network sees too.
        batch_size: int, tiles at once.

    Returns:
        uint8 array of shape (scale x height, scale x width, output channels).
    """
    height, width = image.shape[:2]
    for name, value, least in (("tile", tile, 1), ("overlap", overlap, 0)):
        if value is not None and (not isinstance(value, int) or value < least):
            raise ValueError(f"`{name}` must be an int of at least {least}. Received: {name}={value!r}")
    # Tiles lie inside the image, so that none sees a border that is not the image's.
    sides = [size if tile is None else min(size, tile + 2 * overlap) for size in (height, width)]
    places = [_starts(size, side, overlap) for size, side in zip((height, width), sides, strict=True)]
    corners = [(y, x) for y in places[0] for x in places[1]]
    output = None
    for start in range(0, len(corners), batch_size):
        chosen = corners[start : start + batch_size]
        tiles = np.stack([image[y : y + sides[0], x : x + sides[1]] for y, x in chosen])
        tiles = from_uint8(tiles) if tiles.dtype == np.uint8 else tf.constant(tiles, tf.float32)
        made = to_uint8(network(tiles, training=False)).numpy()
        if output is None:
            output = np.empty((height * scale, width * scale, made.shape[-1]), "uint8")
        for (y, x), piece in zip(chosen, made, strict=True):
            top, bottom = _kept(y, sides[0], height, overlap)
            left, right = _kept(x, sides[1], width, overlap)
            output[(y + top) * scale : (y + bottom) * scale, (x + left) * scale : (x + right) * scale] = (
                piece[top * scale : bottom * scale, left * scale : right * scale]
            )
    return output


def _starts(size, side, overlap):
    """Where tiles of a side begin, so that what is kept of them covers the size."""
    step = side - 2 * overlap if side < size else size
    return [min(start, size - side) for start in range(0, max(size - side, 0) + step, step)]


def _kept(start, side, size, overlap):
    """The part of a tile that is kept: all but `overlap` on each side that is not the image's border."""
    return (0 if start == 0 else overlap), (side if start + side == size else side - overlap)
