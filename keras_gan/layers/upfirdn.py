"""Upsampling, filtering and downsampling of images in one function."""

import numpy as np
from keras import ops

# Filters of at most so many weights are applied along both axes at once.
SHORT = 4


def upfirdn(x, taps, *, up=1, down=1, padding=(0, 0), gain=1.0):
    """Insert zeros, pad or crop, filter, and take every `down`-th pixel.

    `up - 1` zeros are inserted after each pixel and row; then `padding` pixels are added (cropped where
    negative); then the image is convolved with the filter, normalised to a sum of `gain`.

    Args:
        x: images of shape (batch, height, width, channels), height and width known.
        taps: weights of a filter that is the same along both axes; or a 2D array of weights, for a filter
            that is not separable.
        up, down: ints.
        padding: (before, after), pixels of the upsampled image along both axes.
        gain: float. `up ** 2` keeps the brightness where zeros are inserted.

    Returns:
        Images of shape (batch, out_height, out_width, channels).

    Example:
    >>> from keras_gan.layers.upfirdn import upfirdn
    >>> upfirdn(np.ones((1, 4, 4, 3), "float32"), (1, 3, 3, 1), up=2, padding=(2, 1), gain=4.0).shape
    TensorShape([1, 8, 8, 3])

    Reference: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2020,
    https://arxiv.org/abs/1912.04958
    """
    x, taps = ops.convert_to_tensor(x), np.asarray(taps, "float32")
    if taps.ndim == 2 or len(taps) <= SHORT:
        taps = np.outer(taps, taps) if taps.ndim == 1 else taps
        return _filter(x, taps * (gain / taps.sum()), (up, up), (down, down), (padding, padding))
    # Long filters are applied along one axis after the other.
    for taps_of_axis, axis in ((taps[:, None], 0), (taps[None, :], 1)):
        ups, downs, paddings = [1, 1], [1, 1], [(0, 0), (0, 0)]
        ups[axis], downs[axis], paddings[axis] = up, down, padding
        x = _filter(x, taps_of_axis * (gain**0.5 / taps.sum()), ups, downs, paddings)
    return x


def _filter(x, weights, up, down, padding):
    """`upfirdn` with separate arguments for each axis, and weights (height, width)."""

    # The gradient is again an `upfirdn`, with `up` and `down` swapped: cheaper than one for each step.
    @ops.custom_gradient
    def filtered(x):
        y = _forward(x, weights, up, down, padding)
        sides = zip(x.shape[1:3], y.shape[1:3], weights.shape, up, down, padding, strict=True)
        back = []
        for size, out, taps, u, d, (before, _) in sides:
            first = taps - 1 - before
            back.append((first, (size - 1) * u + taps - out * d - first))
        return y, lambda upstream: _filter(upstream, weights[::-1, ::-1], down, up, back)

    return filtered(x)


def _forward(x, weights, up, down, padding):
    height, width, channels = x.shape[1:]
    if max(up) > 1:
        # Zeros after each column and each row, at rank 4, as LiteRT pads no higher rank.
        x = ops.reshape(x, (-1, height * width, 1, channels))
        x = ops.pad(x, [[0, 0], [0, 0], [0, up[1] - 1], [0, 0]])
        x = ops.reshape(x, (-1, height, 1, up[1] * width * channels))
        x = ops.pad(x, [[0, 0], [0, 0], [0, up[0] - 1], [0, 0]])
        x = ops.reshape(x, (-1, up[0] * height, up[1] * width, channels))
    added = [[max(side, 0) for side in sides] for sides in padding]
    if any(map(any, added)):
        x = ops.pad(x, [[0, 0], *added, [0, 0]])
    (top, bottom), (left, right) = ([max(-side, 0) for side in sides] for sides in padding)
    if top or bottom or left or right:
        x = x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]
    if weights.shape == (1, 1):
        weight = float(weights[0, 0])
        x = x if weight == 1.0 else x * weight
        return x[:, :: down[0], :: down[1]]
    # A convolution flips its filter; the operation below does not.
    weights = weights[::-1, ::-1][:, :, None, None]
    weights = np.broadcast_to(weights, (*weights.shape[:2], channels, 1))
    weights = ops.convert_to_tensor(weights, x.dtype)
    if down[0] == down[1]:
        return ops.depthwise_conv(x, weights, strides=down[0], padding="valid")
    # TensorFlow's operation has one stride for both axes.
    return ops.depthwise_conv(x, weights, padding="valid")[:, :: down[0], :: down[1]]
