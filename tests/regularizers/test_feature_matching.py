import keras
import numpy as np
import pytest

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


def test_contract():
    check_config(FeatureMatchingPenalty(2.0, "down_1", 3), {"weight": 2.0, "layer": "down_1", "interval": 3})
    part_contract(regularizers=["feature_matching"])


def test_unknown_layers_list_the_known():
    with pytest.raises(ValueError, match="down_9.*down_1"):
        tiny_gan(regularizers=[FeatureMatchingPenalty(layer="down_9")])
