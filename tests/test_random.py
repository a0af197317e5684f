import keras
import numpy as np

from keras_gan import random


def test_normal_and_uniform():
    seed = keras.random.SeedGenerator(0)
    normal, uniform = random.normal((20000, 2), seed), random.uniform((20000, 2), seed)
    assert abs(np.mean(normal)) < 0.02 and abs(np.std(normal) - 1) < 0.02
    assert np.min(uniform) >= 0 and np.max(uniform) < 1 and abs(np.mean(uniform) - 0.5) < 0.01


def test_a_generator_advances_and_a_tensor_does_not():
    seed = keras.random.SeedGenerator(0)
    assert (random.normal((3,), seed) != random.normal((3,), seed)).numpy().any()
    fixed = np.array([1, 2], "int64")
    np.testing.assert_array_equal(random.normal((3,), fixed), random.normal((3,), fixed))
