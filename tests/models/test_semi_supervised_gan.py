import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from tests.contracts import game_contract

LABELS = np.where(np.arange(64) % 4 < 2, np.arange(64) % 3, -1)


def tiny(policy="float32", **options):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    pair = networks.semi_supervised((8, 8, 1), 3, latent_dim=4, filters=4, dropout=0.0, noise=0.0)
    gan = keras_gan.SemiSupervisedGAN(*pair, seed=0)
    gan.compile(**options)
    return gan


def softplus(x):
    return np.log1p(np.exp(x))


def test_losses_by_hand(images):
    """log D = Z - softplus(Z); the cross-entropy is the mean over what has a label."""
    gan, x = tiny(run_eagerly=True), images[:12].astype("float32")
    batch = {"image": x, "label": LABELS[:12], "latents": gan.sample_latents(12, 0)}
    fake = gan.forward(batch)
    total, figures = gan.discriminator_objective(gan.turn_of("discriminator", batch, fake))
    logits = [np.asarray(gan.discriminator(i)[1], "float64") for i in (x, fake)]
    z = [np.log(np.exp(each).sum(1)) for each in logits]
    known = LABELS[:12] >= 0
    entropy = (z[0] - logits[0][np.arange(12), LABELS[:12]])[known].mean()
    adversarial = -(z[0] - softplus(z[0])).mean() + softplus(z[1]).mean()
    assert float(figures["d_classification"]) == pytest.approx(2 * entropy, rel=1e-5)
    assert float(total) == pytest.approx(adversarial + 2 * entropy, rel=1e-5)
    # The generator matches features alone.
    features = keras.Model(gan.discriminator.inputs, gan.discriminator.get_layer("class_logits").input)
    means = [np.asarray(features(i)).mean(0) for i in (x, fake)]
    total, figures = gan.generator_objective(gan.turn_of("generator", batch, fake))
    assert float(total) == pytest.approx(np.square(means[0] - means[1]).sum(), rel=1e-4)
    # Labelled images beside the batch take the place of those in it.
    beside = {**batch, "labelled_image": x[known], "labelled_label": LABELS[:12][known]}
    _, figures = gan.discriminator_objective(gan.turn_of("discriminator", beside, fake))
    assert float(figures["d_classification"]) == pytest.approx(2 * entropy, rel=1e-5)
    # A batch without a label has no classification.
    alone = {**batch, "label": np.full(12, -1)}
    _, figures = gan.discriminator_objective(gan.turn_of("discriminator", alone, fake))
    assert float(figures["d_classification"]) == 0.0


@pytest.mark.slow
def test_contract(images, tmp_path, mirrored):
    """Labels are shared unevenly between the replicas."""

    def plain():
        return tiny(
            **{f"{player}_optimizer": keras.optimizers.SGD(0.01) for player in ("generator", "discriminator")}
        )

    arrays = {"image": images, "label": LABELS}
    loaded = game_contract(tiny, arrays, tmp_path, mirrored, plain=plain)
    probabilities = loaded.classify(images)
    assert probabilities.shape == (64, 3)
    np.testing.assert_allclose(probabilities.sum(1), 1.0, rtol=1e-5)
    whole = loaded.classify(keras_gan.data.to_uint8(images).numpy())
    exported = tf.saved_model.load(loaded.export(tmp_path / "exported"))
    again = exported.classify(keras_gan.data.to_uint8(images))
    np.testing.assert_allclose(whole, again, atol=1e-5)
    np.testing.assert_array_equal(exported.sample(3, seed=1), loaded.generate(3, seed=1))
    logs = loaded.evaluate(images, LABELS, verbose=0, return_dict=True)
    # Of what has a label, however it is spread over the batches.
    order = np.argsort(-LABELS, kind="stable")
    again = loaded.evaluate(images[order], LABELS[order], batch_size=16, verbose=0, return_dict=True)
    known = LABELS >= 0
    accuracy = (loaded.classify(images).argmax(1) == LABELS)[known].mean()
    assert logs["accuracy"] == pytest.approx(accuracy, abs=1e-6)
    assert again["accuracy"] == pytest.approx(accuracy, abs=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(images, policy):
    gan = tiny(policy)
    history = gan.fit(images, LABELS, batch_size=32, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.mark.slow
def test_it_learns_from_few_labels():
    """Of three textures six labels suffice, with images without one beside them."""
    rng = np.random.default_rng(0)
    labels = np.arange(240) % 3
    rows, columns = np.meshgrid(*[np.arange(8) % 2] * 2, indexing="ij")
    textures = np.stack([rows, columns, rows ^ columns])[..., None]
    images = (0.8 * (2 * textures[labels] - 1) + 0.2 * rng.uniform(-1, 1, (240, 8, 8, 1))).astype("float32")
    gan = tiny(
        **{
            f"{player}_optimizer": keras_gan.optimizers.Adam(3e-3, 0.5)
            for player in ("generator", "discriminator")
        }
    )
    data = keras_gan.data.semi_supervised(images, keras_gan.data.unlabel(labels, 6), batch_size=24)
    gan.fit(data, epochs=15, verbose=0)
    assert (gan.classify(images).argmax(1) == labels).mean() > 0.95


def test_bad_networks_and_labels(images):
    generator, classifier = networks.semi_supervised((8, 8, 1), 3, latent_dim=4, filters=4)
    _, auxiliary = networks.dcgan((8, 8, 1), latent_dim=4, filters=4, num_classes=3, conditioning="auxiliary")
    with pytest.raises(ValueError, match="class logits"):
        keras_gan.SemiSupervisedGAN(generator, auxiliary)
    with pytest.raises(ValueError, match="leave out `condition`"):
        keras_gan.SemiSupervisedGAN(generator, classifier, condition=3)
    with pytest.raises(ValueError, match="classification_weight"):
        keras_gan.SemiSupervisedGAN(generator, classifier, classification_weight=-1)
    gan = tiny()
    with pytest.raises(ValueError, match="no `label`"):
        gan.fit(images, verbose=0)
    with pytest.raises(ValueError, match="received -1 to 3, or be -1 for none"):
        gan.fit(images, np.where(LABELS == 2, 3, LABELS), batch_size=64, verbose=0)
    with pytest.raises(ValueError, match="dropout"):
        networks.semi_supervised((8, 8, 1), 3, dropout=1.0)
    with pytest.raises(ValueError, match="num_classes"):
        networks.semi_supervised((8, 8, 1), 1)
