"""Random draws that are the same on one device and on several replicas.

A draw is made for the global batch and every replica takes its own rows of it. (A plain
`keras.random.SeedGenerator` would give all replicas the same latents.)
"""

import keras
import tensorflow as tf

from keras_gan import replicas


def normal(shape, seed):
    """Draw this replica's rows of a standard normal batch.

    Args:
        shape: Shape of this replica's part, batch first.
        seed: `keras.random.SeedGenerator` (it advances), or an integer tensor of shape (2,).

    Returns:
        float32 tensor of the given shape.

    Example:
    >>> keras_gan.random.normal((4, 2), keras.random.SeedGenerator(0)).shape
    TensorShape([4, 2])
    """
    return _rows(tf.random.stateless_normal, shape, seed)


def uniform(shape, seed):
    """Draw this replica's rows of a batch that is uniform on [0, 1); see `normal`."""
    return _rows(tf.random.stateless_uniform, shape, seed)


def _rows(draw, shape, seed):
    if isinstance(seed, keras.random.SeedGenerator):
        seed = seed.next()
    count, index = replicas.count_and_index()
    batch, *rest = shape
    rows = draw([count * batch, *rest], tf.cast(seed, tf.int64))
    return rows if count == 1 else rows[index * batch : (index + 1) * batch]
