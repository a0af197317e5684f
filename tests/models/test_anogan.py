import keras
import numpy as np
import pytest

import keras_gan
from tests.helpers import tiny_networks
from tests.latent.test_inversion import linear


def test_scores_of_a_linear_generator():
    """What it can make is normal; the score is the mean absolute difference of what was found."""
    a, gan = linear()
    detector = keras_gan.AnoGAN(gan.generator, gan.discriminator, feature_weight=0.0, steps=400, restarts=2)
    rng = np.random.default_rng(0)
    normal, other = (
        rng.normal(size=(8, 3)).astype("float32") @ a.T,
        rng.normal(size=(8, 12)).astype("float32"),
    )
    scores = detector.score(np.concatenate([normal, other]))
    assert scores[:8].max() < 0.02 * scores[8:].min()
    z, made, found = detector.search(other)
    np.testing.assert_allclose(found, np.abs(other - z @ a.T).mean(1), rtol=1e-4)
    np.testing.assert_allclose(detector.heatmap(other), np.abs(other - made), atol=1e-4)
    # Nearly no other z is nearer.
    for _ in range(20):
        shifted = z + rng.normal(0, 0.05, z.shape).astype("float32")
        assert (np.abs(other - shifted @ a.T).mean(1) > found - 2e-3).all()
    assert detector.measure(np.concatenate([normal, other]), np.repeat([0, 1], 8))["auroc"] == 1.0


def test_features_count_and_it_is_saved(images, tmp_path):
    keras.utils.set_random_seed(0)
    gan = keras_gan.GAN(*tiny_networks())
    detector = keras_gan.AnoGAN(gan.ema_generator, gan.discriminator, feature_weight=0.5, steps=5, restarts=2)
    x = images[:4]
    _, made, scores = detector.search(x)
    features = [detector._features(i).numpy().reshape(4, -1) for i in (x, made)]
    expected = 0.5 * np.abs(x - made).mean((1, 2, 3)) + 0.5 * np.abs(features[0] - features[1]).mean(1)
    np.testing.assert_allclose(scores, expected, rtol=1e-4)
    detector.threshold(0.25, x)
    detector.save(tmp_path / "a.keras")
    again = keras.saving.load_model(tmp_path / "a.keras")
    assert again.limit == detector.limit and again.steps == 5
    np.testing.assert_allclose(again.score(x), detector.score(x), rtol=1e-5)
    np.testing.assert_allclose(detector.score(x, batch_size=2), detector.score(x), rtol=1e-4)


def test_what_is_refused():
    gan = keras_gan.GAN(*tiny_networks())
    with pytest.raises(ValueError, match="trains nothing"):
        keras_gan.AnoGAN(gan.generator, gan.discriminator).fit(None)
    with pytest.raises(ValueError, match="no export does"):
        keras_gan.AnoGAN(gan.generator, gan.discriminator).export("x")
    with pytest.raises(ValueError, match="`feature_weight`"):
        keras_gan.AnoGAN(gan.generator, gan.discriminator, feature_weight=2.0)
    with pytest.raises(ValueError, match="restarts"):
        keras_gan.AnoGAN(gan.generator, gan.discriminator, restarts=0)
