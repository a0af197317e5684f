import numpy as np
import pytest

from keras_gan.layers import EqualizedConv2D, EqualizedDense
from keras_gan.layers.upfirdn import upfirdn
from tests.contracts import layer_contract


def test_contracts():
    rng = np.random.default_rng(0)
    vectors, images = rng.normal(size=(3, 5)), rng.normal(size=(2, 4, 6, 3))
    layer_contract(EqualizedDense(4, "leaky_relu"), vectors.astype("float32"), (3, 4))
    images = images.astype("float32")
    layer_contract(EqualizedConv2D(4, 3, "leaky_relu", gain=0.5, clamp=256.0), images, (2, 4, 6, 4))
    layer_contract(EqualizedConv2D(4, 3, up=2), images, (2, 8, 12, 4))
    layer_contract(EqualizedConv2D(4, 3, down=2), images, (2, 2, 3, 4))
    layer_contract(EqualizedConv2D(4, 1, up=2, use_bias=False), images, (2, 8, 12, 4))
    layer_contract(EqualizedConv2D(4, 1, down=2), images, (2, 2, 3, 4))


def test_dense_scales_as_it_is_used():
    layer = EqualizedDense(3, lr_multiplier=0.01, bias_init=2.0)
    x = np.random.default_rng(0).normal(size=(4, 9)).astype("float32")
    outputs = layer(x)
    kernel, bias = layer.get_weights()
    np.testing.assert_allclose(bias, 200.0)
    np.testing.assert_allclose(outputs, x @ kernel * 0.01 / 3 + 2.0, rtol=1e-4, atol=1e-5)
    assert EqualizedDense(1000).compute_output_shape((2, 5)) == (2, 1000)
    wide = EqualizedDense(4000, lr_multiplier=0.01)
    wide.build((None, 50))
    assert np.std(wide.get_weights()[0]) == pytest.approx(100, rel=0.02)


def test_variance_is_kept():
    x = np.random.default_rng(0).normal(size=(64, 8, 8, 32)).astype("float32")
    layer = EqualizedConv2D(64, 3, "leaky_relu")
    inside = layer(x).numpy()[:, 1:-1, 1:-1]
    assert np.sqrt((inside**2).mean()) == pytest.approx(np.sqrt(1.04), rel=0.1)
    # Behind gain and clamp; the clamp is multiplied by the gain too.
    assert np.abs(EqualizedConv2D(4, 3, gain=0.5, clamp=0.2)(x)).max() == pytest.approx(0.1)


@pytest.mark.parametrize("size", [1, 3])
def test_resampling_is_of_the_image(size):
    """Doubling is zeros, convolution and filter; halving is filter and strided convolution."""
    x = np.random.default_rng(0).normal(size=(1, 6, 6, 2)).astype("float32")
    taps, pad = (1, 3, 3, 1), size // 2
    up, down = (
        EqualizedConv2D(3, size, up=2, use_bias=False),
        EqualizedConv2D(3, size, down=2, use_bias=False),
    )
    plain = EqualizedConv2D(3, size, use_bias=False)
    for layer in (up, down, plain):
        layer.build(x.shape)
    plain.set_weights([up.get_weights()[0][::-1, ::-1]])
    zeros = np.zeros((1, 12, 12, 2), "float32")
    zeros[:, ::2, ::2] = x
    # A transposed convolution is one with the kernel turned around, of the image with zeros between.
    wide = np.pad(zeros, ((0, 0), (3, 3), (3, 3), (0, 0)))
    expected = upfirdn(plain(wide), taps, padding=(-1, -2), gain=4.0)
    np.testing.assert_allclose(up(x), expected, rtol=1e-3, atol=1e-4)
    plain.set_weights(down.get_weights())
    smooth = upfirdn(x, taps, padding=(1 + pad, 1 + pad))
    inside = plain(smooth).numpy()
    inside = inside[:, pad : inside.shape[1] - pad : 2, pad : inside.shape[2] - pad : 2]
    np.testing.assert_allclose(down(x), inside[:, :3, :3], rtol=1e-3, atol=1e-4)


def test_refused():
    for arguments in (
        {"kernel_size": 2},
        {"kernel_size": 3, "up": 2, "down": 2},
        {"kernel_size": 3, "up": 3},
    ):
        with pytest.raises(ValueError, match="kernel_size"):
            EqualizedConv2D(4, **arguments)
    with pytest.raises(ValueError, match="activation"):
        EqualizedDense(4, "relu")
