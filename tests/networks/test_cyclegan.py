import numpy as np
import pytest

from keras_gan.networks import resnet


def test_the_papers_generator():
    network = resnet((256, 256, 3))
    assert network.count_params() == 11_378_179
    assert sum(type(layer).__name__ == "Add" for layer in network.layers) == 9


def test_small_ones_have_six_blocks_and_any_size():
    assert sum(type(layer).__name__ == "Add" for layer in resnet((128, 128, 3), filters=2).layers) == 6
    network = resnet((None, None, 1), 3, blocks=1, filters=2)
    images = network(np.random.default_rng(0).uniform(-1, 1, (1, 12, 20, 1)).astype("float32"))
    assert images.shape == (1, 12, 20, 3) and np.abs(images).max() <= 1
    again = type(network).from_config(network.get_config())
    assert again.count_params() == network.count_params()


def test_dropout_and_batch_normalization():
    network = resnet((16, 16, 3), blocks=1, filters=2, normalization="batch", dropout=0.5)
    assert any(type(layer).__name__ == "ActiveDropout" for layer in network.layers)
    with pytest.raises(ValueError, match="multiples of 4"):
        resnet((30, 32, 3))
