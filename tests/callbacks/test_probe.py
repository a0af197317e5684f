import numpy as np
import pytest

import keras_gan
from keras_gan.callbacks.probe import Probe, _auc, _baseline, _energy, _pair_distances, _saturated, _shares
from keras_gan.losses import get
from tests.helpers import all_state, tiny_gan


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"loss": "wasserstein", "regularizers": ["gradient_penalty", "lecam"]},
        {"regularizers": ["feature_matching"], "augmentation": ["instance_noise"]},
    ],
    ids=["plain", "penalties", "draws"],
)
def test_looking_leaves_no_trace(parts, images):
    gan = tiny_gan(**parts)
    gan.fit(images, batch_size=8, epochs=1, verbose=0)
    before = all_state(gan)
    probe = Probe(gan, {"image": images[:16]}, {"image": images[16:32]})
    first, seen = probe()
    second, _ = probe(seen)
    for name, value in all_state(gan).items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)
    assert np.isfinite(
        [first[n] for n in ("d_auc", "logit_gap", "g_gradient", "d_gradient", "distance")]
    ).all()
    # The same images again: nothing has moved between the looks but what is drawn anew.
    assert second["movement"] < 1e-3 and np.isnan(first["movement"])


def test_gradient_norms_are_those_of_a_step(images):
    gan = tiny_gan(ema_decay=None, regularizers=["r1"], run_eagerly=True)
    import tensorflow as tf

    probe = Probe(gan, {"image": images[:16]})
    figures, _ = probe()
    batch = {"image": tf.constant(images[:16]), **probe.drawn}
    with tf.GradientTape() as tape:
        fake = gan.forward(batch)
        loss, _ = gan.discriminator_objective(gan.turn_of("discriminator", batch, fake))
    gradients = tape.gradient(loss, [v.value for v in gan.variables_of("discriminator")])
    assert figures["d_gradient"] == pytest.approx(float(tf.linalg.global_norm(gradients)), rel=1e-4)


def test_conditional_models_and_classes(images):
    networks = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=2)
    gan = tiny_gan(
        lambda *pair, **options: keras_gan.ConditionalGAN(*pair, num_classes=2, **options), networks=networks
    )
    batch = {"image": images[:32], "label": np.arange(32) % 2}
    figures, _ = Probe(gan, batch)()
    assert 0 < figures["class_diversity"] < 2


def sure_of(labels, sureness=20.0):
    """A classifier that gives one batch of images these labels, whatever they are."""
    logits = np.eye(3, dtype="float32")[labels] * sureness
    return lambda images: logits[: len(images)]


def test_classes(images):
    """Shares among the images that the classifier is sure of, relative to real ones."""
    labels = np.arange(32) % 2
    assert _shares(sure_of(labels), images[:32]).tolist() == [0.5, 0.5, 0.0]
    assert _shares(sure_of(labels, 1.0), images[:32]) is None
    half = np.eye(3, dtype="float32")[labels] * np.where(np.arange(32) < 16, 20.0, 0.1)[:, None]
    assert _shares(lambda images: half, images[:32]).tolist() == [0.5, 0.5, 0.0]

    gan, batch = tiny_gan(), {"image": images[:32]}
    probe = Probe(gan, batch, classifier=sure_of(labels))
    probe.classifier = sure_of(np.array([0] * 28 + [1] * 4))
    figures, _ = probe()
    # The third class, which the real images do not have, is not missed.
    assert figures["class_ratios"] == {"0": 1.75, "1": 0.25} and figures["rarest_class"] == 0.25
    gan.class_names = ["shirts", "trousers", "coats"]
    assert set(probe()[0]["class_ratios"]) == {"shirts", "trousers"}
    probe.classifier = sure_of(labels, 1.0)
    figures, _ = probe()
    assert figures["class_ratios"] == {} and np.isnan(figures["rarest_class"])
    with pytest.raises(ValueError, match="sure"):
        Probe(gan, batch, classifier=sure_of(labels, 1.0))


def test_figures_by_hand():
    digits = np.repeat(np.float32([-1, -1, -1, 0.2]), 4)[None]
    assert _saturated(digits, digits) == 0
    # Three quarters of the real pixels are black, and the others are not at the other end.
    assert _saturated(-np.ones_like(digits), digits) == _saturated(np.sign(digits), digits) == 1
    assert _saturated(digits * 0, digits) == 0
    # Where real pixels are nearly all there, few more are no saturation.
    assert _saturated(-np.ones((1, 100)), np.where(np.arange(100) < 5, 0.0, 1.0)[None]) == pytest.approx(0.5)
    assert _auc(np.array([1.0, 2.0]), np.array([0.0, 1.0])) == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    x = np.random.default_rng(0).normal(size=(400, 3)).astype("float32")
    assert abs(_energy(x[:200], x[200:])) < 0.05 and _energy(x, x + 5) > 1
    exact = np.linalg.norm(x[:5, None] - x[:5], axis=-1)[np.triu_indices(5, 1)]
    np.testing.assert_allclose(_pair_distances(x[:5]), exact, rtol=1e-4)
    # What a blind discriminator pays.
    for name, value in (("non_saturating", 2 * np.log(2)), ("least_squares", 0.25), ("hinge", 2.0)):
        assert _baseline(get(name)) == pytest.approx(value, abs=2e-3)
    assert _baseline(get("relativistic")) == pytest.approx(np.log(2), abs=1e-5)
    assert _baseline(get("wasserstein")) is None
