import functools
import itertools

import numpy as np
import pytest

import keras_gan
from tests.contracts import network_contract
from tests.helpers import tiny_gan

gan_stability = keras_gan.networks.gan_stability


def convolution(size, inputs, outputs):
    return size * size * inputs * outputs + outputs


def block(a, b):
    """Two convolutions, as wide inside as the narrower end, and a shortcut without bias."""
    inner = min(a, b)
    return convolution(3, a, inner) + convolution(3, inner, b) + (a * b if a != b else 0)


def test_the_papers_networks_at_256():
    """4x4x1024, halved in width from 64 pixels on; the discriminator mirrors it."""
    widths = (1024, 1024, 1024, 512, 256, 128, 64)
    pairs = list(itertools.pairwise(widths))
    generator = (256 + 1) * 16 * 1024 + sum(block(a, b) for a, b in pairs) + block(64, 64)
    discriminator = sum(block(b, a) for a, b in pairs) + block(64, 64) + 16 * 1024 + 1
    networks = gan_stability((256, 256, 3))
    assert networks[0].count_params() == generator + convolution(3, 64, 3)
    assert networks[1].count_params() == discriminator + convolution(3, 3, 64)


def test_contract():
    networks = gan_stability((16, 16, 1), 8, filters=4, max_filters=8)
    network_contract(networks, latent_dim=8, image_shape=(16, 16, 1))


def test_blocks_add_a_tenth():
    """With shortcuts alone the discriminator is its first convolution, pooled with zeros around it."""
    _, discriminator = gan_stability((8, 8, 1), filters=2, max_filters=2)
    for layer in discriminator.layers:
        if "block" in layer.name:
            kernel, bias = layer.get_weights()
            layer.set_weights([0 * kernel, 0 * bias + layer.name.endswith("conv_2")])
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 1)).astype("float32")
    first = discriminator.get_layer("from_image")(x).numpy() + 0.1
    padded = np.pad(first, ((0, 0), (1, 1), (1, 1), (0, 0)))
    pooled = sum(padded[:, i : i + 8 : 2, j : j + 8 : 2] for i in range(3) for j in range(3)) / 9 + 0.1
    last = np.where(pooled > 0, pooled, 0.2 * pooled).reshape(2, -1)
    kernel, bias = discriminator.get_layer("logit").get_weights()
    np.testing.assert_allclose(discriminator(x), last @ kernel + bias, atol=1e-5)


def test_the_generator_step_by_step():
    """Each block at the smaller size, with a tenth of its convolutions, and then twice as large."""
    generator, _ = gan_stability((16, 16, 1), 5, filters=2, max_filters=4)
    z = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")

    def layer(name, x):
        return generator.get_layer(name)(x).numpy()

    def rectified(x):
        return np.where(x > 0, x, 0.2 * x)

    x = layer("project", z).reshape(3, 4, 4, 4)
    for name, wider in (("block_0", False), ("block_1", True), ("last_block", False)):
        y = layer(f"{name}_conv_2", rectified(layer(f"{name}_conv_1", rectified(x))))
        x = (layer(f"{name}_shortcut", x) if wider else x) + 0.1 * y
        if name != "last_block":
            x = x.repeat(2, axis=1).repeat(2, axis=2)
    expected = np.tanh(layer("to_image", rectified(x)))
    np.testing.assert_allclose(generator(z), expected, rtol=1e-4, atol=1e-6)


def test_a_label_picks_its_logit():
    generator, discriminator = gan_stability((8, 8, 1), 4, filters=4, num_classes=3)
    x = np.random.default_rng(0).normal(size=(1, 8, 8, 1)).repeat(3, axis=0).astype("float32")
    kernel, _ = discriminator.get_layer("logit").get_weights()
    discriminator.get_layer("logit").set_weights([0 * kernel, np.float32([1, 2, 3])])
    np.testing.assert_allclose(discriminator([x, np.arange(3)])[:, 0], [1, 2, 3])
    # The embedding counts by its direction alone.
    z, label = np.ones((1, 4), "float32"), np.array([1])
    before = generator([z, label]).numpy()
    table = generator.get_layer("label_embedding")
    table.set_weights([7 * table.get_weights()[0]])
    np.testing.assert_allclose(generator([z, label]), before, atol=1e-5)


@pytest.mark.slow
def test_trains_by_class(images):
    networks = gan_stability((8, 8, 1), 4, filters=4, num_classes=3)
    gan = tiny_gan(functools.partial(keras_gan.ConditionalGAN, num_classes=3), networks=networks)
    labels = np.arange(len(images)) % 3
    history = gan.fit({"image": images, "label": labels}, batch_size=8, verbose=0).history
    assert np.isfinite(history["d_loss"]).all()
