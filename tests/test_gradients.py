import numpy as np
import pytest
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


def derivatives(due, source_is_scaled=1.0):
    """Of w^2 times a tensor that depends on u, computed where it is due: its value, and its derivatives by w and u."""
    w, u = tf.Variable(3.0), tf.Variable(5.0)

    @tf.function
    def step(due):
        with tf.GradientTape() as tape:
            source = 2.0 * u
            value, seen = gradients.where_due(
                due,
                lambda: [w**2 * source, source],
                lambda: [tf.zeros(()), tf.zeros(())],
                sources=[w, source],
                constants=[],
                scale=lambda loss: loss * source_is_scaled,
            )
            loss = 7.0 * value
        return value, seen, *tape.gradient(loss, [w, u])

    return [float(x) for x in step(tf.constant(due))]


def test_where_due_is_differentiated_in_the_branch():
    assert derivatives(True) == [90.0, 10.0, 7 * 60.0, 7 * 18.0]
    assert derivatives(False) == [0.0, 0.0, 0.0, 0.0]
    # A loss scale, in which half precision needs the derivative, leaves no trace.
    assert derivatives(True, 2.0**15) == derivatives(True)


def test_where_due_refuses_what_it_would_not_differentiate():
    w = tf.Variable(3.0)

    @tf.function
    def step(due):
        stray = tf.identity(2.0 * w, name="stray")
        return gradients.where_due(
            due, lambda: [stray * stray], lambda: [tf.zeros(())], [w], [], lambda loss: loss
        )

    with pytest.raises(ValueError, match="another tensor: 'stray"):
        step(tf.constant(True))


def test_where_due_counts_each_way_once():
    """Of a tensor that comes of another one, as logits do of images."""
    w = tf.Variable(2.0)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            fake = 2.0 * w
            logits = 5.0 * fake
            value, _ = gradients.where_due(
                tf.constant(True),
                lambda: [logits**2 + fake * w, fake],
                lambda: [tf.zeros(()), tf.zeros(())],
                sources=[w, fake, logits],
                constants=[],
                scale=lambda loss: loss,
            )
        return value, tape.gradient(value, w)

    # (10 w)^2 + 2 w^2
    assert [float(x) for x in step()] == [408.0, 204.0 * 2.0]
