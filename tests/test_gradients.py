import numpy as np
import tensorflow as tf

from keras_gan import gradients


def test_gradient_of_the_sum_of_all_outputs():
    x = np.random.default_rng(0).normal(size=(3, 4, 4, 1)).astype("float32")
    gradient = gradients.of_sum(lambda x: tf.nn.avg_pool2d(x**3, 2, 1, "VALID"), x)
    # Each pixel is in up to four windows: its weight is what pooling of ones gives back.
    counts = np.pad(np.full((3, 3), 0.25), ((0, 1), (0, 1)))
    counts = counts + np.roll(counts, 1, 0) + np.roll(counts, 1, 1) + np.roll(counts, 1, (0, 1))
    np.testing.assert_allclose(gradient[..., 0], 3 * x[..., 0] ** 2 * counts, rtol=1e-5)


def test_float32_at_least_and_twice_differentiable():
    x = tf.ones((2, 3), tf.float16)
    w = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        gradient = gradients.of_sum(lambda x: w * x**2, x)
        value = tf.reduce_sum(gradient)
    assert gradient.dtype == tf.float32
    assert float(tape.gradient(value, w)) == 12.0
