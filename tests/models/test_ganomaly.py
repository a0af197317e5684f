import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.callbacks import SampleGrid
from tests.contracts import game_contract


def tiny(policy="float32", **options):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    detector = keras_gan.GANomaly(
        *networks.ganomaly((8, 8, 1), latent_dim=3, filters=4),
        contextual_weight=5.0,
        encoding_weight=2.0,
        seed=0,
    )
    detector.compile(**options)
    return detector


def test_losses_and_scores_by_hand(images):
    """Generator first, then the discriminator on the images that were made before."""
    detector, x = tiny(), images[:16]
    encoder, decoder, second, judge = (getattr(detector, name) for name in detector.networks)
    z = encoder(x, training=True)
    made = decoder(z, training=True)
    again = second(made, training=True)
    features = [np.asarray(detector._judge(i, training=True)[0]).reshape(16, -1) for i in (x, made)]
    logits = [np.asarray(judge(i, training=True))[:, 0] for i in (x, made)]
    expected = {
        "adversarial": np.square(features[0] - features[1]).mean(),
        "contextual": np.abs(x - made).mean(),
        "encoding": np.square(np.asarray(z) - again).mean(),
        "d_loss": 0.5 * (np.log1p(np.exp(-logits[0])).mean() + np.log1p(np.exp(logits[1])).mean()),
        "restarts": 0.0,
    }
    expected["g_loss"] = expected["adversarial"] + 5 * expected["contextual"] + 2 * expected["encoding"]
    history = tiny().fit(x, batch_size=16, shuffle=False, verbose=0).history
    assert set(history) == set(expected)
    for name, value in expected.items():
        assert history[name][0] == pytest.approx(value, rel=2e-4), name
    z, made, again = (np.asarray(v) for v in detector.forward(x, training=False))
    np.testing.assert_allclose(detector.score(x), np.square(z - again).mean(1), rtol=1e-4)
    np.testing.assert_allclose(detector.heatmap(x), np.abs(x - made).mean(-1), atol=1e-5)
    np.testing.assert_allclose(detector.encode(x), z, rtol=1e-4, atol=1e-6)
    scaled = detector.score(x, scaled=True)
    assert scaled.min() == 0.0 and scaled.max() == 1.0


def test_a_collapsed_discriminator_begins_anew(images):
    detector = tiny()
    detector.collapsed = 100.0
    before = [v.numpy() for v in detector.discriminator.trainable_weights]
    history = detector.fit(images, batch_size=16, verbose=0).history
    assert history["restarts"] == [1.0]
    kernel = np.concatenate([v.numpy().reshape(-1) for v in detector.discriminator.weights if v.ndim == 4])
    assert abs(kernel.std() - 0.02) < 0.005 and abs(kernel.mean()) < 0.005
    for old, variable in zip(before, detector.discriminator.trainable_weights, strict=True):
        assert (old != variable.numpy()).any()


@pytest.mark.slow
def test_normal_images_score_lower(tmp_path):
    """Trained on one kind of stripes, it finds the other."""
    rng = np.random.default_rng(0)
    phase = rng.uniform(0, 2 * np.pi, (320, 1))
    wave = np.sin(np.arange(16)[None] * np.pi / 4 + phase)
    rows = np.broadcast_to(wave[:, :, None, None], (320, 16, 16, 1)).astype("float32")
    columns = rows[:64].swapaxes(1, 2)
    keras.utils.set_random_seed(0)
    detector = keras_gan.GANomaly(*networks.ganomaly((16, 16, 1), latent_dim=4, filters=8), seed=0)
    detector.compile()
    grid = SampleGrid(tmp_path / "grids", rows=2, columns=6)
    detector.fit(rows[:256], batch_size=32, epochs=60, verbose=0, callbacks=[grid])
    assert (tmp_path / "grids" / "epoch-0060.png").exists()
    figures = detector.measure(np.concatenate([rows[256:], columns]), np.repeat([0, 1], 64))
    assert figures["auroc"] > 0.95, figures
    detector.export(tmp_path / "saved")
    saved, levels = tf.saved_model.load(str(tmp_path / "saved")), keras_gan.data.to_uint8(columns).numpy()
    np.testing.assert_allclose(saved.score(levels)["scores"], detector.score(levels), rtol=1e-3)


@pytest.mark.slow
def test_contract(images, tmp_path, mirrored):
    assert game_contract(tiny, images, tmp_path, mirrored).contextual_weight == 5.0


def test_networks_that_do_not_fit():
    encoder, decoder, second, judge = networks.ganomaly((8, 8, 1), latent_dim=3, filters=4)
    with pytest.raises(ValueError, match="must give a latent"):
        keras_gan.GANomaly(encoder, decoder, networks.encoder((8, 8, 1), 4, filters=4), judge)
    with pytest.raises(ValueError, match="`discriminator` must be from images"):
        keras_gan.GANomaly(encoder, decoder, second, encoder)
    grown = networks.progan((8, 8, 1), latent_dim=3)[1]
    with pytest.raises(ValueError, match="must be a functional model"):
        keras_gan.GANomaly(encoder, decoder, second, grown)
    with pytest.raises(ValueError, match="power of two"):
        networks.ganomaly((28, 28, 1))
