"""A pool of fakes of earlier steps, so that the discriminator does not forget them."""

import tensorflow as tf

from keras_gan import random, replicas
from keras_gan.arguments import check_int


class ImagePool:
    """Two pools of images, one for each half of a batch, kept in a model's saved state.

    While a pool is not full, it stores all new images. After that each new image is exchanged, with
    probability 1/2, for an image of the pool, which it replaces.

    Args:
        state: the model's `State`, which holds `pool` and `pool_count`.
        size: int, number of images in each pool; 0 for no pool.
        shape: shape of an image.

    Reference: Shrivastava et al., "Learning from Simulated and Unsupervised Images through Adversarial
    Training", 2017, https://arxiv.org/abs/1612.07828
    """

    def __init__(self, state, size, shape):
        self.state, self.size = state, check_int(size, "pool_size", least=0)
        if size:
            state.add("pool", (2, size, *shape), "float32")
            state.add("pool_count")

    def exchange(self, images, seed):
        """The images that a discriminator sees instead of a batch of fakes; each half is of one domain."""
        if not self.size:
            return images
        # Each replica exchanges the images of all replicas, with the same random numbers, and takes its own.
        count, index = replicas.count_and_index()
        half = tf.shape(images)[0] // 2
        halves = [tf.cast(replicas.gather(x), tf.float32) for x in (images[:half], images[half:])]
        with replicas.alone():
            exchanged = [self._exchange(kind, x, seed) for kind, x in enumerate(halves)]
        shown, pools = zip(*exchanged, strict=True)
        self.state.pool.assign(tf.stack(pools))
        total = half * count
        self.state.pool_count.assign(
            tf.minimum(self.state.pool_count.value + tf.cast(total, tf.int64), self.size)
        )
        mine = [x[index * half : (index + 1) * half] for x in shown]
        return tf.ensure_shape(tf.cast(tf.concat(mine, axis=0), images.dtype), images.shape)

    def _exchange(self, kind, images, seed):
        """The images after the exchange, and the new pool of this domain."""
        n, pool = tf.shape(images)[0], self.state.pool.value[kind]
        kept = tf.minimum(n, self.size)  # the rest of a larger batch skips the pool
        begun = tf.cast(self.state.pool_count.value, tf.int32)
        fills = begun + tf.range(kept) < self.size
        swaps = tf.logical_and(random.uniform((kept,), seed) < 0.5, begun >= self.size)
        order = tf.argsort(random.uniform((self.size,), seed))[:kept]
        slots = tf.where(begun < self.size, (begun + tf.range(kept)) % self.size, order)
        old, new = tf.gather(pool, slots), images[:kept]

        def chosen(mask, a, b):
            return tf.where(mask[:, None, None, None], a, b)

        pool = tf.tensor_scatter_nd_update(
            pool, slots[:, None], chosen(tf.logical_or(fills, swaps), new, old)
        )
        return tf.concat([chosen(swaps, old, new), images[kept:]], axis=0), pool
