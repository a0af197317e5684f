import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import augmentations
from keras_gan.augmentations.augmentation import Draws
from tests.augmentations.test_augmentation import images_of


class Given:
    def __init__(self, value):
        self.value = value

    def uniform(self, name, shape):
        return tf.fill([int(n) for n in shape], tf.constant(self.value, "float32"))


@pytest.mark.parametrize("value", [0.0, 0.3, 0.8, 0.999])
def test_diffaugment_by_numpy(value):
    """The paper's code, written again for one value of all its random numbers."""
    x = images_of(3)
    found = augmentations.DiffAugment("color").transform(tf.constant(x), Given(value), None)
    y = x + value - 0.5
    grey = y.mean(axis=3, keepdims=True)
    y = (y - grey) * 2 * value + grey
    mean = y.mean(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(found, (y - mean) * (value + 0.5) + mean, atol=1e-5)

    found = augmentations.DiffAugment("translation").transform(tf.constant(x), Given(value), None).numpy()
    shift = int(np.floor(value * 5)) - 2  # 16 / 8 pixels at most
    padded = np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)))[:, 2 + shift : 18 + shift, 2 + shift : 18 + shift]
    np.testing.assert_array_equal(found, padded)

    found = augmentations.DiffAugment("cutout").transform(tf.constant(x), Given(value), None).numpy()
    first = int(np.floor(value * 17)) - 4
    y = x.copy()
    y[:, max(first, 0) : first + 8, max(first, 0) : first + 8] = 0
    np.testing.assert_array_equal(found, y)


def test_diffaugment_moves_to_all_places_alike():
    point = np.zeros((4000, 8, 8, 1), "float32")
    point[:, 4, 4] = 1
    draws = Draws(keras.random.SeedGenerator(0))
    share = (
        augmentations.DiffAugment("translation")
        .transform(tf.constant(point), draws, None)
        .numpy()
        .mean(axis=0)
    )
    np.testing.assert_allclose(share[3:6, 3:6, 0], 1 / 9, atol=0.02)
    assert share.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    "arguments", [{"policy": "colour"}, {"policy": []}, {"translation": 0.0}, {"cutout": 2.0}]
)
def test_diffaugment_refuses(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        augmentations.DiffAugment(**arguments)


def test_diffaugment_in_xla_and_twice_differentiable():
    x = tf.constant(images_of(3))

    def value(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(augmentations.DiffAugment().transform(x, Given(0.7), None) ** 3)
        return tf.reduce_sum(tape.gradient(total, x) ** 2)

    with tf.GradientTape() as tape:
        tape.watch(x)
        plain = value(x)
    along = tf.constant(np.random.default_rng(1).normal(size=x.shape), "float32")
    exact = (value(x + 1e-3 * along) - value(x - 1e-3 * along)) / 2e-3
    np.testing.assert_allclose(tf.reduce_sum(tape.gradient(plain, x) * along), exact, rtol=1e-2)
    np.testing.assert_allclose(tf.function(value, jit_compile=True)(x), plain, rtol=1e-4)
