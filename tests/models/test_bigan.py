import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import latent, networks
from tests.contracts import game_contract
from tests.helpers import tiny_networks


def tiny(policy="float32", **options):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    encoder = networks.encoder((8, 8, 1), 4, filters=4)
    joint = networks.joint_discriminator((8, 8, 1), 4, filters=4)
    model = keras_gan.BiGAN(encoder, tiny_networks()[0], joint, feature_weight=0.25, seed=0)
    model.compile(**options)
    return model


@pytest.mark.slow
def test_losses_and_scores_by_hand(images):
    model, x = tiny(), tf.constant(images[:16])
    z = model.draw(16, keras.random.SeedGenerator(0))["latents"]
    codes, fake = model.encoder(x, training=True), model.generator(z, training=True)
    logits = [np.asarray(model.discriminator(pair, training=True))[:, 0] for pair in ([x, codes], [fake, z])]
    expected = np.log1p(np.exp(-logits[0])).mean() + np.log1p(np.exp(logits[1])).mean()
    history = tiny().fit(x, batch_size=16, shuffle=False, verbose=0).history
    assert history["d_loss"][0] == pytest.approx(expected, rel=1e-4)
    # The generator's is that of the discriminator after its step, with the sides changed.
    moved = tiny()
    moved.fit(x, batch_size=16, shuffle=False, verbose=0)

    logits = [np.asarray(moved.discriminator(pair, training=True))[:, 0] for pair in ([x, codes], [fake, z])]
    expected = np.log1p(np.exp(logits[0])).mean() + np.log1p(np.exp(-logits[1])).mean()
    assert history["g_loss"][0] == pytest.approx(expected, rel=1e-3)

    x = images[:16]
    codes = model.encode(x)
    made = np.asarray(model.synthesize(codes))
    features = [np.asarray(model._features([tf.constant(i), tf.constant(codes)])) for i in (x, made)]
    score = 0.75 * ((x - made) ** 2).mean((1, 2, 3)) + 0.25 * ((features[0] - features[1]) ** 2).mean(1)
    np.testing.assert_allclose(model.score(x), score, rtol=1e-4)
    np.testing.assert_allclose(model.heatmap(x), np.abs(x - made).mean(-1), atol=1e-5)
    np.testing.assert_allclose(latent.invert(model, x, "encoder").latents, codes, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_the_encoder_becomes_the_inverse():
    """Of a linear generator that is given and held, x = A z: the joint distributions meet where E(x) = A+ x."""
    rng = np.random.default_rng(0)
    a = np.array([[1.0, 0.5], [-0.5, 1.0]], "float32")
    latents, rows, codes = (keras.Input((2,)) for _ in range(3))
    generator = keras.Model(latents, keras.layers.Dense(2, use_bias=False)(latents))
    generator.set_weights([a.T])
    images = keras.Input((2,))
    encoder = keras.Model(images, keras.layers.Dense(2, use_bias=False)(images))
    x = keras.layers.Concatenate()([rows, codes])
    for _ in range(2):
        x = keras.layers.Dense(64, "relu")(x)
    joint = keras.Model([rows, codes], keras.layers.Dense(1)(x))
    keras.utils.set_random_seed(0)
    model = keras_gan.BiGAN(encoder, generator, joint, ema_decay=0.99, seed=0)
    rates = {f"{player}_optimizer": keras_gan.optimizers.Adam(2e-3, 0.5) for player in model.players}
    model.compile(**rates, steps_per_execution=50)
    data = rng.normal(size=(128 * 1500, 2)).astype("float32") @ a.T
    model.fit(data, batch_size=128, verbose=0)
    again = model.reconstruct(data[:500])
    assert np.square(again - data[:500]).mean() < 0.1 * data.var()


@pytest.mark.slow
def test_contract(images, tmp_path, mirrored):
    assert game_contract(tiny, images, tmp_path, mirrored).feature_weight == 0.25


def test_networks_that_do_not_fit():
    encoder, generator = networks.encoder((8, 8, 1), 4, filters=4), tiny_networks()[0]
    with pytest.raises(ValueError, match=r"from \[images, latents\]"):
        keras_gan.BiGAN(encoder, generator, tiny_networks()[1])
    with pytest.raises(ValueError, match="must give a latent"):
        keras_gan.BiGAN(networks.encoder((8, 8, 1), 5, filters=4), generator, tiny_networks()[1])


@pytest.mark.slow
def test_the_recipes_encoder_tells_images_apart():
    """An encoder without normalisation gave all digits one code, of which the generator made a black image."""
    digits = keras_gan.data.load("mnist_5k", batch_size=64)
    gan = keras_gan.recipes.build("bigan", (28, 28, 1), "small", steps=420)
    gan.fit(digits, epochs=6, verbose=0)
    codes = gan.encode(next(iter(digits.stream.whole())))
    assert codes.std(axis=0).mean() > 0.3
    latents = gan.sample_latents(64, seed=1)
    again = gan.encode(gan.images_of(latents))
    assert np.corrcoef(latents.ravel(), again.ravel())[0, 1] > 0.2
