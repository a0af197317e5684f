import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import keras_gan
from keras_gan.layers import Packing
from tests.contracts import layer_contract, round_trip
from tests.helpers import tiny_gan


def test_value_and_contract():
    inputs = np.random.default_rng(0).normal(size=(6, 2, 3, 2)).astype("float32")
    layer_contract(Packing(3), inputs, (2, 2, 3, 6))
    outputs = Packing(3)(inputs)
    np.testing.assert_array_equal(outputs[1], np.concatenate([inputs[3], inputs[4], inputs[5]], axis=-1))
    vectors = inputs[:, 0, 0]
    np.testing.assert_array_equal(Packing(2)(vectors), vectors.reshape(3, 4))


def test_a_last_pack_is_filled_up():
    inputs = np.arange(5.0, dtype="float32")[:, None]
    np.testing.assert_array_equal(Packing(2)(inputs), [[0, 1], [2, 3], [4, 0]])


def test_a_packed_gan_trains_and_evaluates_uneven_batches(images):
    networks = keras_gan.networks.dcgan(
        (8, 8, 1), latent_dim=4, filters=4, kernel_size=3, discriminator_normalization="none", packing=2
    )
    gan = tiny_gan(networks=networks, regularizers=["r1"])
    gan.fit(images, batch_size=8, verbose=0)
    assert gan.discriminate(images[:8]).shape == (4, 1)
    figures = gan.evaluate(images[:21], batch_size=8, verbose=0, return_dict=True)
    assert np.isfinite(list(figures.values())).all()
    round_trip(gan, images)


def test_gradient_penalties_take_the_norm_of_a_pack():
    """The critic w.(x1, x2) of a pack has the gradient w, whose squared norm R1 takes, half of it."""
    discriminator = keras.Sequential([layers.Input((3,)), Packing(2), layers.Dense(1)])
    generator = keras.Sequential([layers.Input((2,)), layers.Dense(3)])
    gan = keras_gan.GAN(generator, discriminator)
    gan.compile()
    w = discriminator.layers[-1].kernel.numpy()
    data = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    for penalty, value in (
        (keras_gan.regularizers.R1Penalty(1.0), 0.5 * (w**2).sum()),
        (keras_gan.regularizers.GradientPenalty(1.0), (np.sqrt((w**2).sum()) - 1) ** 2),
    ):
        turn = keras_gan.regularizers.Turn(tf.constant(data), tf.constant(-data))
        found = penalty.weight_at(0) * penalty.penalty(gan, turn)
        np.testing.assert_allclose(found, value, rtol=1e-5)


def test_refused():
    with pytest.raises(ValueError, match="m"):
        Packing(0)
    with pytest.raises(ValueError, match="packing"):
        keras_gan.networks.dcgan((8, 8, 1), packing=2, num_classes=3)
