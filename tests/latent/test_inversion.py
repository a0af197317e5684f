"""From images back to latents."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import latent, networks
from keras_gan.latent.search import LeastSquares, Search
from tests.helpers import downloaded, tiny_gan


def linear(size=3, seed=0):
    """G(z) = A z, of vectors."""
    a = np.random.default_rng(seed).normal(size=(12, size)).astype("float32")
    latents, rows = keras.Input((size,)), keras.Input((12,))
    generator = keras.Model(latents, keras.layers.Dense(12, use_bias=False)(latents))
    generator.set_weights([a.T])
    judge = keras.Model(rows, keras.layers.Dense(1)(rows))
    return a, keras_gan.GAN(generator, judge, ema_decay=None)


@pytest.mark.slow
def test_of_a_linear_generator_it_is_the_pseudo_inverse():
    a, gan = linear()
    x = np.random.default_rng(1).normal(size=(6, 12)).astype("float32")
    found = latent.invert(gan, x, restarts=2)
    inverse = np.linalg.pinv(a)
    np.testing.assert_allclose(found.latents, x @ inverse.T, atol=1e-3)
    residual = x - x @ (a @ inverse).T
    np.testing.assert_allclose(found.distances, (residual**2).mean(1), rtol=1e-4)
    np.testing.assert_allclose(found.images, found.latents @ a.T, rtol=1e-4, atol=1e-5)
    # Each row by itself, however many move at once.
    again = latent.invert(gan, x[4:], restarts=2, batch_size=2)
    np.testing.assert_allclose(again.latents, found.latents[4:], atol=1e-4)


@pytest.mark.slow
def test_an_encoder_and_a_search_from_there():
    """A generator of one hidden layer: the encoder comes near, the search nearer."""
    keras.utils.set_random_seed(0)
    gan = keras_gan.GAN(*networks.mlp(16, 3, (32,)), ema_decay=None, seed=0)
    x = gan.generate(32, seed=5)
    encoder = latent.train_encoder(
        keras_gan.GAN(*tiny_gan().networks_given().values()), 2, filters=4, verbose=False
    )
    assert encoder.output_shape == (None, 4)
    rows = keras.Input((16,))
    hidden = keras.layers.Dense(64, "relu")(rows)
    model = keras.Model(rows, keras.layers.Dense(3)(hidden))
    model.compile(keras.optimizers.Adam(3e-3), "mse")
    z = gan.sample_latents(4096, 1)
    model.fit(gan.images_of(z), z, epochs=10, verbose=0)
    encoded = latent.invert(gan, x, "encoder", encoder=model)
    hybrid = latent.invert(gan, x, "hybrid", encoder=model, steps=300)
    searched = latent.invert(gan, x, steps=300)
    assert hybrid.distances.max() < 0.1 * encoded.distances.mean() < 1e-4 * x.var()
    assert searched.distances.max() < 1e-3 * x.var()
    np.testing.assert_allclose(encoded.latents, model.predict(x, verbose=0), rtol=1e-3, atol=1e-4)


def test_least_squares_end_in_narrow_valleys_where_gradient_descent_does_not():
    """Rosenbrock's valley as an image of two latents: (a - z0, 10 (z1 - z0^2))."""

    def valley(z, condition=None):
        return tf.stack([z[:, 0], 10.0 * (z[:, 1] - z[:, 0] ** 2)], axis=1)

    starts = np.array([[-1.2, 1.0], [0.0, 3.0], [2.0, -2.0]], "float32")
    targets = tf.tile([[1.0, 0.0]], (3, 1))
    found, distances = LeastSquares(valley, 40)(targets, starts)
    np.testing.assert_allclose(found, 1.0, atol=1e-4)
    assert distances.max() < 1e-8
    _, descended = Search(valley, 40, 0.1)(targets, starts)
    assert descended.min() > 1e-4
    # As well one at a time, and never worse than the start.
    alone, _ = LeastSquares(valley, 40, images_at_once=1)(targets, starts)
    np.testing.assert_allclose(alone, found, atol=1e-4)
    stuck, before = LeastSquares(lambda z, c: 0.0 * z, 3)(targets, starts)
    np.testing.assert_array_equal(stuck, starts)
    np.testing.assert_allclose(before, 0.5)


@pytest.mark.slow
def test_known_faces_come_back(tmp_path):
    """Of a trained DCGAN of faces, gan-face-generate 1.1.1: an image's error is below a thousandth of the variance."""
    path = downloaded(tmp_path, "gan-face-generate==1.1.1") / "gan_face_generate" / "weights.tar"
    discriminator = networks.dcgan((64, 64, 3), latent_dim=100, filters=2)[1]
    gan = keras_gan.GAN(keras_gan.convert.load(path), discriminator, ema_decay=None)
    known = gan.sample_latents(8, seed=1)
    images = gan.synthesize(known).numpy()
    found = latent.invert(gan, images, verbose=False)
    back = found.distances < 1e-3 * images.var()
    assert back.all()
    # The same latents, not others that make the same image.
    assert np.abs(found.latents - known).max() < 0.05


def conditional():
    return keras_gan.ConditionalGAN(*networks.dcgan((8, 8, 1), 4, filters=4, num_classes=3), num_classes=3)


def test_with_a_condition_and_an_encoder_of_its_own(images):
    gan = conditional()
    made = gan.generate(3, seed=0, labels=[0, 1, 2])
    found = latent.invert(gan, made, steps=5, restarts=2, labels=[0, 1, 2])
    assert found.images.shape == made.shape and np.isfinite(found.distances).all()
    vae = keras_gan.VAE(*networks.vae((8, 8, 1), latent_dim=2, filters=4))
    found = latent.invert(vae, images[:4], "encoder")
    np.testing.assert_allclose(found.latents, vae.encode(images[:4])[0], rtol=1e-4, atol=1e-5)


def test_what_is_refused(images):
    gan = tiny_gan()
    for arguments, options, message in (
        ((gan, images[:, :4]), {}, "must have shape"),
        ((gan, images * 3), {}, r"\[-1, 1\]"),
        ((gan, images), {"method": "guess"}, "`method` must be"),
        ((gan, images, "encoder"), {}, "has no encoder: give one"),
        ((gan, images), {"steps": 0}, "steps"),
        ((gan, images), {"labels": 1}, "no classes"),
    ):
        with pytest.raises(ValueError, match=message):
            latent.invert(*arguments, **options)
    conditioned = conditional()
    for options, message in (
        ({"encoder": "x"}, "`encoder` is a keras.Model"),
        ({"method": "encoder", "encoder": "x"}, "`encoder` is a keras.Model"),
        ({"learning_rate": -1.0}, "learning_rate"),
        ({"learning_rate": 0}, "must be above 0"),
    ):
        with pytest.raises(ValueError, match=message):
            latent.invert(gan, images, **options)
    with pytest.raises(ValueError, match="say which of it the images show"):
        latent.invert(conditioned, images)
    for model in (keras_gan.GANomaly(*networks.ganomaly((8, 8, 1), 3, filters=4)), linear()[1]):
        with pytest.raises(ValueError, match=r"makes images from latents|an encoder of your own"):
            latent.train_encoder(model)
    with pytest.raises(ValueError, match="must be above 0"):
        latent.train_encoder(gan, learning_rate=0)
    with pytest.raises(ValueError, match="must be from images"):
        latent.invert(gan, images, "encoder", encoder=networks.encoder((8, 8, 1), 5, filters=4))
    for arguments, message in (
        ({"images": images}, "say which of it the images show"),
        ({"labels": [0]}, "are those of `images`"),
        ({"images": images[:, :4], "labels": [0]}, "must have shape"),
    ):
        with pytest.raises(ValueError, match=message):
            latent.train_encoder(conditional(), **arguments)


@pytest.mark.slow
def test_an_encoder_trained_on_images_too_is_better_on_these():
    """Images of latents that the pairs hardly have. Classes are drawn for the pairs, and given for the images."""
    gan, labels = conditional(), np.arange(64) % 3
    # As drawn, its images are nearly alike.
    for variable in gan.ema_generator.weights:
        variable.assign(5.0 * variable if variable.ndim > 1 else variable)
    images = gan.synthesize(tf.constant(4.0 * gan.sample_latents(64, 9)), tf.constant(labels)).numpy()
    distances = []
    for real in ({}, {"images": images, "labels": labels}):
        encoder = latent.train_encoder(gan, 120, filters=8, learning_rate=3e-3, verbose=False, **real)
        distances.append(
            latent.invert(gan, images, "encoder", encoder=encoder, labels=labels).distances.mean()
        )
    assert distances[1] < 0.95 * distances[0], distances
