"""Applying a network to large images piece by piece."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.data.images import from_uint8, to_uint8
from keras_gan.data.patches import corners_of, starts
from keras_gan.layers import BilinearUpsampling, PixelShuffle, SpectralNormalization


def in_tiles(network, image, scale, tile=128, overlap=None, batch_size=4, report=None):
    """Enlarge an image in overlapping tiles of one size, whose borders are cropped.

    Args:
        network: from images in [-1, 1] to images `scale` times as large.
        image: array of shape (height, width, channels), uint8 or floats in [-1, 1].
        scale: int.
        tile: int, side of the part that each tile contributes, in pixels of the input; None for one tile.
        overlap: int, pixels around that part that the network sees too. Default: `default_overlap`.
        batch_size: int, number of tiles processed at once.
        report: function of the numbers of finished and of all tiles, called after each batch of them, or None.

    Returns:
        uint8 array of shape (scale x height, scale x width, output channels).
    """
    full = image.shape[:2]
    overlap = default_overlap(network) if overlap is None else overlap
    multiple = multiple_of(network, image.shape[-1])
    # An image of a size that the network cannot take is padded with its last rows and columns; the output is
    # cropped.
    image = np.pad(image, [(0, -side % multiple) for side in full] + [(0, 0)], mode="edge")
    height, width = image.shape[:2]
    for name, value, least in (("tile", tile, 1), ("overlap", overlap, 0)):
        check_int(value, name, least, optional=True)
    # Tiles lie inside the image, so that the only borders they see are the image's. They begin at multiples
    # too.
    overlap = -(-overlap // multiple) * multiple
    side = None if tile is None else -(-(tile + 2 * overlap) // multiple) * multiple
    sides = [size if side is None else min(size, side) for size in (height, width)]
    # The parts of them that are kept cover the image.
    places = [
        starts(size, side, max(1, side - 2 * overlap))
        for size, side in zip((height, width), sides, strict=True)
    ]
    corners = [(y, x) for y in places[0] for x in places[1]]
    output, network = None, as_graph(network)
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
        if report:
            report(start + len(chosen), len(corners))
    return output[: full[0] * scale, : full[1] * scale]


def in_windows(found, images, sides, overlap):
    """Score images window by window.

    Args:
        found: function from windows (n, *sides, channels) to arrays: scores (n,) and heat maps (n, *sides).
        images: array of shape (n, height, width, channels).
        sides: (height, width) of a window.
        overlap: float in [0, 1), share of a window's side that the next window covers too.

    Returns:
        For each image, the score of its worst window, and its heat map, averaged where windows overlap.
    """
    corners = corners_of(images.shape[1:3], sides, overlap)
    scores, heatmaps = [], []
    for image in images:
        windows = np.stack([image[y : y + sides[0], x : x + sides[1]] for y, x in corners])
        of_each, maps = found(windows)
        total, count = np.zeros(image.shape[:2]), np.zeros(image.shape[:2])
        for (y, x), window in zip(corners, maps, strict=True):
            total[y : y + sides[0], x : x + sides[1]] += window
            count[y : y + sides[0], x : x + sides[1]] += 1
        scores.append(of_each.max())
        heatmaps.append((total / count).astype("float32"))
    return np.array(scores), np.stack(heatmaps)


def as_graph(network):
    """Compile the network, so that intermediate tensors are freed; an eager call keeps them to the end.

    Eagerly, four tiles of 176 pixels took more than 22 GB with RRDBNet of 23 blocks. A model keeps its one
    graph.
    """
    if isinstance(network, keras.Model) and "_graph" in vars(network):
        return vars(network)["_graph"]
    graph = tf.function(lambda images, training: network(images, training=training), reduce_retracing=True)
    if isinstance(network, keras.Model):
        object.__setattr__(network, "_graph", graph)  # bypasses Keras, which would save it
    return graph


# Beyond this overlap, seams are below one grey level, and most of the computation of a tile is thrown away.
FARTHEST = 64


def default_overlap(network):
    """Return the reach of a network, at most `FARTHEST`; `FARTHEST` if it is not a plain model of layers."""
    try:
        return min(reach(network)[0], FARTHEST)
    except (AttributeError, TypeError, KeyError):  # also for nested models
        return FARTHEST


def reach(network):
    """Return how far around its place in the input a pixel of the output sees.

    Args:
        network: functional keras.Model of convolutions and layers that enlarge or shrink images.

    Returns:
        (pixels of the input, step in pixels of the input per pixel of the output). The first is infinite if a
        layer sees the whole image, such as instance normalisation.
    """
    looks = {id(tensor): (0.0, 1.0) for tensor in network.inputs}
    for layer in getattr(network, "operations", network.layers):
        if isinstance(layer, keras.layers.InputLayer):
            continue
        inputs, outputs = (keras.tree.flatten(side) for side in (layer.input, layer.output))
        far, step = (max(looks[id(tensor)][i] for tensor in inputs) for i in (0, 1))
        if isinstance(layer, (keras.layers.GroupNormalization, keras.layers.GlobalAveragePooling2D)):
            far = float("inf")
        else:
            far, step = _after(layer, far, step)
        looks |= {id(tensor): (far, step) for tensor in outputs}
    far, step = looks[id(network.outputs[0])]
    return far if far == float("inf") else int(np.ceil(far)), step


CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
# Names of layers and operations that see only one pixel.
OF_A_PIXEL = {
    *("Activation", "ReLU", "LeakyReLU", "PReLU", "BatchNormalization", "Rescaling", "Clip"),
    *("Add", "Subtract", "Multiply", "TrueDivide", "Divide", "Concatenate", "Average"),
    *("Dropout", "ActiveDropout", "GaussianNoise"),
}


def _after(layer, far, step):
    """Return (reach, step) after one more layer; raise a TypeError for an unknown layer."""
    layer = layer.layer if isinstance(layer, SpectralNormalization) else layer
    if isinstance(layer, keras.layers.Conv2DTranspose):
        step = step / max(layer.strides)
        return far + max(layer.kernel_size) // 2 * step, step
    if isinstance(layer, CONVOLUTIONS):
        kernel = 1 + (max(layer.kernel_size) - 1) * max(layer.dilation_rate)
        return far + kernel // 2 * step, step * max(layer.strides)
    if isinstance(layer, (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)):
        return far + max(layer.pool_size) // 2 * step, step * max(layer.strides)
    if isinstance(layer, keras.layers.UpSampling2D):
        # Interpolation sees the next pixels too: two for bicubic.
        return far + (0 if layer.interpolation == "nearest" else 2 * step), step / max(layer.size)
    if isinstance(layer, BilinearUpsampling):
        return far + step, step / layer.scale
    if isinstance(layer, PixelShuffle):
        return far, step / layer.scale
    if type(layer).__name__ == "UnshuffledPixels":
        return far + (layer.factor - 1) * step, step * layer.factor
    if type(layer).__name__ not in OF_A_PIXEL:
        raise TypeError(f"{type(layer).__name__} has an unknown receptive field.")
    return far, step


def multiple_of(network, channels, beside=()):
    """Return what the images' sides must be multiples of: 1, or 2 or 4 if the network downsamples.

    Args:
        network: from images, or [images, *beside], to images.
        channels: int, of the images.
        beside: further inputs of the network, tensors with one row.
    """
    for multiple in (1, 2):
        side = 16 + multiple
        try:
            images = tf.zeros((1, side, side, channels))
            made = network([images, *beside] if beside else images, training=False)
        except (ValueError, tf.errors.InvalidArgumentError):
            continue
        if made.shape[1] % side == 0:
            return multiple
    return 4


def filled_up(network, images, sizes=(None, None)):
    """Return the uint8 output for images of any size, padded with their last rows and columns and cropped.

    Args:
        network: from images in [-1, 1] to images as large, or larger by an integer factor.
        images: array of shape (batch, height, width, channels), uint8 or floats in [-1, 1].
        sizes: (height, width) that the network takes, None for any: fixed sizes are not padded.
    """
    full = images.shape[1:3]
    multiple = 1
    if None in sizes and any(side % 4 for side in full):
        multiple = multiple_of(network, images.shape[-1])
    images = np.pad(images, [(0, 0), *((0, -side % multiple) for side in full), (0, 0)], mode="edge")
    images_in = from_uint8(images) if images.dtype == np.uint8 else tf.constant(images, tf.float32)
    made = to_uint8(network(images_in, training=False)).numpy()
    scale = made.shape[1] // images.shape[1]
    return made[:, : full[0] * scale, : full[1] * scale]


def _kept(start, side, size, overlap):
    """Return the part of a tile to keep: all but `overlap` on each side, except at the image's border."""
    return (0 if start == 0 else overlap), (side if start + side == size else side - overlap)
