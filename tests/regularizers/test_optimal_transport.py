"""The optimal transport penalty: by hand, and the known map between Gaussians."""

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.callbacks import StopAtStep
from keras_gan.parts import Turn
from keras_gan.regularizers import OptimalTransportPenalty
from keras_gan.schedules import LinearDecay
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


def test_value():
    fake, latents = np.random.default_rng(0).normal(size=(2, 5, 12)).astype("float32")
    images = fake.reshape(5, 2, 2, 3)
    found = OptimalTransportPenalty().penalty(
        None, Turn(None, keras.ops.convert_to_tensor(images), latents=latents)
    )
    np.testing.assert_allclose(found, ((fake - latents) ** 2).mean(), rtol=1e-6)
    check_config(OptimalTransportPenalty(0.5, 2), {"weight": 0.5, "interval": 2})


def networks(latent_dim=64):
    generator = keras.Sequential(
        [
            keras.layers.Input((latent_dim,)),
            keras.layers.Dense(64, activation="tanh"),
            keras.layers.Reshape((8, 8, 1)),
        ]
    )
    return generator, keras_gan.networks.dcgan((8, 8, 1), 4, filters=4, discriminator_normalization="none")[1]


def test_contract():
    part_contract(regularizers=[OptimalTransportPenalty(LinearDecay(1.0, 10))], networks=networks())


def test_latents_of_another_size_are_refused():
    with pytest.raises(ValueError, match="64 of shape"):
        tiny_gan(regularizers=["optimal_transport"], networks=networks(latent_dim=10))


def linear_map(weight):
    """The matrix of a linear generator, begun at a quarter turn, that learnt N(0, S)."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential(
        [keras.layers.Input((2,)), keras.layers.Dense(2, use_bias=False, name="map")]
    )
    generator.get_layer("map").kernel.assign([[0.2, 1.0], [-1.0, 0.2]])
    _, discriminator = keras_gan.networks.mlp(data_dim=2, latent_dim=2)
    gan = keras_gan.GAN(generator, discriminator, ema_decay=0.99, seed=0)
    adam = lambda: keras_gan.optimizers.Adam(2e-3, 0.0, 0.9)
    parts = [keras_gan.regularizers.R1Penalty(1.0)]
    if weight:
        parts.append(OptimalTransportPenalty(LinearDecay(weight, 1000)))
    gan.compile(generator_optimizer=adam(), discriminator_optimizer=adam(), regularizers=parts)
    root = np.array([[1.5, 0.5], [0.5, 0.7]])
    x = (np.random.default_rng(0).normal(size=(20_000, 2)) @ root).astype("float32")
    gan.fit(
        keras_gan.data.from_arrays(x, batch_size=256), epochs=100, verbose=0, callbacks=[StopAtStep(2000)]
    )
    return gan.ema_generator.get_layer("map").kernel.numpy(), root


@pytest.mark.slow
def test_between_gaussians_it_is_the_symmetric_root():
    """Without the penalty some other root of the covariance is learnt, as good for the adversary."""
    found, root = linear_map(2.0)
    np.testing.assert_allclose(found, root, atol=0.12)
    other, _ = linear_map(None)
    np.testing.assert_allclose(other.T @ other, root @ root, atol=0.35)
    assert np.abs(other - root).max() > 0.3
