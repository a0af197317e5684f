"""What all StyleGANs can: in half precision, on two replicas, under XLA."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from tests.contracts import round_trip
from tests.models.test_stylegan2 import IMAGES, SIZES
from tests.models.test_stylegan3 import network

pytestmark = pytest.mark.slow
LABELS = np.arange(16) % 3
MODELS = {
    "StyleGAN": (keras_gan.StyleGAN, networks.stylegan, None),
    "StyleGAN2 by class": (keras_gan.StyleGAN2, networks.stylegan2, 3),
    "StyleGAN3": (keras_gan.StyleGAN3, network("t"), None),
}


def made(name, **parts):
    model, network, num_classes = MODELS[name]
    keras.utils.set_random_seed(0)
    # Groups of one: replicas do not share what the minibatch standard deviation is of.
    pair = network((16, 16, 3), num_classes=num_classes, **SIZES, group_size=1)
    gan = model(*pair, num_classes=num_classes, seed=0)
    gan.compile(**parts)
    return gan


def data(name, batch_size=8):
    labels = None if MODELS[name][2] is None else LABELS
    return keras_gan.data.from_arrays(IMAGES, labels, batch_size=batch_size)


@pytest.mark.parametrize("name", MODELS)
def test_resumed_in_half_precision_to_the_bit(name):
    keras.config.set_dtype_policy("mixed_float16")
    gan = made(name)
    history = gan.fit(data(name), epochs=2, verbose=0).history
    assert np.isfinite(history["g_loss"]).all() and np.isfinite(history["d_loss"]).all()
    if MODELS[name][2] is None:
        round_trip(gan, IMAGES)


@pytest.mark.parametrize("name", MODELS)
def test_two_replicas_equal_one_device(name, mirrored):
    trained = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        with strategy.scope():
            gan = made(
                name,
                generator_optimizer=keras.optimizers.SGD(0.01),
                discriminator_optimizer=keras.optimizers.SGD(0.01),
            )
            gan.fit(data(name), epochs=2, verbose=0)
            trained.append(gan)
    for a, b in zip(trained[0].weights, trained[1].weights, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5, err_msg=a.path)


def test_xla():
    history = made("StyleGAN", jit_compile=True).fit(IMAGES, batch_size=8, epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
