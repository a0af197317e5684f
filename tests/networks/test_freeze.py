import numpy as np
import pytest

import keras_gan
from tests.helpers import tiny_gan, tiny_networks


@pytest.mark.slow
def test_frozen_blocks_do_not_move(images):
    networks = tiny_networks(size=16, discriminator_normalization="batch")
    assert keras_gan.networks.freeze_blocks(networks[1], 2) == ["down_1", "down_2", "down_2_norm"]
    gan = tiny_gan(networks=networks)
    before = [v.numpy() for v in gan.discriminator.weights]
    gan.fit(np.random.default_rng(0).uniform(-1, 1, (32, 16, 16, 1)).astype("float32"), verbose=0)
    for variable, value in zip(gan.discriminator.weights, before, strict=True):
        assert (variable.numpy() != value).any() == ("logit" in variable.path), variable.path


def test_bad_count():
    _, discriminator = tiny_networks()
    assert keras_gan.networks.freeze_blocks(discriminator, 0) == []
    for count in (-1, 2, 1.5):
        with pytest.raises(ValueError, match="2 blocks"):
            keras_gan.networks.freeze_blocks(discriminator, count)
