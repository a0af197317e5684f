import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.models.bagan import class_gaussians
from tests.contracts import game_contract

LABELS = np.arange(64) % 3


def tiny(policy="float32", steps=3, **options):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    trio = networks.bagan((8, 8, 1), 3, latent_dim=3, filters=4, dropout=0.0)
    gan = keras_gan.BAGAN(*trio, autoencoder_steps=steps, seed=0)
    gan.compile(**options)
    return gan


def test_the_gaussian_of_a_class_is_its_latents():
    rng = np.random.default_rng(0)
    latents, labels = rng.normal(size=(60, 4)), rng.integers(0, 2, 60)
    means, factors = class_gaussians(latents, labels, 2)
    for label in range(2):
        own = latents[labels == label]
        np.testing.assert_allclose(means[label], own.mean(0), atol=1e-6)
        np.testing.assert_allclose(factors[label] @ factors[label].T, np.cov(own.T), atol=1e-6)
    # Of fewer images than latents too.
    _, factors = class_gaussians(latents[:3], np.zeros(3, int), 1)
    np.testing.assert_allclose(factors[0] @ factors[0].T, np.cov(latents[:3].T), atol=1e-6)
    with pytest.raises(ValueError, match="class 'seven' has 1 images"):
        class_gaussians(latents[:1], np.zeros(1, int), 1, ["seven"])


def test_the_parts_of_the_training(images):
    """The autoencoder; then every image is encoded once, the discriminator has the encoder's weights, and the game begins."""
    gan = tiny(steps=4)
    first = gan.fit(images, LABELS, batch_size=16, verbose=0).history
    assert first["reconstruction"][0] > 0 and first["d_loss"] == first["g_loss"] == [0.0]
    assert int(gan.state.step.value) == 4 and not int(gan.state.classes_known.numpy())
    encoder = [v.numpy() for v in gan.encoder.weights]
    latents = np.asarray(gan.encoder(images, training=False), "float64")
    second = gan.fit(images, LABELS, batch_size=16, epochs=2, initial_epoch=1, verbose=0).history
    assert second["reconstruction"] == [0.0] and second["d_loss"][0] > 0 and second["g_loss"][0] > 0
    for label in range(3):
        own = latents[label == LABELS]
        np.testing.assert_allclose(gan.state.class_means.numpy()[label], own.mean(0), atol=1e-5)
        factor = gan.state.class_factors.numpy()[label]
        np.testing.assert_allclose(factor @ factor.T, np.cov(own.T), atol=1e-5)
    for a, v in zip(encoder, gan.encoder.weights, strict=True):
        np.testing.assert_array_equal(a, v.numpy())


def test_losses_and_images_by_hand(images):
    gan = tiny(steps=1)
    gan.fit(images, LABELS, batch_size=16, epochs=1, verbose=0)
    labels = np.array([2, 0, 1, 1])
    latents = gan.sample_latents(4, seed=3)
    means, factors = gan.state.class_means.numpy(), gan.state.class_factors.numpy()
    z = means[labels] + np.einsum("nij,nj->ni", factors[labels], latents)
    np.testing.assert_allclose(
        gan.synthesize(latents, labels), gan.ema_generator(z.astype("float32")), atol=1e-5
    )
    made = gan.synthesize(latents, tf.constant(labels))
    loss, _ = gan._discriminator_objective({"image": images[:12], "label": LABELS[:12]}, made)
    logits = [np.asarray(gan.discriminator(x), "float64") for x in (images[:12], made)]
    entropies = [np.log(np.exp(x).sum(1)) for x in logits]
    real = entropies[0] - logits[0][np.arange(12), LABELS[:12]]
    fake = entropies[1] - logits[1][:, 3]
    assert float(loss) == pytest.approx((3 * real.mean() + fake.mean()) / 4, rel=1e-5)


@pytest.mark.slow
def test_images_without_a_label(images):
    """-log of the sum of all classes' probabilities, and no part in the Gaussians; without the option they are refused."""
    with pytest.raises(ValueError, match="images without a label: `unlabelled=True`"):
        tiny().fit(images, np.where(LABELS == 1, -1, LABELS), batch_size=16, verbose=0)
    keras.utils.set_random_seed(0)
    trio = networks.bagan((8, 8, 1), 3, latent_dim=3, filters=4, dropout=0.0)
    gan = keras_gan.BAGAN(*trio, autoencoder_steps=1, unlabelled=True, seed=0)
    gan.compile()
    labels = np.where(np.arange(64) < 20, -1, LABELS)
    gan.fit(images, labels, batch_size=16, verbose=0, validation_data=(images, labels))
    assert keras_gan.BAGAN.from_config(gan.get_config()).condition.unlabelled
    own = np.asarray(gan.encoder(images, training=False))[labels == 2]
    np.testing.assert_allclose(gan.state.class_means.numpy()[2], own.mean(0), atol=1e-5)
    logits = np.asarray(gan.discriminator(images[:6]), "float64")
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    given = np.array([-1, 0, -1, 2, 1, -1])
    expected = np.where(given < 0, shares[:, :3].sum(1), shares[np.arange(6), given])
    found = gan._entropy(images[:6], tf.constant(given, "int32"))
    np.testing.assert_allclose(found, -np.log(expected), rtol=1e-4)


@pytest.mark.slow
def test_contract(images, tmp_path, mirrored):
    """Resumed in both parts; images by class, in files and exports."""
    arrays = {"image": images, "label": LABELS}

    def plain():
        return tiny(
            steps=2,
            **{f"{player}_optimizer": keras.optimizers.SGD(0.01) for player in keras_gan.BAGAN.players},
        )

    loaded = game_contract(lambda: tiny(steps=5), arrays, tmp_path, mirrored, plain=plain)
    images_by_class = [loaded.generate(3, seed=0, labels=label) for label in range(3)]
    assert any((images_by_class[0] != each).any() for each in images_by_class[1:])
    exported = tf.saved_model.load(loaded.export(tmp_path / "exported"))
    np.testing.assert_array_equal(exported.sample(3, seed=0, labels=1), images_by_class[1])
    np.testing.assert_array_equal(exported.sample(4, seed=2), loaded.generate(4, seed=2))
    assert loaded.evaluate(images, LABELS, verbose=0, return_dict=True)["reconstruction"] > 0
    assert loaded.reconstruct(images[:2]).shape == (2, 8, 8, 1)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(images, policy):
    history = tiny(policy).fit(images, LABELS, batch_size=16, epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


def test_bad_networks_and_data(images):
    encoder, generator, discriminator = networks.bagan((8, 8, 1), 3, latent_dim=3, filters=4)
    with pytest.raises(ValueError, match="encoder's layers"):
        keras_gan.BAGAN(encoder, generator, networks.bagan((8, 8, 1), 3, filters=5)[2])
    with pytest.raises(ValueError, match="num_classes \\+ 1"):
        keras_gan.BAGAN(encoder, generator, networks.dcgan((8, 8, 1), latent_dim=3, filters=4)[1])
    with pytest.raises(ValueError, match="autoencoder_steps"):
        keras_gan.BAGAN(encoder, generator, discriminator, autoencoder_steps=0)
    with pytest.raises(ValueError, match="no `label`"):
        tiny().fit(images, verbose=0)
    foreign = tf.data.Dataset.from_tensor_slices((images.astype("float32"), LABELS)).batch(16)
    with pytest.raises(ValueError, match=r"encodes each of the training images once"):
        tiny().fit(foreign, verbose=0)
    mapped = keras_gan.data.from_arrays(images, LABELS, batch_size=16).map(lambda x, y: (-x, y))
    with pytest.raises(ValueError, match="without operations after them"):
        tiny().fit(mapped, verbose=0)
    with pytest.raises(ValueError, match="class 2 has 0 images"):
        tiny(steps=1).fit(images, LABELS % 2, batch_size=16, verbose=0)


@pytest.mark.slow
def test_an_exported_file_makes_images_by_class(images, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("tf2onnx"), pytest.importorskip("ai_edge_litert")
    gan = tiny(steps=1)
    gan.fit(images, LABELS, batch_size=16, verbose=0)
    assert gan.export(tmp_path / "bagan.tflite", format="litert")
    path = gan.export(tmp_path / "bagan.onnx", format="onnx")
    latents, labels = gan.sample_latents(3, seed=0), np.array([0, 2, 1], "int32")
    session = onnxruntime.InferenceSession(path)
    found = session.run(None, {"latents": latents, "labels": labels})[0]
    np.testing.assert_allclose(found, gan.synthesize(latents, labels), atol=1e-4)
