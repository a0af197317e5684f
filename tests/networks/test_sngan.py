import itertools

import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from tests.contracts import network_contract

sngan = keras_gan.networks.sngan


def convolution(size, inputs, outputs):
    return size * size * inputs * outputs + outputs


def test_the_papers_networks_at_32():
    """Table 3: 128 -> 4x4x256, three blocks of 256 up; two blocks of 128 down, two that keep the size."""
    up = 2 * convolution(3, 256, 256) + convolution(1, 256, 256) + 2 * 4 * 256
    generator = (128 + 1) * 4 * 4 * 256 + 3 * up + 4 * 256 + convolution(3, 256, 3)
    first = convolution(3, 3, 128) + convolution(3, 128, 128) + convolution(1, 3, 128)
    second = 2 * convolution(3, 128, 128) + convolution(1, 128, 128)
    discriminator = first + second + 4 * convolution(3, 128, 128) + 128 + 1
    vectors = 10 * 128 + 1  # spectral normalisation's u of each layer
    network_contract(
        sngan((32, 32, 3)),
        latent_dim=128,
        image_shape=(32, 32, 3),
        generator_params=generator,
        discriminator_params=discriminator + vectors,
    )
    _, plain = sngan((32, 32, 3), spectral_normalization="none")
    assert plain.count_params() == discriminator


def test_the_papers_networks_at_64():
    """Table 4 at 64: 4x4x1024, blocks of 512, 256, 128, 64; down 64, 128, 256, 512, 1024."""
    widths = (1024, 512, 256, 128, 64)
    generator = (128 + 1) * 16 * 1024 + 4 * 64 + convolution(3, 64, 3)
    for a, b in itertools.pairwise(widths):
        generator += convolution(3, a, b) + convolution(3, b, b) + convolution(1, a, b) + 4 * (a + b)
    discriminator = convolution(3, 3, 64) + convolution(3, 64, 64) + convolution(1, 3, 64) + 1024 + 1
    for a, b in zip(widths[:0:-1], widths[-2::-1], strict=True):
        discriminator += convolution(3, a, a) + convolution(3, a, b) + convolution(1, a, b)
    networks = sngan((64, 64, 3), spectral_normalization="none")
    network_contract(
        networks,
        latent_dim=128,
        image_shape=(64, 64, 3),
        generator_params=generator,
        discriminator_params=discriminator,
    )


@pytest.mark.parametrize(("size", "stages"), [(28, 2), (32, 3), (64, 4)])
def test_sizes(size, stages):
    network_contract(sngan((size, size, 1), 8, filters=4), latent_dim=8, image_shape=(size, size, 1))
    generator, _ = sngan((size, size, 1), 8, filters=4)
    assert sum(layer.name.endswith("conv_1") for layer in generator.layers) == stages


@pytest.mark.parametrize("conditioning", ["projection", "auxiliary", "concat"])
def test_classes(conditioning):
    generator, discriminator = sngan((16, 16, 1), 8, filters=4, num_classes=3, conditioning=conditioning)
    labels = tf.constant([0, 2])
    images = generator([tf.ones((2, 8)), labels])
    logits = discriminator(images if conditioning == "auxiliary" else [images, labels])
    assert (logits[0].shape if conditioning == "auxiliary" else logits.shape) == (2, 1)
    names = {type(layer).__name__ for layer in generator.layers}
    assert ("ConditionalBatchNormalization" in names) == (conditioning == "projection")


def test_sagan_attends_in_both_at_half_the_size():
    for network in keras_gan.networks.sagan((32, 32, 3), 8, filters=8):
        assert network.get_layer("attention").input.shape[1:3] == (16, 16)
        wrapped = [layer for layer in network.layers if type(layer).__name__ == "SpectralNormalization"]
        assert len(wrapped) > 8
    for size, attended in ((64, 32), (96, 24)):
        for network in keras_gan.networks.sagan((size, size, 3), 8, filters=8):
            assert network.get_layer("attention").input.shape[1:3] == (attended, attended)


def test_unknown_names():
    with pytest.raises(ValueError, match="spectral_normalization"):
        sngan((32, 32, 3), spectral_normalization="generator")
    with pytest.raises(ValueError, match="conditioning"):
        sngan((32, 32, 3), num_classes=3, conditioning="film")


def test_orthogonal_kernels():
    for make in (sngan, keras_gan.networks.dcgan):
        generator, _ = make((16, 16, 1), 8, filters=4, kernel_initializer="orthogonal")
        kernel = generator.get_layer("project").kernel.numpy()
        np.testing.assert_allclose(kernel @ kernel.T, np.eye(8), atol=1e-5)
