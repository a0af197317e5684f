import numpy as np
import pytest

from keras_gan import networks


def test_sizes_and_weights():
    """Real-ESRGAN's video network: 64 features, 16 convolutions, x4: 621,424 numbers."""
    network = networks.srvggnet(4)
    assert network.count_params() == 621_424
    assert networks.srvggnet(2, 1, filters=4, convolutions=1)(np.zeros((1, 5, 7, 1), "float32")).shape == (
        1,
        10,
        14,
        1,
    )
    with pytest.raises(ValueError, match="`scale` must be one of"):
        networks.srvggnet(5)


def test_without_its_last_convolution_it_repeats_pixels():
    network = networks.srvggnet(3, filters=4, convolutions=1)
    last = [layer for layer in network.layers if "conv" in layer.name][-1]
    for weight in last.weights:
        weight.assign(0 * weight)
    images = np.random.default_rng(0).uniform(-1, 1, (1, 4, 5, 3)).astype("float32")
    np.testing.assert_array_equal(network(images), images.repeat(3, axis=1).repeat(3, axis=2))
