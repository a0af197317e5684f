"""FastGAN's generator and Projected GAN's discriminators, held to the official code.

`tests/data/golden/projected/networks.npz` are outputs of autonomousvision/projected-gan at its newest commit of 2026-11, PyTorch 2.13 in
float64, evaluation mode, with weights drawn by name as `value` does, noise of strength 0 and converged spectral norms; every 8th (mixed
maps: every 4th) pixel.
"""

import pathlib
import zlib

import keras
import numpy as np
import pytest

from keras_gan.layers import SpectralNormalization
from keras_gan.networks import fastgan_generator, projected_discriminator
from keras_gan.networks.projected import _across_scales, _head, _random

GOLDEN = pathlib.Path(__file__).parents[1] / "data/golden/projected/networks.npz"


def value(name, shape):
    return np.random.default_rng(zlib.crc32(name.encode())).normal(size=shape)


def parameter(name, shape):
    """A parameter of the official code, as the script drew it."""
    drawn = 0.2 * value(name, shape) * (0.5 if name.endswith("bias") else 1.0)
    return 1.0 + drawn if name.endswith("weight") and len(shape) == 1 else drawn


def set_convolution(layer, name):
    """Give a convolution the official one's weights, and a converged u."""
    inner, spectral = getattr(layer, "layer", layer), isinstance(layer, SpectralNormalization)
    h, w, a, b = inner.kernel.shape
    # PyTorch's order is (out, in, h, w), of transposed ones (in, out, h, w): Keras' turned around, both.
    kernel = parameter(f"{name}.weight_orig" if spectral else f"{name}.weight", (b, a, h, w))
    inner.kernel.assign(kernel.transpose(2, 3, 1, 0))
    if inner.use_bias:
        inner.bias.assign(parameter(f"{name}.bias", inner.bias.shape))
    if spectral:
        out = layer.u.shape[0]
        matrix = kernel.transpose(2, 3, 1, 0)
        axis = 3 if matrix.shape[3] == out and "Transpose" not in type(inner).__name__ else 2
        matrix = np.moveaxis(matrix, axis, -1).reshape(-1, out)
        layer.u.assign(np.linalg.svd(matrix, full_matrices=False)[2][0])


def set_norm(layer, name):
    shape = layer.gamma.shape
    layer.gamma.assign(parameter(f"{name}.weight", shape))
    layer.beta.assign(parameter(f"{name}.bias", shape))
    layer.moving_mean.assign(0.1 * value(f"{name}.running_mean", shape))
    layer.moving_variance.assign(0.1 * (0.5 + np.abs(value(f"{name}.running_var", shape))))


@pytest.mark.parametrize("lite", [False, True])
def test_generator_equals_the_official_one(lite):
    generator = fastgan_generator((128, 128, 3), 8, filters=2, lite=lite)
    root, layer = f"G{int(lite)}.synthesis.", generator.get_layer
    set_convolution(layer("start"), root + "init.init.0")
    set_norm(layer("start_norm"), root + "init.init.1")
    for size in (8, 16, 32, 64, 128):
        places = ((1, 2),) if lite else ((1, 3), (5, 7))
        for i, (convolution, norm) in enumerate(places, 1):
            set_convolution(layer(f"conv_{size}_{i}"), f"{root}feat_{size}.{convolution}")
            set_norm(layer(f"conv_{size}_{i}_norm"), f"{root}feat_{size}.{norm}")
        if size >= 64:
            for i, place in ((1, 1), (2, 3)):
                set_convolution(layer(f"excite_{size}_{i}"), f"{root}se_{size}.main.{place}")
    set_convolution(layer("to_image"), root + "to_big")
    images = generator(value("z", (2, 8))).numpy()
    golden, kind = np.load(GOLDEN), "lite" if lite else "full"
    expected = golden[f"generator_{kind}"].transpose(0, 2, 3, 1)
    assert np.std(expected[0] - expected[1]) > 0.02
    np.testing.assert_allclose(images[:, ::8, ::8], expected, rtol=0, atol=2e-4 * expected.std())


@pytest.mark.slow
def test_mixing_and_discriminators_equal_the_official_ones():
    """Of maps of 64, 32, 16 and 8 pixels: features of images at 256."""
    inputs = [
        keras.layers.Input((side, side, c)) for side, c in zip((64, 32, 16, 8), (4, 6, 8, 10), strict=True)
    ]
    mixed = _across_scales([_random(2 * 2**i, f"mix_{i}")(x) for i, x in enumerate(inputs)], 2)
    network = keras.Model(inputs, [*mixed, *(_head(x, i, 512) for i, x in enumerate(mixed))])
    layer = network.get_layer
    for i in range(4):
        set_convolution(layer(f"mix_{i}"), f"P.layer{i}_ccm")
        set_convolution(layer(f"scale_{i}"), f"P.layer{i}_csm.out_conv")
        for j, width in enumerate((64, 128, 256, 512)[i:]):
            set_convolution(layer(f"head_{i}_{width}"), f"D.mini_discs.{i}.main.{j}.main.0")
            set_norm(layer(f"head_{i}_{width}_norm"), f"D.mini_discs.{i}.main.{j}.main.1")
        set_convolution(layer(f"head_{i}_logits"), f"D.mini_discs.{i}.main.{4 - i}")
    maps = [value(f"map{i}", (2, *x.shape[1:][::-1])).transpose(0, 2, 3, 1) for i, x in enumerate(inputs)]
    outputs, golden = [np.asarray(x) for x in network(maps)], np.load(GOLDEN)
    for i, x in enumerate(outputs[:4]):
        np.testing.assert_allclose(
            x[:, ::4, ::4], golden[f"mixed_{i}"].transpose(0, 2, 3, 1), rtol=1e-4, atol=1e-5
        )
    logits = np.concatenate([x.reshape(2, -1) for x in outputs[4:]], axis=1)
    np.testing.assert_allclose(logits, golden["logits"], rtol=1e-3, atol=2e-5)


def mobilenet():
    keras.utils.set_random_seed(0)
    return keras.applications.MobileNet(
        include_top=False, input_shape=(None, None, 3), weights=None, alpha=0.25
    )


@pytest.mark.parametrize(("size", "logits"), [(224, 64), (128, 4), (96, 36), (64, 4)])
def test_sizes(size, logits):
    discriminator = projected_discriminator((16, 16, 1), mobilenet(), size=size, filters=2, max_filters=4)
    assert discriminator.output_shape == (None, logits, 1)
    images = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 1)).astype("float32")
    assert np.isfinite(discriminator(images)).all()


def test_only_the_heads_are_trained_and_the_features_are_those_of_the_network():
    network = mobilenet()
    discriminator = projected_discriminator((16, 16, 3), network, size=64, filters=2, max_filters=4)
    assert {v.path.split("/")[0].split("_")[0] for v in discriminator.trainable_variables} == {"head"}
    frozen = discriminator.get_layer("features")
    assert [tuple(x.shape[1:]) for x in frozen.outputs] == [
        (16, 16, 32),
        (8, 8, 64),
        (4, 4, 128),
        (2, 2, 256),
    ]
    images = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype("float32")
    np.testing.assert_allclose(frozen(images)[3], network(images), rtol=1e-4, atol=1e-6)


def test_the_range_that_the_network_takes():
    seen = keras.Sequential([keras.layers.Input((None, None, 3)), keras.layers.AveragePooling2D(4)])
    x = seen.inputs[0]
    outputs = []
    for _ in range(4):
        x = keras.layers.AveragePooling2D(4 if not outputs else 2)(x)
        outputs.append(x)
    network = keras.Model(seen.inputs[0], outputs)
    discriminator = projected_discriminator(
        (16, 16, 1), network, size=64, filters=2, max_filters=4, value_range=(0, 255)
    )
    scaled = keras.Model(discriminator.inputs, discriminator.get_layer("range").output)
    for level, expected in ((-1.0, 0.0), (0.0, 127.5), (1.0, 255.0)):
        np.testing.assert_allclose(scaled(np.full((1, 16, 16, 1), level, "float32")), expected, rtol=1e-6)


def test_what_does_not_fit_is_refused():
    flat = keras.Sequential([keras.layers.Input((64, 64, 3)), keras.layers.Conv2D(2, 3)])
    for arguments, message in (
        (((16, 16, 3), flat), "maps of a 4th"),
        (((16, 16, 4), mobilenet()), "1 or 3 channels"),
        (((16, 16, 3), "mobilenet"), "functional keras.Model"),
    ):
        with pytest.raises(ValueError, match=message):
            projected_discriminator(*arguments, size=64)
    with pytest.raises(ValueError, match="multiple of 32"):
        projected_discriminator((16, 16, 3), mobilenet(), size=100)
    for shape in ((8, 8, 3), (28, 28, 1), (32, 64, 3)):
        with pytest.raises(ValueError, match="square images"):
            fastgan_generator(shape)
    for skips in ({8: 32}, {24: 4}, {64: 4}):
        with pytest.raises(ValueError, match="that of a smaller one"):
            fastgan_generator((32, 32, 3), skips=skips)
    with pytest.raises(ValueError, match="value_range"):
        projected_discriminator((16, 16, 3), mobilenet(), size=64, value_range=(255, 0))
    with pytest.raises(ValueError, match="no layer 'conv'"):
        projected_discriminator((16, 16, 3), mobilenet(), size=64, taps=["conv"] * 4)
