import numpy as np
import tensorflow as tf

from keras_gan import data
from keras_gan.data.degradation import degrade


def images(n=4, size=32, channels=3):
    return np.random.default_rng(0).integers(0, 256, (n, size, size, channels)).astype("uint8")


def test_real_degradations():
    floats = data.from_uint8(np.tile(np.linspace(60, 190, 32)[None, :, None, None], (6, 1, 32, 3)))
    seed = tf.constant([3, 4], tf.int64)
    low = degrade(floats, (8, 8), seed)
    assert low.shape == (6, 8, 8, 3) and float(tf.reduce_max(tf.abs(low))) <= 1.0
    np.testing.assert_array_equal(low, degrade(floats, (8, 8), seed))
    assert (low != degrade(floats, (8, 8), seed + 1)).numpy().any()
    # Each image in its own way, and all still the picture that it was.
    assert len({row.tobytes() for row in low.numpy()}) == 6
    clean = data.from_uint8(np.linspace(60, 190, 32).reshape(8, 4).mean(1))
    rows = low.numpy().mean((0, 2, 3))
    assert np.corrcoef(rows, clean)[0, 1] > 0.98
    assert np.abs(low - clean[None, :, None, None]).mean() > 0.01
    batch = next(iter(data.low_high(images(), 4, batch_size=2, degradation="real")))
    assert batch["condition"].shape == (2, 8, 8, 3)


def test_every_part_can_be_drawn():
    """Numbered pixels: all of a small picture are drawn in some part."""
    numbers = np.arange(21 * 40).reshape(21, 40)
    picture = np.stack([numbers % 256, numbers // 256, 0 * numbers], axis=-1).astype("uint8")
    stream = data.low_high([picture], 2, crop=8, batch_size=1, flip=False).stream
    seen, corners = set(), set()
    for epoch in range(60):
        for i in range(stream.batches):
            part = (
                data.to_uint8(stream._batch(tf.constant(epoch, tf.int64), tf.constant(i, tf.int64))["image"])
                .numpy()[0]
                .astype(int)
            )
            part = part[..., 0] + 256 * part[..., 1]
            seen |= set(part.ravel())
            corners.add(part[0, 0])
    assert len(seen) > 0.9 * numbers.size
    held = data.to_uint8(stream.fetch(np.arange(stream.size))["image"]).numpy().astype(int)
    assert set((held[..., 0] + 256 * held[..., 1]).ravel()) == set(numbers.ravel())
    # All over the places where a part can begin.
    assert len(corners) > 80 and corners <= set(numbers[:14, :33].ravel())
