import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers.upfirdn import upfirdn


def by_hand(x, taps, up, down, padding, gain):
    """Zeros, padding, a convolution, and every `down`-th pixel, each along one axis after the other."""
    taps = np.array(taps) / np.sum(taps) * np.sqrt(gain)
    for axis in (1, 2):
        x = np.moveaxis(x, axis, -1)
        zeros = np.zeros((*x.shape[:-1], x.shape[-1] * up))
        zeros[..., ::up] = x
        before, after = padding
        added = np.pad(zeros, [(0, 0)] * 3 + [(max(before, 0), max(after, 0))])
        added = added[..., max(-before, 0) : added.shape[-1] - max(-after, 0)]
        x = np.apply_along_axis(lambda line: np.convolve(line, taps, "valid"), -1, added)[..., ::down]
        x = np.moveaxis(x, -1, axis)
    return x


@pytest.mark.parametrize(
    ("up", "down", "padding", "gain"),
    [
        (1, 1, (1, 2), 1.0),
        (2, 1, (2, 1), 4.0),
        (1, 2, (1, 1), 1.0),
        (2, 3, (3, -1), 2.0),
        (3, 1, (-2, 4), 1.0),
    ],
)
def test_equals_its_definition(up, down, padding, gain):
    x = np.random.default_rng(0).normal(size=(2, 5, 7, 3)).astype("float32")
    taps = (1.0, 2.0, 4.0, 3.0)
    expected = by_hand(x, taps, up, down, padding, gain)
    found = upfirdn(x, taps, up=up, down=down, padding=padding, gain=gain)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    square = upfirdn(x, np.outer(taps, taps), up=up, down=down, padding=padding, gain=gain)
    np.testing.assert_allclose(square, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("taps", [(1.0, 2.0, 4.0, 3.0), (1.0, 2.0, 4.0, 3.0, 1.0, 2.0), (1.0,)])
@pytest.mark.parametrize(
    ("up", "down", "padding"),
    [(1, 1, (4, 6)), (2, 1, (2, 1)), (1, 2, (3, 1)), (2, 3, (3, -1)), (3, 1, (-2, 4))],
)
def test_its_gradient_is_its_transpose(taps, up, down, padding):
    """All is linear: <upfirdn(x), y> = <x, gradient(y)>, and the gradient of the gradient is the function."""
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=(2, 9, 7, 3)))

    def function(x):
        return upfirdn(x, taps, up=up, down=down, padding=padding, gain=2.0)

    y = tf.constant(rng.normal(size=function(x).shape))
    with tf.GradientTape() as outer:
        outer.watch(y)
        with tf.GradientTape() as tape:
            tape.watch(x)
            product = tf.reduce_sum(function(x) * y)
        back = tape.gradient(product, x)
        again = tf.reduce_sum(back * x)
    assert back.shape == x.shape
    np.testing.assert_allclose(tf.reduce_sum(back * x), product, rtol=1e-6)
    np.testing.assert_allclose(outer.gradient(again, y), function(x), rtol=1e-6, atol=1e-9)
