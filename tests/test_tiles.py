import gc
import resource

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import layers, networks
from keras_gan.tiles import FARTHEST, as_graph, default_overlap, filled_up, in_tiles, multiple_of, reach


@pytest.fixture
def network():
    """Two 3x3 convolutions see 2 pixels around."""
    return keras.Sequential(
        [
            keras.layers.Input((None, None, 3)),
            keras.layers.Conv2D(4, 3, padding="same", activation="tanh"),
            keras.layers.UpSampling2D(2),
            keras.layers.Conv2D(3, 3, padding="same"),
        ]
    )


@pytest.mark.parametrize("size", [(40, 33), (7, 50), (16, 16), (5, 4)])
@pytest.mark.parametrize("tile", [8, 13])
def test_no_seams(network, size, tile):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3)).astype("uint8")
    whole = in_tiles(network, image, 2, tile=None)
    assert whole.shape == (2 * size[0], 2 * size[1], 3)
    tiled = in_tiles(network, image, 2, tile=tile, overlap=3)
    assert np.abs(tiled.astype(int) - whole).max() <= 1


def test_too_little_overlap_shows(network):
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype("uint8")
    whole, tiled = (in_tiles(network, image, 2, tile=t, overlap=0) for t in (None, 8))
    assert np.abs(tiled.astype(int) - whole).max() > 1


def test_a_photograph_through_srgan():
    generator = keras_gan.networks.srresnet(2, filters=4, blocks=1)
    discriminator = keras_gan.networks.srgan_discriminator((16, 16, 3), filters=2, units=2)
    gan = keras_gan.SRGAN(generator, discriminator)
    image = np.random.default_rng(0).integers(0, 256, (50, 70, 3)).astype("uint8")
    whole = gan.upscale(image, tile=None)
    assert np.abs(gan.upscale(image, tile=16, overlap=12).astype(int) - whole).max() <= 1
    with pytest.raises(ValueError, match="tile"):
        gan.upscale(image, tile=0)
    with pytest.raises(ValueError, match="shape"):
        gan.upscale(image[..., 0])


def test_a_network_that_takes_even_sizes_alone():
    network = networks.rrdbnet(2, 1, filters=4, blocks=1, growth=2)
    image = np.random.default_rng(0).integers(0, 256, (13, 17, 1)).astype("uint8")
    assert multiple_of(network, 1) == 2 and multiple_of(networks.srresnet(2, 1, filters=4, blocks=1), 1) == 1
    made = in_tiles(network, image, 2, tile=None)
    assert made.shape == (26, 34, 1)
    padded = np.pad(image, ((0, 1), (0, 1), (0, 0)), mode="edge")
    np.testing.assert_array_equal(made, in_tiles(network, padded, 2, tile=None)[:26, :34])


def test_a_size_that_the_network_fixes_is_not_filled_up():
    """Of sides that are no multiples of 4, in a network that takes these alone."""
    inputs = keras.layers.Input((6, 10, 1))
    network = keras.Model(inputs, keras.layers.Conv2D(1, 3, padding="same")(inputs))
    images = np.random.default_rng(0).integers(0, 256, (2, 6, 10, 1)).astype("uint8")
    expected = keras_gan.data.to_uint8(network(keras_gan.data.from_uint8(images)))
    np.testing.assert_array_equal(filled_up(network, images, (6, 10)), expected)


def seen(network, side=61, channels=3):
    """How far a change of the middle pixel is seen, in pixels of the input: random weights see all they can."""
    images = np.zeros((2, side, side, channels), "float32")
    images[1, side // 2, side // 2] = 1.0
    change = np.abs(np.diff(network(images).numpy(), axis=0))[0].max(-1)
    scale = len(change) // side
    rows = np.flatnonzero(change.max(1) > 0) // scale
    return max(side // 2 - rows.min(), rows.max() - side // 2)


@pytest.mark.parametrize(
    "make",
    [
        lambda: networks.srresnet(4, filters=4, blocks=1),
        lambda: networks.srresnet(2, filters=4, blocks=4),
        lambda: networks.msrresnet(3, filters=4, blocks=2),
        lambda: networks.rrdbnet(4, filters=4, blocks=1, growth=4),
    ],
)
def test_how_far_a_network_looks(make):
    keras.utils.set_random_seed(0)
    network = make()
    assert seen(network) <= reach(network)[0] <= seen(network) + 2


@pytest.mark.slow
def test_the_default_overlap_is_what_the_network_looks_at(network):
    assert reach(network) == (2, 0.5) and default_overlap(network) == 2
    assert default_overlap(networks.srresnet()) == 40
    assert default_overlap(networks.rrdbnet()) == FARTHEST
    assert default_overlap(networks.resnet((None, None, 3), blocks=1, filters=2)) == FARTHEST
    assert default_overlap(lambda images, training: images) == FARTHEST
    inputs = keras.layers.Input((None, None, 3))
    spectral = layers.SpectralNormalization(keras.layers.Conv2D(3, 9, padding="same"))
    assert default_overlap(keras.Model(inputs, spectral(inputs))) == 4
    whole = inputs - keras.ops.mean(inputs, axis=(1, 2), keepdims=True)
    assert default_overlap(keras.Model(inputs, whole)) == FARTHEST


def test_a_model_has_one_graph(network):
    assert as_graph(network) is as_graph(network)
    # Which holds it, too.
    graph = as_graph(networks.srresnet(2, filters=2, blocks=1))
    gc.collect()
    assert graph(np.ones((1, 4, 4, 3), "float32"), training=False).shape == (1, 8, 8, 3)
    images = np.ones((1, 4, 4, 3), "float32")
    before = as_graph(network)(images, training=False)
    network.set_weights([2 * w for w in network.get_weights()])
    assert (as_graph(network)(images, training=False) != before).numpy().any()


@pytest.mark.slow
@pytest.mark.parametrize("make", [networks.srresnet, networks.rrdbnet])
def test_no_seams_of_networks_of_the_papers_depth(make):
    """By default; of fewer channels. What RRDBNet sees beyond 64 pixels is below a grey level."""
    keras.utils.set_random_seed(0)
    network = make(4, filters=8)
    image = np.random.default_rng(0).integers(0, 256, (180, 180, 3)).astype("uint8")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    whole, tiled = (in_tiles(network, image, 4, tile=tile) for tile in (None, 48))
    # In kB; 22 GB were not enough where all that is between was kept.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 4e6
    assert whole.std() > 5 and np.abs(tiled.astype(int) - whole).max() <= 1
