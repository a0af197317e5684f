import functools

import numpy as np
import pytest

import keras_gan
from tests.contracts import network_contract
from tests.helpers import tiny_gan

infogan = keras_gan.networks.infogan


def test_the_papers_networks():
    """Table 1 of the appendix; with batch normalisation a layer has scale, shift and two statistics."""
    generator = 74 * 1024 + 4 * 1024 + 1024 * 49 * 128 + 4 * 49 * 128 + 16 * 128 * 64 + 4 * 64 + 16 * 64 + 1
    discriminator = 16 * 64 + 64 + 16 * 64 * 128 + 4 * 128 + 49 * 128 * 1024 + 4 * 1024 + 1024 + 1
    recognition = 1024 * 128 + 4 * 128 + 128 * 12 + 12
    networks = infogan((28, 28, 1))
    assert networks[0].count_params() == generator
    assert networks[1].count_params() == discriminator + recognition
    slopes = {layer.negative_slope for layer in networks[1].layers if hasattr(layer, "negative_slope")}
    assert {round(float(slope), 3) for slope in slopes} == {0.1}


def test_contract():
    generator, discriminator = infogan((8, 8, 3), latent_dim=9, recognition=4)
    discriminating = keras_gan.networks.outputs.logits_only(discriminator, ["recognition"])
    network_contract((generator, discriminating), latent_dim=9, image_shape=(8, 8, 3))
    with pytest.raises(ValueError, match="multiples of 4"):
        infogan((30, 28, 1))


@pytest.mark.slow
def test_trains():
    images = np.random.default_rng(0).uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
    networks = infogan((8, 8, 1), latent_dim=4 + 3 + 1, recognition=4)
    gan = tiny_gan(functools.partial(keras_gan.InfoGAN, categories=3, codes=1), networks=networks)
    history = gan.fit(images, batch_size=16, epochs=2, verbose=0).history
    assert np.isfinite(history["mutual_information"]).all()
    assert gan.generate(2, category=1, codes=[0.5]).shape == (2, 8, 8, 1)
