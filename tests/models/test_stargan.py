"""StarGAN."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import keras_gan
from keras_gan import networks
from keras_gan.networks.stargan import generator
from tests.contracts import game_contract


def tiny(attributes=False, **options):
    keras.utils.set_random_seed(0)
    domains = {"condition_dim": 2} if attributes else {"num_classes": 3}
    pair = networks.stargan(
        (16, 16, 3), **domains, filters=8, residual_blocks=1, discriminator_filters=8, discriminator_blocks=2
    )
    given = {} if attributes else domains
    gan = keras_gan.StarGAN(*pair, **given, seed=0, **options)
    gan.compile(discriminator_steps=1)
    return gan


def of_attributes():
    return tiny(attributes=True, ema_decay=0.9)


@pytest.fixture(scope="module")
def data():
    """A quarter of each image is of one of three colours."""
    rng = np.random.default_rng(0)
    labels, quarters = np.arange(64) % 3, rng.integers(0, 4, 64)
    colours = np.array([[0.7, -0.5, -0.5], [-0.5, 0.7, -0.5], [-0.5, -0.5, 0.7]])
    images = np.full((64, 2, 8, 2, 8, 3), -0.8)
    images[np.arange(64), quarters // 2, :, quarters % 2] = colours[labels][:, None, None]
    images = images.reshape(64, 16, 16, 3) + rng.normal(size=(64, 16, 16, 1)) * 0.05
    return {"image": images.clip(-1, 1).astype("float32"), "label": labels.astype("int32")}


@pytest.fixture(scope="module")
def attributes():
    rng = np.random.default_rng(0)
    condition = rng.integers(0, 2, (64, 2)).astype("float32")
    return {"image": rng.uniform(-1, 1, (64, 16, 16, 3)).astype("float32"), "condition": condition}


def test_the_papers_choices():
    gan = keras_gan.StarGAN(*networks.stargan((16, 16, 3), num_classes=3, filters=4), num_classes=3)
    gan.compile()
    assert type(gan.adversarial_loss).__name__ == "WassersteinLoss" and gan.discriminator_steps == 5
    assert [r.name for r in gan.regularizers] == ["gradient_penalty"] and gan.ema_decay is None
    assert float(gan.generator_optimizer.learning_rate) == pytest.approx(1e-4)
    assert (gan.classification_weight, gan.cycle_weight) == (1.0, 10.0)


@pytest.mark.parametrize("kind", ["classes", "attributes"])
def test_what_the_players_minimise(kind, data, attributes):
    """From the networks' outputs, in NumPy."""
    gan = tiny(identity_weight=3.0) if kind == "classes" else of_attributes()
    gan.compile(regularizers=[])
    whole = data if kind == "classes" else attributes
    batch = {name: tf.constant(values[:8]) for name, values in whole.items()}
    batch |= gan.draw(8, gan.seed_generator)
    own, wanted = gan.condition_of(batch).numpy(), gan.targets(batch).numpy()
    assert sorted(own.tolist()) == sorted(wanted.tolist()) and (own != wanted).any()
    image = batch["image"]
    fake = gan.generator([image, tf.constant(wanted)], training=True)
    back = gan.generator([fake, tf.constant(own)], training=True)

    def cross_entropy(labels, logits):
        logits = np.float64(logits)
        if kind == "attributes":
            return (np.log1p(np.exp(logits)) - labels * logits).sum(axis=1).mean()
        return (np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(8), labels]).mean()

    real_logits, real_domains = gan.discriminator(image)
    fake_logits, fake_domains = gan.discriminator(fake)
    np.testing.assert_allclose(gan.forward(batch), fake, atol=1e-6)
    loss, figures = gan.discriminator_objective(gan.turn_of("discriminator", batch, fake))
    np.testing.assert_allclose(figures["d_classification"], cross_entropy(own, real_domains), rtol=1e-5)
    expected = np.mean(fake_logits) - np.mean(real_logits) + cross_entropy(own, real_domains)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    loss, figures = gan.generator_objective(gan.turn_of("generator", batch, fake))
    np.testing.assert_allclose(figures["g_cycle"], 10 * np.abs(image - back).mean(), rtol=1e-5)
    expected = -np.mean(fake_logits) + cross_entropy(wanted, fake_domains) + figures["g_cycle"]
    if kind == "classes":
        same = gan.generator([image, tf.constant(own)], training=True)
        np.testing.assert_allclose(figures["g_identity"], 3 * np.abs(image - same).mean(), rtol=1e-5)
        expected += figures["g_identity"]
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


@pytest.mark.slow
def test_attributes_are_0_or_1(attributes):
    gan = of_attributes()
    assert type(gan.condition) is keras_gan.conditions.Attributes
    with pytest.raises(ValueError, match="0 or 1 each"):
        gan.fit({**attributes, "condition": 2 * attributes["condition"] - 1}, batch_size=16, verbose=0)
    with pytest.raises(ValueError, match="each 0 or 1"):
        gan.translate(attributes["image"][:1], [-1, 1])
    with pytest.raises(ValueError, match=r"astype\('float32'\)"):
        gan.fit({**attributes, "condition": attributes["condition"].astype(int)}, batch_size=16, verbose=0)


@pytest.mark.slow
def test_translations(data, tmp_path):
    gan = tiny(class_names=["red", "green", "blue"])
    images = keras_gan.data.to_uint8(data["image"][:4]).numpy()
    made = gan.translate(images, "green")
    np.testing.assert_array_equal(made, gan.translate(images, [1, 1, 1, 1], batch_size=3))
    assert made.shape == images.shape and made.dtype == np.uint8
    assert (made != gan.translate(images, 2)).any()
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(again.translate(images, "green"), made)
    gan.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    found = saved.translate(images, tf.constant([1, 1, 1, 1])).numpy()
    assert np.abs(found.astype(int) - made).max() <= 1
    with pytest.raises(tf.errors.InvalidArgumentError, match="out of range"):
        saved.translate(images, tf.constant([1, 1, 1, 3]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="one for each image"):
        saved.translate(images, tf.constant([1]))
    with pytest.raises(ValueError, match="Did you mean 'green'"):
        gan.translate(images, "greem")
    with pytest.raises(ValueError, match=r"must be in 0 \.\. 2"):
        gan.translate(images, 3)
    with pytest.raises(ValueError, match="shape"):
        gan.translate(images[0], 1)


def test_images_of_any_size():
    options = {"filters": 4, "residual_blocks": 1, "normalization": "instance"}
    of_any = generator((None, None, 3), 3, None, **options)
    critic = networks.stargan((16, 16, 3), num_classes=3, discriminator_filters=4)[1]
    gan = keras_gan.StarGAN(of_any, critic, num_classes=3)
    images = np.random.default_rng(0).integers(0, 255, (3, 18, 21, 3), "uint8")
    assert gan.translate(images, [0, 1, 2], batch_size=2).shape == (3, 18, 21, 3)


@pytest.mark.slow
def test_pictures(data, attributes):
    gan = tiny(class_names=["red", "green", "blue"])
    gan.fit(data, batch_size=16, verbose=0)
    cells, columns = gan.grid_images(gan.grid_inputs(2, 8, 0), 8)
    assert columns == 8 and cells.shape == (16, 16, 16, 3)
    assert gan.grid_caption == "input | red | green | blue"
    np.testing.assert_array_equal(cells[2], gan.translate(cells[:1], "green")[0])
    gan = of_attributes()
    gan.fit(attributes, batch_size=16, verbose=0)
    inputs = gan.grid_inputs(1, 3, 0)
    cells, columns = gan.grid_images(inputs, 3)
    assert columns == 3 and len(cells) == 3
    changed = np.asarray(inputs["condition"]).copy()
    changed[:, 1] = 1 - changed[:, 1]
    np.testing.assert_array_equal(cells[2], gan.translate(cells[:1], changed)[0])


def test_metrics_by_class_are_refused(data):
    """The fakes of a batch have the domains of others."""
    gan = tiny()
    extractor = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Flatten()])
    gan.compile(metrics=[keras_gan.metrics.ClassFrechetDistance(extractor, num_classes=3)])
    with pytest.raises(ValueError, match="makes images of other classes"):
        gan.evaluate(data, verbose=0)


def test_sample_weights_count_in_the_classification(data):
    gan = tiny()
    batch = {name: tf.constant(values[:8]) for name, values in data.items()}
    batch |= {"sample_weight": tf.zeros(8), **gan.draw(8, gan.seed_generator)}
    _, figures = gan.discriminator_objective(gan.turn_of("discriminator", batch, gan.forward(batch)))
    assert figures["d_classification"] == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["classes", "attributes"])
def test_contract(kind, data, attributes, tmp_path, mirrored):
    make = tiny if kind == "classes" else of_attributes

    def plain():
        # Of gradients near 0 Adam's steps are of any sign, and larger steps enlarge rounding.
        gan, (generator, discriminator) = make(), (keras.optimizers.SGD(1e-4) for _ in range(2))
        gan.compile(generator, discriminator, discriminator_steps=1)
        return gan

    # Instance normalisation of the nearly constant images of `data` would enlarge rounding.
    by_class = {"image": attributes["image"], "label": data["label"]}
    game_contract(make, by_class if kind == "classes" else attributes, tmp_path, mirrored, plain)


@pytest.mark.slow
def test_it_changes_the_colour_and_back(data):
    gan = tiny()
    adam = {f"{player}_optimizer": keras_gan.optimizers.Adam(1e-3, 0.5) for player in gan.players}
    gan.compile(**adam, discriminator_steps=1)
    gan.fit(data, batch_size=16, epochs=120, verbose=0)
    images = data["image"][:24]

    def quarters(images):
        return images.max(axis=-1).reshape(-1, 2, 8, 2, 8).mean(axis=(2, 4)).reshape(-1, 4).argmax(axis=1)

    for domain in range(3):
        made = gan.translate(images, domain).astype("float32") / 127.5 - 1.0
        assert (made.mean(axis=(1, 2)).argmax(axis=1) == domain).mean() > 0.9
        # Where the colour is may change with it, as long as that can be undone.
        back = gan.translate(made, data["label"][:24]).astype("float32") / 127.5 - 1.0
        assert (quarters(back) == quarters(images)).mean() > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("format", ["litert", "onnx"])
def test_files(format, data, tmp_path):
    gan = tiny()
    suffix = {"litert": ".tflite", "onnx": ".onnx"}[format]
    path = gan.export(tmp_path / f"stargan{suffix}", format=format)
    assert path.endswith(suffix)


def test_what_is_refused(data, tmp_path):
    pair = networks.stargan((16, 16, 3), num_classes=3, filters=4, residual_blocks=1)
    with pytest.raises(ValueError, match="num_classes"):
        keras_gan.StarGAN(*pair)
    with pytest.raises(ValueError, match="4 domain logits|num_classes=3"):
        keras_gan.StarGAN(*pair, num_classes=4)
    with pytest.raises(ValueError, match="domain logits"):
        keras_gan.StarGAN(
            pair[0], networks.patchgan((16, 16, 3), receptive_field=16, filters=4), num_classes=3
        )
    with pytest.raises(ValueError, match="takes \\[images, domains\\]"):
        keras_gan.StarGAN(networks.resnet((16, 16, 3), blocks=1, filters=4), pair[1], num_classes=3)
    with pytest.raises(ValueError, match="multiples of 4"):
        networks.stargan((18, 18, 3), num_classes=3)
    with pytest.raises(ValueError, match="discriminator_blocks"):
        networks.stargan((20, 20, 3), num_classes=3)
    with pytest.raises(ValueError, match="several domains"):
        networks.stargan((16, 16, 3))
    images = np.zeros((8, 16, 16, 3), "uint8")
    for i, image in enumerate(images):
        (tmp_path / "abcd"[i % 4]).mkdir(exist_ok=True)
        Image.fromarray(image).save(tmp_path / "abcd"[i % 4] / f"{i}.png")
    four = keras_gan.data.load(tmp_path, labels=True, batch_size=4)
    gan = tiny()
    with pytest.raises(ValueError, match="The data have 4 classes, a, b, c, d"):
        gan.fit(four, verbose=0)
    assert gan.class_names is None
    with pytest.raises(ValueError, match="batch of 1"):
        tiny().fit(data, batch_size=1, verbose=0)
    with pytest.raises(ValueError, match="label"):
        tiny().fit(data["image"], batch_size=16, verbose=0)
