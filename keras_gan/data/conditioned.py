"""Images or vectors with a vector as condition, to which noise can be added."""

import numpy as np
import tensorflow as tf

from keras_gan.data.arrays import check_floats, checked_rows, gather_from
from keras_gan.data.stream import Stream


def conditioned(
    images, conditions, *, noise=0.0, drop=0.0, batch_size=64, seed=0, flip=False, name="conditioned"
):
    """Make a data set of images, each with a vector, for models whose condition is a vector.

    Args:
        images: array of shape (n, height, width, channels), uint8 or floats in [-1, 1], or vectors (n, size).
        conditions: float array of shape (n, size).
        noise: float; a condition c becomes c + noise |c| u. Each training step draws a new random direction
            u; validation and sample images use the same directions each time. A decoder that is trained with
            noise also takes vectors that are only near an image's vector.
        drop: float in [0, 1), the probability that a condition becomes zeros, for `guidance` of
            `TextToImage.generate`.
        batch_size, seed, flip, name: as in `keras_gan.data.from_arrays`.

    Returns:
        `tf.data.Dataset` of dicts with `image` and `condition`.

    Raises:
        ValueError: for wrong shapes, ranges, lengths, NaN.

    Example:
    >>> images, vectors = np.zeros((10, 8, 8, 1), "uint8"), np.ones((10, 3), "float32")
    >>> data = keras_gan.data.conditioned(images, vectors, noise=0.5, batch_size=5)
    >>> data.element_spec["condition"].shape
    TensorShape([5, 3])

    Reference: noise: Zhou et al., "Towards Language-Free Training for Text-to-Image Generation" (LAFITE), 2022,
    https://arxiv.org/abs/2111.13792, without its unit length; drop: Ho & Salimans, "Classifier-Free Diffusion Guidance", 2022
    """
    images, conditions = checked_rows(images), np.asarray(conditions)
    if conditions.dtype.kind in "iu":
        conditions = conditions.astype("float32")
    if conditions.ndim != 2 or len(conditions) != len(images):
        raise ValueError(
            f"`conditions` must have shape ({len(images)}, size), a row for each image. Received: shape={conditions.shape}"
        )
    check_floats(conditions, "Conditions", in_range=False)
    if not (np.isfinite(noise) and noise >= 0.0):
        raise ValueError(f"`noise` must be a number of 0 or more. Received: {noise!r}")
    if not 0.0 <= drop < 1.0:
        raise ValueError(f"`drop` must be in [0, 1). Received: {drop!r}")

    def then(batch, seed):
        # Under another key until here: a `condition` that is an image would be mirrored with `image`.
        condition = batch.pop("vector")
        shape = tf.shape(condition)
        if noise:
            way = tf.math.l2_normalize(tf.random.stateless_normal(shape, seed + 4), axis=1)
            condition += noise * tf.norm(condition, axis=1, keepdims=True) * way
        if drop:
            kept = tf.random.stateless_uniform(shape[:1], seed + 5) >= drop
            condition *= tf.cast(kept, tf.float32)[:, None]
        return {**batch, "condition": condition}

    arrays = {"image": images, "vector": conditions.astype("float32")}
    if images.dtype != np.uint8:
        arrays["image"] = images.astype("float32")
    stream = Stream(gather_from(arrays), len(images), batch_size, seed=seed, flip=flip, then=then, name=name)
    return stream.dataset()
