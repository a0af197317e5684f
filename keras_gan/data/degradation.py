"""Degradations of real images: blur, resizing, noise and JPEG, applied twice."""

import numpy as np
import tensorflow as tf

from keras_gan.resize import resize

SIDE = 15  # of the blur kernels


def degrade(images, size, seed):
    """Make images small and degraded, each with its own random settings: Real-ESRGAN's second-order chain.

    Each image goes twice through a Gaussian blur (sigma from .2 to 3, then from .2 to 1.5, rotated and
    stretched at random), a resize (first to a random size and back, then to `size`), Gaussian noise of 1 to
    30, then 1 to 25 levels (grey in two of five images), and JPEG of a quality from 30 to 95. (Real-ESRGAN's
    sinc filters and Poisson noise are left out.)

    Args:
        images: float32 of shape (batch, height, width, channels) in [-1, 1].
        size: (height, width) of the result.
        seed: int64 tensor of shape (2,).

    Returns:
        float32 in [-1, 1] of shape (batch, *size, channels).

    Reference: Wang et al., "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic
    Data", 2021, https://arxiv.org/abs/2107.10833
    """
    count, full, channels = images.shape[0], images.shape[1:3], images.shape[3]
    x = (images + 1.0) / 2.0
    for order, (sigma, noise) in enumerate(((3.0, 30.0), (1.5, 25.0))):
        seeds = tf.unstack(tf.random.experimental.stateless_split(seed + order, 5))
        x = _blur(x, _kernels(count, sigma, seeds[0]))
        if order == 0:
            # Resize to a size between the two and back up, so that all images of a batch keep one size.
            x = _through_some_size(x, full, size, seeds[1])
        else:
            x = tf.clip_by_value(resize(x, size), 0.0, 1.0)
        x = _noisy(x, noise, seeds[2], seeds[3])
        x = _jpeg(x, seeds[4])
        x = tf.ensure_shape(x, (count, *(full if order == 0 else size), channels))
    return 2.0 * x - 1.0


def _uniform(shape, seed, low=0.0, high=1.0):
    return tf.random.stateless_uniform(shape, seed, low, high)


def _kernels(count, most, seed):
    """Return Gaussians, rotated and stretched at random, (count, SIDE, SIDE), that each add up to one."""
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 3))
    sigma = [_uniform((count, 1, 1), s, 0.2, most) for s in seeds[:2]]
    angle = _uniform((count, 1, 1), seeds[2], 0.0, np.pi)
    axis = tf.range(SIDE, dtype=tf.float32) - SIDE // 2
    y, x = axis[None, :, None], axis[None, None, :]
    u, v = x * tf.cos(angle) + y * tf.sin(angle), y * tf.cos(angle) - x * tf.sin(angle)
    kernel = tf.exp(-0.5 * ((u / sigma[0]) ** 2 + (v / sigma[1]) ** 2))
    return kernel / tf.reduce_sum(kernel, axis=(1, 2), keepdims=True)


def _blur(images, kernels):
    """Filter each image with its own kernel; the borders are mirrored."""
    count, height, width, channels = images.shape
    p = SIDE // 2
    x = tf.pad(images, [[0, 0], [p, p], [p, p], [0, 0]], mode="SYMMETRIC")
    # The images become channels of one image.
    x = tf.reshape(tf.transpose(x, (1, 2, 0, 3)), (1, height + 2 * p, width + 2 * p, count * channels))
    filters = tf.repeat(tf.transpose(kernels, (1, 2, 0)), channels, axis=2)[..., None]
    x = tf.nn.depthwise_conv2d(x, filters, (1, 1, 1, 1), "VALID")
    return tf.transpose(tf.reshape(x, (height, width, count, channels)), (2, 0, 1, 3))


def _through_some_size(images, full, size, seed):
    """Resize each image to one of four sizes between `size` and `full`, and back."""
    between = [
        tuple(round(s + (f - s) * t) for f, s in zip(full, size, strict=True))
        for t in (0.0, 1 / 3, 2 / 3, 1.0)
    ]
    chosen = tf.random.stateless_uniform((images.shape[0],), seed, 0, len(between), tf.int32)
    made = tf.stack([resize(resize(images, some), full) for some in between])
    return tf.clip_by_value(tf.gather(tf.transpose(made, (1, 0, 2, 3, 4)), chosen, batch_dims=1), 0.0, 1.0)


def _noisy(images, most, seed, grey_seed):
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
    level = _uniform((images.shape[0], 1, 1, 1), seeds[0], 1.0, most) / 255.0
    noise = tf.random.stateless_normal(images.shape, seeds[1])
    grey = _uniform((images.shape[0], 1, 1, 1), grey_seed) < 0.4
    return tf.clip_by_value(images + level * tf.where(grey, noise[..., :1], noise), 0.0, 1.0)


def _jpeg(images, seed):
    qualities = tf.random.stateless_uniform((images.shape[0],), seed, 30, 96, tf.int32)

    def one(pair):
        return tf.image.adjust_jpeg_quality(pair[0], pair[1])

    return tf.map_fn(one, (images, qualities), fn_output_signature=tf.float32)
