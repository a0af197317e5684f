"""Antialiased bicubic resizing as in PIL, computed on the device as two matrix products."""

import functools

import numpy as np
from keras import ops


@functools.lru_cache(maxsize=64)
def bicubic_matrix(size, target):
    """Return the matrix that resizes `size` pixels to `target`: float32 of shape (target, size).

    Its weights are those of PIL's `BICUBIC` (Keys' kernel with a = -1/2, widened for downsampling).
    """
    scale = size / target
    support = 2.0 * max(scale, 1.0)
    centers = (np.arange(target) + 0.5) * scale
    positions = np.arange(size) + 0.5
    first = np.maximum((centers - support + 0.5).astype(int), 0)
    last = np.minimum((centers + support + 0.5).astype(int), size)
    x = np.abs(positions - centers[:, None]) / max(scale, 1.0)
    near, far = (1.5 * x - 2.5) * x**2 + 1.0, ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    weights = np.where(x < 1, near, np.where(x < 2, far, 0.0))
    index = np.arange(size)
    weights *= (index >= first[:, None]) & (index < last[:, None])
    return (weights / weights.sum(axis=1, keepdims=True)).astype("float32")


def resize(images, size):
    """Resize images to (height, width), antialiased; the filter may overshoot, which the extractor clips.

    Args:
        images: of shape (batch, height, width, channels).
        size: (height, width).

    Returns:
        float32 of shape (batch, *size, channels).

    Reference: Parmar et al., "On Aliased Resizing and Surprising Subtleties in GAN Evaluation", 2022,
    https://arxiv.org/abs/2104.11222
    """
    images = ops.cast(images, "float32")
    height, width = images.shape[1:3]
    # PIL resizes the width first.
    if width != size[1]:
        images = ops.einsum("vw,bhwc->bhvc", bicubic_matrix(width, size[1]), images)
    if height != size[0]:
        images = ops.einsum("uh,bhwc->buwc", bicubic_matrix(height, size[0]), images)
    return images
