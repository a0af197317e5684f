import numpy as np
import pytest

from keras_gan.networks import msrresnet, srgan_discriminator, srresnet


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_sizes(scale):
    network = srresnet(scale, filters=4, blocks=1)
    assert network(np.zeros((1, 5, 6, 3), "float32")).shape == (1, 5 * scale, 6 * scale, 3)
    again = type(network).from_config(network.get_config())
    assert again.count_params() == network.count_params()


def test_the_papers_network():
    """16 blocks of 64: counted layer by layer."""
    block = 2 * (9 * 64 * 64 + 64 + 4 * 64) + 64
    tail = 9 * 64 * 64 + 64 + 4 * 64
    up = 9 * 64 * 256 + 256 + 64
    ends = 81 * 3 * 64 + 64 + 64 + 81 * 64 * 3 + 3
    assert srresnet().count_params() == 16 * block + tail + 2 * up + ends
    # BasicSR's: 1.52 M.
    assert msrresnet().count_params() == 1_517_571


def test_msrresnet_begins_as_the_bilinear_enlargement():
    images = np.random.default_rng(0).uniform(size=(1, 6, 6, 3)).astype("float32")
    import tensorflow as tf

    enlarged = tf.image.resize(images, (24, 24)).numpy()
    network = msrresnet(4, filters=8, blocks=1)
    assert np.abs(network(images) - enlarged).max() < 0.5
    network.layers[-3].set_weights([0 * w for w in network.layers[-3].get_weights()])
    np.testing.assert_allclose(network(images), enlarged, atol=1e-5)


def test_discriminator():
    network = srgan_discriminator((96, 96, 3))
    assert network.output_shape == (None, 1)
    strides = [layer.strides[0] for layer in network.layers if hasattr(layer, "strides")]
    assert strides == [1, 2, 1, 2, 1, 2, 1, 2]
    with pytest.raises(ValueError, match="16 pixels"):
        srgan_discriminator((8, 8, 3))
    with pytest.raises(ValueError, match=r"\(2, 3, 4, 8\)"):
        srresnet(5)
