"""Upsampling, filtering and downsampling of images in one."""

import numpy as np
from keras import ops


def upfirdn(x, taps, *, up=1, down=1, padding=(0, 0), gain=1.0):
    """Insert zeros, pad or crop, filter, and take every `down`-th pixel.

    After each pixel and row follow `up - 1` zeros; then `padding` pixels are added (cropped where
    negative); then comes a convolution with the filter, normalised to a sum of `gain`.

    Args:
        x: images of shape (batch, height, width, channels), height and width known.
        taps: weights of a filter that is the same along both axes; or a square of weights, for one that is not
            a product.
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
    x = ops.convert_to_tensor(x)
    height, width, channels = x.shape[1:]
    if up > 1:
        x = ops.reshape(x, (-1, height, 1, width, 1, channels))
        x = ops.pad(x, [[0, 0], [0, 0], [0, up - 1], [0, 0], [0, up - 1], [0, 0]])
        x = ops.reshape(x, (-1, up * height, up * width, channels))
    added = [max(side, 0) for side in padding]
    if any(added):
        x = ops.pad(x, [[0, 0], added, added, [0, 0]])
    first, last = (max(-side, 0) for side in padding)
    if first or last:
        x = x[:, first : x.shape[1] - last, first : x.shape[2] - last]
    weights = np.asarray(taps, "float32")
    # A convolution turns its filter around; the operation below does not.
    weights = (np.outer(weights, weights) if weights.ndim == 1 else weights)[::-1, ::-1]
    weights = weights * (gain / weights.sum())
    weights = np.broadcast_to(weights[:, :, None, None], (*weights.shape, channels, 1))
    return ops.depthwise_conv(x, ops.convert_to_tensor(weights, x.dtype), strides=down, padding="valid")
