import numpy as np
import pytest

import keras_gan
from keras_gan.callbacks.probe import Probe, _auc, _baseline, _energy, _pair_distances
from keras_gan.losses import get
from tests.helpers import all_state, tiny_gan


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"loss": "wasserstein", "regularizers": ["gradient_penalty", "lecam"]},
        {"regularizers": ["instance_noise", "feature_matching"]},
    ],
    ids=["plain", "penalties", "draws"],
)
def test_looking_leaves_no_trace(parts, images):
    gan = tiny_gan(**parts)
    gan.fit(images, batch_size=8, epochs=1, verbose=0)
    before = all_state(gan)
    probe = Probe(gan, {"image": images[:16]}, {"image": images[16:32]})
    first, second = probe(), probe()
    for name, value in all_state(gan).items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)
    assert np.isfinite(
        [first[n] for n in ("d_auc", "logit_gap", "g_gradient", "d_gradient", "distance")]
    ).all()
    # The same images again: nothing has moved between the looks but what is drawn anew.
    assert second["movement"] == 0.0 and np.isnan(first["movement"])


def test_gradient_norms_are_those_of_a_step(images):
    gan = tiny_gan(ema_decay=None, regularizers=["r1"], run_eagerly=True)
    import tensorflow as tf

    probe = Probe(gan, {"image": images[:16]})
    figures = probe()
    batch = {"image": tf.constant(images[:16]), **probe.drawn}
    with tf.GradientTape() as tape:
        fake = gan.forward(batch)
        loss, _ = gan.discriminator_objective(batch, fake)
    gradients = tape.gradient(loss, [v.value for v in gan.discriminator_variables])
    assert figures["d_gradient"] == pytest.approx(float(tf.linalg.global_norm(gradients)), rel=1e-4)


def test_conditional_models_and_classes(images):
    networks = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=2)
    gan = tiny_gan(
        lambda *pair, **options: keras_gan.ConditionalGAN(*pair, num_classes=2, **options), networks=networks
    )
    batch = {"image": images[:32], "label": np.arange(32) % 2}
    figures = Probe(gan, batch)()
    assert 0 < figures["class_diversity"] < 2
    from tests.metrics.networks import convolution

    figures = Probe(gan, batch, classifier=keras_gan.metrics.Extractor(convolution()))()
    assert figures["rarest_class"] >= 0 and 0 <= figures["rarest_class_index"] < 5


def test_figures_by_hand():
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
