import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.regularizers import FeatureMatchingPenalty, Turn
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


@pytest.mark.parametrize("layer", [None, "down_1"])
def test_value(images, layer):
    gan = tiny_gan(regularizers=[FeatureMatchingPenalty(layer=layer)])
    network = gan.discriminator
    output = network.get_layer("logit").input if layer is None else network.get_layer(layer).output
    features = keras.Model(network.inputs, output)
    real, fake = images[:8], images[8:16]
    expected = ((features(real).numpy().mean(0) - features(fake).numpy().mean(0)) ** 2).sum()
    value = gan.regularizers[0].penalty(gan, Turn(real, fake))
    np.testing.assert_allclose(value, expected, rtol=1e-4)


def test_the_default_features_are_those_of_images():
    """Not those of labels (R3GAN's embedding), nor of InfoGAN's recognition head."""
    pair = keras_gan.networks.r3gan(
        (8, 8, 1), latent_dim=4, widths=(8, 4), cardinalities=(2, 1), blocks=(1, 1), num_classes=3
    )
    gan = keras_gan.ConditionalGAN(*pair, num_classes=3)
    gan.compile(regularizers=["feature_matching"])
    assert gan.regularizers[0]._features[gan].output.shape == (None, 8)
    pair = keras_gan.networks.dcgan((8, 8, 1), latent_dim=9, filters=4, recognition=5)
    gan = keras_gan.InfoGAN(*pair, categories=3, codes=2)
    gan.compile(regularizers=["feature_matching"])
    names = {layer.name for layer in gan.regularizers[0]._features[gan].layers}
    assert "down_1" in names and "recognition" not in names


def test_contract():
    check_config(FeatureMatchingPenalty(2.0, "down_1", 3), {"weight": 2.0, "layer": "down_1", "interval": 3})
    part_contract(regularizers=["feature_matching"])


def test_unknown_layers_list_the_known():
    with pytest.raises(ValueError, match="down_9.*down_1"):
        tiny_gan(regularizers=[FeatureMatchingPenalty(layer="down_9")])
