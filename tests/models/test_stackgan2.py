"""StackGAN-v2; official gradients are in test_official_steps.py."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.models.stackgan2 import mean_and_covariance
from tests.contracts import game_contract
from tests.helpers import place_of, spots_of

SIZES = {"latent_dim": 4, "branches": 2, "embedding_dim": 3, "filters": 8, "discriminator_filters": 4}


def tiny(condition_dim=3, unconditional=True, **options):
    keras.utils.set_random_seed(0)
    pair = networks.stackgan2((16, 16, 3), condition_dim, **SIZES, unconditional=unconditional)
    gan = keras_gan.StackGAN2(*pair, seed=0, ema_decay=0.9, **options)
    gan.compile()
    return gan


def alone():
    return tiny(None)


@pytest.fixture(scope="module")
def data():
    """Images of one colour, and the colour as their text."""
    colours = np.random.default_rng(0).uniform(-0.9, 0.9, (64, 3)).astype("float32")
    return {"image": np.tile(colours[:, None, None], (1, 16, 16, 1)), "condition": colours}


@pytest.mark.slow
def test_without_a_condition(data):
    gan = alone()
    assert gan.condition is None and gan.color_weight == 50.0
    history = gan.fit(data["image"], batch_size=16, verbose=0).history
    assert set(history) == set(gan.figure_names) and "g_kl" not in history and "g_color" in history
    assert gan.generate(3, seed=0).shape == (3, 16, 16, 3)


@pytest.mark.parametrize("unconditional", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_one_size_alone(data, unconditional):
    sizes = {**SIZES, "branches": 1}
    gan = keras_gan.StackGAN2(
        *networks.stackgan2((16, 16, 3), 3, **sizes, unconditional=unconditional), seed=0
    )
    gan.compile()
    assert set(gan.fit(data, batch_size=32, verbose=0).history) == set(gan.figure_names)
    assert gan.generate(2, labels=data["condition"][:2], seed=0).shape == (2, 16, 16, 3)


@pytest.mark.slow
def test_images_are_the_largest(data, tmp_path):
    gan = tiny(unconditional=False)
    metrics = [keras_gan.metrics.SlicedWasserstein()]
    gan.compile(metrics=metrics)
    assert gan.image_shape == (16, 16, 3) and len(gan.discriminator.outputs) == 2
    history = gan.fit(data, batch_size=16, validation_data=data, verbose=0).history
    assert set(gan.figure_names) <= set(history) and "g_color" not in history
    texts = data["condition"][:4]
    images = gan.generate(4, labels=texts, seed=1)
    latents = gan.sample_latents(4, seed=1)
    pyramids = gan.ema_generator([tf.constant(latents), tf.constant(texts)])
    np.testing.assert_array_equal(images, keras_gan.data.to_uint8(pyramids[..., 3:]).numpy())
    np.testing.assert_allclose(gan.predict([latents, texts], verbose=0), pyramids[..., 3:], atol=1e-5)
    gan.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    assert np.abs(saved.sample(4, 1, 1.0, labels=texts).numpy().astype(int) - images).max() <= 1


def test_colours_of_neighbouring_sizes():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(3, 4, 4, 2)).astype("float32")
    pixels = images.reshape(3, 16, 2)
    mean, covariance = mean_and_covariance(tf.constant(images))
    np.testing.assert_allclose(mean, pixels.mean(axis=1), atol=1e-6)
    for found, of_one in zip(covariance, pixels, strict=True):
        np.testing.assert_allclose(found, np.cov(of_one.T, bias=True), atol=1e-5)
    gan = alone()
    small, large = (rng.normal(size=(3, side, side, 3)).astype("float32") for side in (8, 16))
    found = gan.color_difference(keras_gan.layers.ImagePyramid()([small, large]))
    means, covariances = zip(*(mean_and_covariance(tf.constant(x)) for x in (small, large)), strict=True)
    expected = np.mean((means[0] - means[1]) ** 2) + 5 * np.mean((covariances[0] - covariances[1]) ** 2)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.slow
def test_contract(data, tmp_path, mirrored):
    game_contract(tiny, data, tmp_path, mirrored)


@pytest.mark.slow
def test_all_parts_take_pyramids(data):
    """Augmentations, penalties and the monitor."""
    gan = tiny()
    gan.compile(
        augmentation="diffaugment", regularizers=["feature_matching", "consistency", "latent_consistency"]
    )
    monitor = keras_gan.callbacks.TrainingMonitor(every=2)
    history = gan.fit(data, batch_size=16, epochs=2, verbose=0, callbacks=[monitor]).history
    assert np.isfinite(history["consistency"]).all()


@pytest.mark.parametrize("augmentation", ["diffaugment", "ada"])
def test_augmentations_treat_all_sizes_alike(augmentation):
    """Of a pyramid of one image each level is augmented as the image would be."""
    gan = tiny(unconditional=False)
    gan.compile(augmentation=augmentation)
    image = tf.constant(np.random.default_rng(0).uniform(-1, 1, (4, 16, 16, 3)).astype("float32"))
    both = tf.concat([image, image], axis=-1)
    made, _ = gan.augmentations[0].augment(gan, both)
    np.testing.assert_allclose(made[..., :3], made[..., 3:], atol=1e-6)


@pytest.mark.slow
def test_images_follow_their_texts():
    """A bright spot is where held-out texts say it is: squared distance to that place, beside that to another text's."""
    spots = spots_of(512, 16, seed=0)
    keras.utils.set_random_seed(0)
    pair = networks.stackgan2(
        (16, 16, 3), 6, 4, branches=2, embedding_dim=8, filters=16, discriminator_filters=16
    )
    gan = keras_gan.StackGAN2(*pair, seed=0, ema_decay=0.99, kl_weight=0.05)
    Adam = keras_gan.optimizers.Adam
    gan.compile(generator_optimizer=Adam(5e-4, beta_1=0.5), discriminator_optimizer=Adam(5e-4, beta_1=0.5))
    gan.fit(spots, batch_size=32, epochs=50, verbose=0)
    texts = spots_of(64, 16, seed=1)["condition"]
    found, places = place_of(gan.generate(64, labels=texts, seed=0)), texts[:, :2] / 3.0
    own, other = (((found - p) ** 2).mean() for p in (places, np.roll(places, 1, axis=0)))
    assert own < 0.3 * other


def test_what_is_refused():
    with pytest.raises(ValueError, match="8 pixels or more"):
        networks.stackgan2((16, 16, 3), 4, branches=3)
    with pytest.raises(ValueError, match="8 pixels or more"):
        networks.stackgan2((64, 64, 3), 4, branches=3, filters=3)
    generator, _ = networks.stackgan2((16, 16, 3), None, 4, branches=2, filters=4)
    _, other = networks.stackgan2((16, 16, 6), None, 4, branches=1, filters=4)
    with pytest.raises(ValueError, match="of the sides"):
        keras_gan.StackGAN2(generator, other)
    with pytest.raises(ValueError, match="divide"):
        keras_gan.layers.PyramidLevels([7, 16])
    with pytest.raises(ValueError, match="PyramidLevels"):
        keras_gan.StackGAN2(*networks.stackgan((8, 8, 3), 4, 3, filters=4, discriminator_filters=2))
