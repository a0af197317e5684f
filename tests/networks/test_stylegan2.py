import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.networks import stylegan2
from tests.contracts import network_contract

SMALL = {"mapping_layers": 2, "channel_base": 128, "channel_max": 16}


@pytest.mark.slow
def test_published_sizes():
    """StyleGAN2 at 1024: 30.37 million weights that are trained, and 29.01 million."""
    counts = [sum(np.prod(v.shape) for v in net.trainable_weights) for net in stylegan2((1024, 1024, 3))]
    assert counts == [30_370_060, 29_012_513]


@pytest.mark.parametrize("channels", [1, 4])
def test_contract(channels):
    network_contract(
        stylegan2((8, 8, channels), 6, **SMALL), latent_dim=6, image_shape=(8, 8, channels), bounded=False
    )


@pytest.mark.parametrize("architecture", ["skip", "resnet", "orig"])
def test_half_precision_at_the_largest_sizes(architecture):
    options = {**SMALL, "architecture": architecture, "discriminator_architecture": architecture}
    z = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    whole, half = (stylegan2((16, 16, 3), 6, low_precision=n, **options) for n in (0, 2))
    assert half[0].get_layer("synthesis").get_layer("b16_conv1").compute_dtype == "float16"
    assert half[0].get_layer("synthesis").get_layer("b4_conv1").compute_dtype == "float32"
    for a, b in zip(whole, half, strict=True):
        b.set_weights(a.get_weights())
    images = whole[0](z).numpy()
    np.testing.assert_allclose(half[0](z), images, atol=0.02 * images.std())
    logits = whole[1](images).numpy()
    found = half[1](images)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, logits, atol=0.02 * max(1.0, logits.std()))


@pytest.mark.parametrize("architecture", ["skip", "orig"])
@pytest.mark.slow
def test_large_styles_do_not_overflow_where_half_precision_begins(architecture):
    """A demodulation that was handed on to a block in half precision would leave its images too large."""
    options = {**SMALL, "channel_base": 4096, "channel_max": 256, "architecture": architecture}
    whole, half = (
        stylegan2((16, 16, 3), 6, low_precision=n, **options)[0].get_layer("synthesis") for n in (0, 1)
    )
    rng = np.random.default_rng(0)
    for weight in whole.weights:
        if weight.dtype == "float32":
            weight.assign(rng.normal(size=weight.shape) * (10.0 if "affine" in weight.path else 1.0))
    half.set_weights(whole.get_weights())
    ws = tf.constant(rng.normal(size=(2, *whole.input_shape[1:])), "float32")
    results = []
    for network in (whole, half):
        with tf.GradientTape() as tape:
            tape.watch(ws)
            images = network(ws)
            total = tf.reduce_sum(tf.tanh(images / 100.0))
        results += [images, tape.gradient(total, ws)]
    for expected, found in zip(results[:2], results[2:], strict=True):
        np.testing.assert_allclose(found, expected, atol=0.03 * np.abs(expected).max())


def test_refused():
    for shape in ((28, 28, 1), (32, 16, 3), (4, 4, 3)):
        with pytest.raises(ValueError, match="power of two"):
            stylegan2(shape)
    with pytest.raises(ValueError, match="discriminator_architecture"):
        stylegan2((8, 8, 1), discriminator_architecture="dense")


def test_the_smallest_size_is_never_in_half_precision():
    generator, discriminator = stylegan2((16, 16, 3), 6, low_precision=4, **SMALL)
    layers = [*generator.get_layer("synthesis").layers, *discriminator.layers]
    low = {layer.name for layer in layers if layer.compute_dtype == "float16"}
    assert any("b8_" in name for name in low) and not any("b4_" in name for name in low)


def test_what_is_computed_in_float16_is_clipped():
    def clamps():
        generator, discriminator = stylegan2((8, 8, 3), 6, **SMALL)
        layers = [*generator.get_layer("synthesis").layers, *discriminator.layers]
        return {layer.clamp for layer in layers if hasattr(layer, "clamp") and "dense" not in layer.name}

    assert 256.0 not in clamps()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        assert 256.0 in clamps()
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(
    "options, words",
    [
        ({"channel_base": 8}, "`channel_base`"),
        ({"low_precision": -1}, "`low_precision`"),
        ({"w_dim": 0}, "`w_dim`"),
    ],
)
def test_sizes_are_checked(options, words):
    with pytest.raises(ValueError, match=words):
        stylegan2((16, 16, 3), 6, **options)
