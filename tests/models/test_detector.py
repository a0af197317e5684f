"""What all detectors have: thresholds, larger images, figures."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import keras_gan
from keras_gan import data
from keras_gan.metrics.detection import auroc, per_region_overlap
from tests.models import test_bigan, test_fanogan, test_ganomaly


@pytest.fixture(scope="module")
def detector():
    """Of 4 x 4 images; what it makes of any is grey, so that the score is the mean square and the map |x|."""
    latents, images = keras.Input((2,)), keras.Input((4, 4, 1))
    x = layers.Reshape((4, 4, 1))(layers.Dense(16, kernel_initializer="zeros")(latents))
    judge = keras.Model(images, layers.Dense(1)(layers.Flatten()(images)))
    encoder = keras.Model(images, layers.Dense(2)(layers.Flatten()(images)))
    return keras_gan.FAnoGAN(encoder, keras.Model(latents, x), judge, kappa=0.0)


def test_the_limit_lets_so_many_normal_ones_through(detector, tmp_path):
    levels = np.linspace(0.0, 1.0, 40).astype("float32")
    levels = np.random.default_rng(0).permutation(levels) * np.where(np.arange(40) % 2, 1, -1)
    images = np.broadcast_to(levels.astype("float32")[:, None, None, None], (40, 4, 4, 1))
    with pytest.raises(ValueError, match="Find the limit first"):
        keras_gan.FAnoGAN(*[getattr(detector, name) for name in detector.networks]).detect(images)
    for rate, above in ((0.0, 0), (0.05, 2), (0.1, 4), (0.12, 4), (0.5, 20)):
        limit = detector.threshold(rate, images)
        assert limit == detector.limit and detector.detect(images).sum() == above
    np.testing.assert_array_equal(detector.detect(images), images[:, 0, 0, 0] ** 2 > detector.limit)
    detector.save(tmp_path / "d.keras")
    again = keras.saving.load_model(tmp_path / "d.keras")
    assert again.limit == detector.limit
    np.testing.assert_array_equal(again.detect(images), detector.detect(images))
    for arguments, message in (
        ((0.01, images), "needs 100 normal images"),
        ((1.0, images), r"must be in \[0, 1\)"),
        ((0.1,), "must be normal ones"),
        ((0.1, images[:, :3]), "must have shape"),
    ):
        with pytest.raises(ValueError, match=message):
            detector.threshold(*arguments)


@pytest.mark.parametrize("tiny", [test_fanogan.tiny, test_ganomaly.tiny, test_bigan.tiny])
@pytest.mark.parametrize(
    ("policy", "options"),
    [
        ("mixed_bfloat16", {}),
        ("mixed_float16", {}),
        pytest.param("float32", {"jit_compile": True}, marks=pytest.mark.slow),
    ],
)
def test_precisions_and_xla(tiny, policy, options, images):
    detector = tiny(policy, **options)
    history = detector.fit(images, batch_size=16, epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert detector.score(images).dtype == np.float32


def test_a_limit_is_finite_and_of_the_detector_as_it_is(images):
    for limit in (float("nan"), "a"):
        with pytest.raises(ValueError, match="`limit` must be a finite number"):
            keras_gan.GANomaly(*keras_gan.networks.ganomaly((8, 8, 1), 3, filters=4), limit=limit)
    detector = test_ganomaly.tiny()
    detector.threshold(0.25, images[:16])
    with pytest.warns(UserWarning, match="Find it anew"):
        detector.fit(images, batch_size=16, verbose=0)
    assert detector.limit is None


def test_the_range_is_that_of_all_images(images, detector):
    """One bright image among others is one of [-1, 1], whatever the size; a constant is not of any range."""
    own = detector.image_shape
    bright = np.concatenate([np.full((1, *own), -0.5), np.linspace(0.1, 0.9, np.prod(own)).reshape(1, *own)])
    larger = np.pad(bright, [(0, 0), (4, 0), (4, 0), (0, 0)], mode="reflect")
    assert detector.score(bright).shape == detector.score(larger).shape == (2,)
    for wrong in (np.full((2, *own), 200.0), np.tile(bright[1:], (2, 1, 1, 1)), larger[1:]):
        with pytest.raises(ValueError, match=r"must be in \[-1, 1\]"):
            detector.score(wrong)
    with pytest.raises(ValueError, match="must have shape"):
        detector.score(larger[:0])
    assert detector.threshold(np.float32(0.25), bright[[0, 1, 0, 1]]) > 0


def test_larger_images_window_by_window(detector):
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (3, 9, 6, 1)).astype("float32")
    windows = [images[:, y : y + 4, x : x + 4] for y in (0, 2, 4, 5) for x in (0, 2)]
    expected = np.max([(window**2).mean((1, 2, 3)) for window in windows], axis=0)
    np.testing.assert_allclose(detector.score(images), expected, rtol=1e-5)
    # Of a network that looks at each pixel alone the windows' mean is the map.
    np.testing.assert_allclose(detector.heatmap(images), np.abs(images[..., 0]), atol=1e-6)
    np.testing.assert_allclose(detector.heatmap(images, overlap=0.0), np.abs(images[..., 0]), atol=1e-6)
    with pytest.raises(ValueError, match="`overlap` must be in"):
        detector.score(images, overlap=1.0)
    with pytest.raises(ValueError, match="must have shape"):
        detector.score(images[:, :, :3])
    cut = data.patches(images, 4)
    np.testing.assert_array_equal(cut.reshape(3, 8, 4, 4, 1), np.stack(windows, axis=1))
    np.testing.assert_allclose(detector.score(cut).reshape(3, 8).max(1), expected, rtol=1e-5)
    with pytest.raises(ValueError, match="or more"):
        data.patches(images, 8)


def test_figures_of_images_and_of_pixels(detector):
    rng = np.random.default_rng(0)
    images = rng.uniform(-0.5, 0.5, (20, 4, 4, 1)).astype("float32")
    masks = np.zeros((20, 4, 4), bool)
    masks[:8, :2, :2] = True
    images[masks] *= 1.8
    anomalous = masks.any((1, 2))
    found = detector.measure(images, anomalous, masks)
    assert found["auroc"] == auroc(anomalous, (images**2).mean((1, 2, 3)))
    assert found["pixel_auroc"] == pytest.approx(auroc(masks, np.abs(images[..., 0])), abs=1e-3)
    assert found["per_region_overlap"] == pytest.approx(
        per_region_overlap(masks, np.abs(images[..., 0])), abs=1e-2
    )
    assert set(detector.measure(images, anomalous)) == {"auroc", "auprc"}
    with pytest.raises(ValueError, match="have a mask and are not"):
        detector.measure(images, ~anomalous, masks)
    with pytest.raises(ValueError, match="`masks` must have the images' shape"):
        detector.measure(images, anomalous, masks[:, 1:])
    with pytest.raises(ValueError, match="`false_positive_rate` must be in"):
        detector.threshold("0.1", images)


def test_vectors():
    """Rows of numbers: heat maps say which of them is not normal."""
    latents, rows = keras.Input((2,)), keras.Input((5,))
    generator = keras.Model(latents, layers.Dense(5, kernel_initializer="zeros")(latents))
    judge = keras.Model(rows, layers.Dense(1)(rows))
    detector = keras_gan.FAnoGAN(keras.Model(rows, layers.Dense(2)(rows)), generator, judge, kappa=0.0)
    x = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
    np.testing.assert_allclose(detector.score(x), (x**2).mean(1), rtol=1e-5)
    np.testing.assert_allclose(detector.heatmap(x), np.abs(x), rtol=1e-5)


@pytest.mark.parametrize("tiny", [test_fanogan.tiny, test_ganomaly.tiny, test_bigan.tiny])
@pytest.mark.slow
def test_remembered_images_give_the_score(tiny, images, tmp_path):
    """The nearest of their latents; kept in files, exported, forgotten by further training."""
    detector = tiny()
    before = detector.score(images)
    detector.threshold(0.05, images)
    detector.remember(images[:40])
    assert detector.limit is None
    codes, kept = detector.encode(images).astype("float64"), detector.encode(images[:40]).astype("float64")
    expected = np.square(codes[:, None] - kept[None]).mean(2).min(1)
    scores = detector.score(images)
    np.testing.assert_allclose(scores, expected, rtol=1e-2, atol=1e-4 * expected.max())
    assert scores[:40].max() < 1e-4 * expected.max() < scores[40:].min()
    detector.save(tmp_path / "d.keras")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "d.keras").score(images), scores)
    exported = tf.saved_model.load(detector.export(tmp_path / "exported"))
    found = exported.serving_default(tf.constant(images, tf.float32))
    np.testing.assert_allclose(found["scores"], scores, atol=1e-5)
    detector.remember(None)
    np.testing.assert_allclose(detector.score(images), before, rtol=1e-5)
    detector.remember(images[:4])
    with pytest.warns(UserWarning, match="its `memory` no longer holds"):
        detector.fit(images, batch_size=16, verbose=0)
    assert detector.memory is None


def test_what_has_no_encoder_remembers_nothing(images):
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((8, 8, 1), latent_dim=3, filters=4))
    with pytest.raises(ValueError, match="no encoder"):
        keras_gan.AnoGAN(gan.generator, gan.discriminator).remember(images)
