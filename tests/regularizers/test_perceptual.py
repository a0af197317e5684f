import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.metrics import Extractor
from keras_gan.parts import Turn
from keras_gan.regularizers import PerceptualPenalty
from tests.helpers import tiny_gan


def network():
    keras.utils.set_random_seed(3)
    inputs = keras.layers.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, activation="relu", name="one")(inputs)
    return keras.Model(inputs, keras.layers.Conv2D(5, 3, strides=2, activation="relu", name="two")(x))


def pair():
    return np.random.default_rng(0).uniform(-1, 1, (2, 2, 12, 10, 3)).astype("float32")


def by_hand(images, layer, before_activation=False):
    """Maps of images of a size of their own: by a copy of the network without its size."""
    source, inputs = network(), keras.layers.Input((None, None, 3))
    activation = "linear" if before_activation else "relu"
    x = keras.layers.Conv2D(4, 3, activation="relu" if layer == "two" else activation)(inputs)
    if layer == "two":
        x = keras.layers.Conv2D(5, 3, strides=2, activation=activation)(x)
    copy = keras.Model(inputs, x)
    copy.set_weights(source.get_weights()[: len(copy.weights)])
    return copy(images).numpy()


@pytest.mark.parametrize("before_activation", [False, True])
def test_maps(before_activation):
    images, extractor = pair()[0], Extractor(network())
    for layer in ("one", "two"):
        made = extractor.maps([layer], before_activation)(images)[0]
        np.testing.assert_allclose(made, by_hand(images, layer, before_activation), atol=1e-5)
    if before_activation:
        with pytest.raises(ValueError, match="one layer"):
            extractor.maps(["one", "two"], before_activation)
    else:
        for made, layer in zip(extractor.maps(["one", "two"])(images), ("one", "two"), strict=True):
            np.testing.assert_allclose(made, by_hand(images, layer), atol=1e-5)
    with pytest.raises(ValueError, match="no layer 'three'"):
        Extractor(network()).maps(["three"])


@pytest.mark.parametrize(("norm", "power"), [("l1", 1), ("l2", 2)])
def test_value(norm, power):
    real, fake = pair()
    penalty = PerceptualPenalty(1.0, network(), layers=["one", "two"], norm=norm)
    expected = np.mean(
        [(np.abs(by_hand(real, n) - by_hand(fake, n)) ** power).mean() for n in ("one", "two")]
    )
    turn = Turn(real, fake, None, None, None, None)
    np.testing.assert_allclose(penalty.penalty(None, turn), expected, rtol=1e-5)


def test_only_for_images_with_a_target():
    with pytest.raises(ValueError, match="has none"):
        tiny_gan(regularizers=[PerceptualPenalty(1.0, network(), layers="one")])
    with pytest.raises(ValueError, match="norm"):
        PerceptualPenalty(1.0, network(), layers="one", norm="l3")
    assert "perceptual" in keras_gan.regularizers.ALIASES
