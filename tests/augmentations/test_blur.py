import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

import keras_gan
from keras_gan.augmentations import Blur
from keras_gan.schedules import LinearDecay
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


@pytest.mark.parametrize("step, sigma", [(0, 2.0), (5, 1.0), (8, 0.4), (10, 0.0), (30, 0.0)])
def test_it_is_the_published_filter_and_fades(step, sigma):
    gan = tiny_gan(augmentation=Blur(LinearDecay(2.0, steps=10)))
    gan.state.generator_step.assign(step)
    images = np.random.default_rng(0).normal(size=(3, 8, 9, 2)).astype("float32")
    wanted = images
    if reach := int(3 * sigma + 1e-6):
        weights = np.exp2(-((np.arange(-reach, reach + 1) / sigma) ** 2))
        for axis in (1, 2):
            wanted = ndimage.convolve1d(wanted, weights / weights.sum(), axis=axis, mode="constant")
    np.testing.assert_allclose(gan.augmentation.augment(gan, tf.constant(images))[0], wanted, atol=1e-5)


def test_it_is_for_training_alone(images):
    gan = tiny_gan(augmentation=Blur(2.0))
    exact = gan.discriminator(images).numpy()
    np.testing.assert_array_equal(gan.discriminate(images, training=False), exact)
    assert (gan.discriminate(images, training=True).numpy() != exact).any()


def test_gradients_go_through_it():
    gan, x = tiny_gan(augmentation=Blur(1.0)), tf.Variable(np.zeros((1, 8, 8, 1), "float32"))
    with tf.GradientTape() as tape:
        y = gan.augmentation.augment(gan, x)[0][0, 4, 4, 0]
    spread = tape.gradient(y, x).numpy()[0, :, :, 0]
    assert spread.sum() == pytest.approx(1, abs=1e-5) and spread[4, 4] == spread.max() < 0.5


@pytest.mark.parametrize("jit_compile", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_with_penalties_on_gradients(jit_compile, images):
    parts = {
        "regularizers": ["r1", "gradient_penalty"],
        "augmentation": ["diffaugment", Blur(LinearDecay(2.0, steps=2))],
    }
    gan = tiny_gan(**parts, jit_compile=jit_compile)
    history = gan.fit(images, batch_size=8, verbose=0).history
    assert np.isfinite(history["r1"]).all() and history["r1"][0] > 0


def test_contract():
    check_config(Blur(3.0), {"sigma": 3.0})
    part_contract(augmentation="blur")
    vectors = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    with pytest.raises(ValueError, match="Blur needs images"):
        vectors.compile(augmentation="blur")
