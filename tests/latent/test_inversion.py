"""From images back to latents."""

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import latent, networks
from tests.helpers import tiny_gan


def linear(size=3, seed=0):
    """G(z) = A z, of vectors."""
    a = np.random.default_rng(seed).normal(size=(12, size)).astype("float32")
    latents, rows = keras.Input((size,)), keras.Input((12,))
    generator = keras.Model(latents, keras.layers.Dense(12, use_bias=False)(latents))
    generator.set_weights([a.T])
    judge = keras.Model(rows, keras.layers.Dense(1)(rows))
    return a, keras_gan.GAN(generator, judge, ema_decay=None)


def test_of_a_linear_generator_it_is_the_pseudo_inverse():
    a, gan = linear()
    x = np.random.default_rng(1).normal(size=(6, 12)).astype("float32")
    found = latent.invert(gan, x, steps=400, restarts=2)
    inverse = np.linalg.pinv(a)
    np.testing.assert_allclose(found.latents, x @ inverse.T, atol=1e-3)
    residual = x - x @ (a @ inverse).T
    np.testing.assert_allclose(found.distances, (residual**2).mean(1), rtol=1e-4)
    np.testing.assert_allclose(found.images, found.latents @ a.T, rtol=1e-4, atol=1e-5)
    # Each row by itself, however many move at once.
    again = latent.invert(gan, x[4:], steps=400, restarts=2, batch_size=2)
    np.testing.assert_allclose(again.latents, found.latents[4:], atol=1e-4)


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
    assert np.quantile(searched.distances, 0.9) < 1e-3 * x.var()
    np.testing.assert_allclose(encoded.latents, model.predict(x, verbose=0), rtol=1e-3, atol=1e-4)


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
    ):
        with pytest.raises(ValueError, match=message):
            latent.invert(gan, images, **options)
    with pytest.raises(ValueError, match="say which of it the images show"):
        latent.invert(conditioned, images)
    for model in (keras_gan.GANomaly(*networks.ganomaly((8, 8, 1), 3, filters=4)), linear()[1]):
        with pytest.raises(ValueError, match=r"make images of latents|an encoder of your own"):
            latent.train_encoder(model)
    with pytest.raises(ValueError, match="without a condition"):
        latent.train_encoder(conditional())
