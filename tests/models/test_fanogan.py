import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.callbacks import SampleGrid
from tests.contracts import game_contract
from tests.helpers import tiny_networks


def tiny(policy="float32", **options):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    gan = keras_gan.GAN(*tiny_networks(), seed=0)
    encoder = networks.encoder((8, 8, 1), 4, filters=4)
    detector = keras_gan.FAnoGAN(encoder, gan.ema_generator, gan.discriminator, kappa=0.5, seed=0)
    detector.compile(**options)
    return detector


def test_of_a_linear_generator_the_encoder_becomes_the_pseudo_inverse():
    """G(z) = A z: the score without features is ||(I - A A+) x||^2, over the pixels' mean."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(12, 3)).astype("float32")
    latents, images = keras.Input((3,)), keras.Input((12,))
    generator = keras.Model(latents, keras.layers.Dense(12, use_bias=False)(latents))
    generator.set_weights([a.T])
    judge = keras.Model(images, keras.layers.Dense(1)(images))
    encoder = keras.Model(images, keras.layers.Dense(3, use_bias=False)(images))
    detector = keras_gan.FAnoGAN(encoder, generator, judge, kappa=0.0, seed=0)
    rate = keras.optimizers.schedules.CosineDecay(0.05, 1500)
    detector.compile(optimizer=keras.optimizers.Adam(rate), steps_per_execution=50)
    x = rng.normal(size=(256, 12)).astype("float32")
    detector.fit(np.tile(x, (1500, 1)), batch_size=256, shuffle=False, verbose=0)
    inverse = np.linalg.pinv(a)
    np.testing.assert_allclose(encoder.get_weights()[0].T, inverse, atol=1e-3)
    residual = x - x @ (a @ inverse).T
    np.testing.assert_allclose(detector.score(x), (residual**2).mean(1), rtol=1e-3)
    # What the generator can make is normal.
    normal = rng.normal(size=(8, 3)).astype("float32") @ a.T
    assert detector.score(normal).max() < 1e-3 * detector.score(x).mean()


@pytest.mark.slow
def test_scores_by_hand_and_only_the_encoder_moves(images, tmp_path):
    detector = tiny()
    frozen = detector.generator.get_weights() + detector.discriminator.get_weights()
    history = detector.fit(
        images,
        batch_size=16,
        epochs=8,
        validation_data=images,
        verbose=0,
        callbacks=[SampleGrid(tmp_path / "grids")],
    ).history
    assert history["val_loss"][-1] < history["val_loss"][0]
    assert (tmp_path / "grids" / "epoch-0008.png").exists()
    for before, after in zip(
        frozen, detector.generator.get_weights() + detector.discriminator.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(before, after)
    made = detector.generator(detector.encoder(images)).numpy()
    features = [detector._features(x).numpy().reshape(64, -1) for x in (images, made)]
    expected = ((images - made) ** 2).mean((1, 2, 3)) + 0.5 * ((features[0] - features[1]) ** 2).mean(1)
    np.testing.assert_allclose(detector.score(images), expected, rtol=1e-4)
    np.testing.assert_allclose(detector.heatmap(images), np.abs(images - made).mean(-1), atol=1e-5)
    np.testing.assert_allclose(detector.encode(images), detector.encoder(images), rtol=1e-4, atol=1e-6)
    assert detector.reconstruct(images[:3]).dtype == np.uint8
    # Exported: the same, of uint8 too.
    detector.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    levels = keras_gan.data.to_uint8(images).numpy()
    found = saved.score(levels)
    np.testing.assert_allclose(found["scores"], detector.score(levels), rtol=1e-4)
    np.testing.assert_allclose(found["heatmaps"], detector.heatmap(levels), atol=1e-5)
    # Of floats, which a signature of uint8 alone would cut to 0 and 1.
    np.testing.assert_allclose(saved.score(images)["scores"], detector.score(images), rtol=1e-4)
    for arguments, message in (((images[:, :4],), "shape"), ((images * 3,), r"\[-1, 1\]")):
        with pytest.raises(ValueError, match=message):
            detector.score(*arguments)


@pytest.mark.slow
def test_contract(images, tmp_path, mirrored):
    assert game_contract(tiny, images, tmp_path, mirrored).kappa == 0.5


def test_networks_that_do_not_fit():
    gan = keras_gan.GAN(*tiny_networks())
    with pytest.raises(ValueError, match=r"must give a latent, \(None, 4\)"):
        keras_gan.FAnoGAN(networks.encoder((8, 8, 1), 8, filters=4), gan.generator, gan.discriminator)
    with pytest.raises(ValueError, match="must make what the encoder takes"):
        keras_gan.FAnoGAN(networks.encoder((16, 16, 1), 4, filters=4), gan.generator, gan.discriminator)
