import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.training.image_pool import ImagePool


class State:
    def add(self, name, shape=(), dtype="int64"):
        setattr(self, name, keras.Variable(tf.zeros(shape, dtype), dtype=dtype, trainable=False))


def fakes(step, n):
    """Images that know their step, number and kind."""
    halves = [
        np.full((n, 1, 1, 1), 0.0) + 1000 * kind + 10 * step + np.arange(n).reshape(-1, 1, 1, 1)
        for kind in (0, 1)
    ]
    return tf.constant(np.concatenate(halves), tf.float32)


def test_pool():
    state, seed = State(), keras.random.SeedGenerator(0)
    pool, n = ImagePool(state, 6, (1, 1, 1)), 4
    exchange = tf.function(lambda images: pool.exchange(images, seed))
    # While it fills up, what comes is shown: 4, and 2 of the next 4.
    for step in (0, 1):
        np.testing.assert_array_equal(exchange(fakes(step, n)), fakes(step, n))
    assert int(state.pool_count) == 6
    np.testing.assert_array_equal(state.pool[0].numpy().ravel(), [0, 1, 2, 3, 10, 11])
    swapped, ages = 0, []
    for step in range(2, 200):
        before = state.pool.value.numpy().reshape(2, 6)
        images = fakes(step, n).numpy().reshape(2, n)
        shown = exchange(fakes(step, n)).numpy().reshape(2, n)
        after = state.pool.value.numpy().reshape(2, 6)
        for kind in (0, 1):
            # Nothing is lost and nothing doubled: what is shown and kept is what there was and came.
            there, here = [*before[kind], *images[kind]], [*after[kind], *shown[kind]]
            assert sorted(there) == sorted(here)
            # What is not exchanged is shown at its own place.
            old = shown[kind] != images[kind]
            swapped += old.sum()
            ages += list(step - (shown[kind][old] % 1000) // 10)
    assert 0.45 < swapped / (198 * 2 * n) < 0.55
    assert max(ages) > 5


def test_no_pool_and_wrong_sizes():
    state = State()
    assert ImagePool(state, 0, (1, 1, 1)).exchange("images", None) == "images"
    with pytest.raises(ValueError, match="pool_size"):
        ImagePool(state, -1, (1, 1, 1))


def test_a_batch_larger_than_the_pool():
    state = State()
    pool = ImagePool(state, 2, (1, 1, 1))
    seed = keras.random.SeedGenerator(0)
    for step in range(5):
        shown = pool.exchange(fakes(step, 5), seed)
        assert shown.shape == (10, 1, 1, 1)
    np.testing.assert_array_equal(shown.numpy()[2:5], fakes(4, 5).numpy()[2:5])
