import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import conditions, networks
from keras_gan.regularizers import MatchingAwarePenalty, Turn
from tests.contracts import check_config
from tests.helpers import tiny_gan


class Model:
    """A discriminator of an image and a text, as the penalty asks for it."""

    def __init__(self, function):
        self.discriminate = function


def test_the_gradient_is_of_images_and_texts():
    """At D = w.x + v.t it is (w, v) everywhere."""
    rng = np.random.default_rng(0)
    w, v = rng.normal(size=(12, 1)).astype("float32"), rng.normal(size=(5, 1)).astype("float32")
    x, t = rng.normal(size=(3, 2, 2, 3)).astype("float32"), rng.normal(size=(3, 5)).astype("float32")
    linear = Model(lambda x, t: keras.ops.reshape(x, (3, 12)) @ w + t @ v)
    expected = 2.0 * ((w**2).sum() + (v**2).sum()) ** 3
    for power, value in ((6.0, expected), (2.0, 2.0 * ((w**2).sum() + (v**2).sum()))):
        penalty = MatchingAwarePenalty(2.0, power)
        found = penalty.weight_at(0) * penalty.penalty(linear, Turn(x, None, condition=t))
        np.testing.assert_allclose(found, value, rtol=1e-5)


def test_it_is_the_mean_over_images():
    """At D = |x|^2 / 2 + |t|^2 / 2 the gradient is (x, t)."""
    rng = np.random.default_rng(1)
    x, t = rng.normal(size=(4, 2, 2, 1)).astype("float32"), rng.normal(size=(4, 3)).astype("float32")

    def function(x, t):
        return (keras.ops.sum(x**2, axis=(1, 2, 3)) + keras.ops.sum(t**2, axis=1)) / 2.0

    squares = (x**2).sum(axis=(1, 2, 3)) + (t**2).sum(axis=1)
    found = MatchingAwarePenalty().penalty(Model(function), Turn(x, None, condition=t))
    np.testing.assert_allclose(found, (squares**3).mean(), rtol=1e-5)


def test_config_and_what_is_refused():
    check_config(MatchingAwarePenalty(3.0, 4.0, 2), {"weight": 3.0, "power": 4.0, "interval": 2})
    with pytest.raises(ValueError, match="2 or more"):
        MatchingAwarePenalty(power=1.0)
    with pytest.raises(ValueError, match="images alone"):
        tiny_gan(regularizers=["matching_aware"])
    generator, _ = networks.dfgan((32, 32, 1), 3, 4, filters=2)
    _, alone = networks.dcgan((32, 32, 1), latent_dim=4, filters=2, discriminator_normalization="none")
    with pytest.raises(ValueError, match="discriminator of .images, condition"):
        keras_gan.ConditionalGAN(generator, alone).compile(regularizers=["matching_aware"])
    pair = networks.dcgan(
        (28, 28, 1), latent_dim=4, filters=2, num_classes=3, discriminator_normalization="none"
    )
    with pytest.raises(ValueError, match="condition of floats"):
        keras_gan.GAN(*pair, condition=conditions.Labels(3)).compile(regularizers=["matching_aware"])
