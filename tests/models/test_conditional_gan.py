import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.conditions.labels import numbers_of_classes
from tests.contracts import round_trip
from tests.helpers import all_state, tiny_gan

KEYS = {"latent_dim": 4, "filters": 4, "kernel_size": 3, "discriminator_normalization": "none"}
LABELS = np.arange(64) % 3


def networks(conditioning="concat", **kwargs):
    return keras_gan.networks.dcgan((8, 8, 1), num_classes=3, conditioning=conditioning, **{**KEYS, **kwargs})


def make(model=keras_gan.ConditionalGAN, conditioning="concat", **parts):
    def build(*pair, **kwargs):
        return model(*pair, num_classes=3, **kwargs)

    return tiny_gan(build, networks=networks(conditioning), **parts)


@pytest.mark.parametrize("conditioning", ["concat", "projection"])
@pytest.mark.slow
def test_trains_saves_and_generates_by_class(images, conditioning):
    gan = make(conditioning=conditioning, regularizers=["r1"], discriminator_steps=2)
    dataset = keras_gan.data.from_arrays(images, LABELS, batch_size=8)
    gan.fit(dataset, validation_data=dataset, verbose=0)
    again = round_trip_labelled(gan, dataset)
    a, b = (gan.generate(4, seed=0, labels=label).astype(int) for label in (0, 1))
    assert (a != b).any()
    np.testing.assert_array_equal(again.generate(2, seed=0, labels=[0, 1])[0], a[0])
    # Labels drawn from the seed: all classes, the same again.
    drawn = gan.condition.draw(300, tf.constant(0, tf.int64)).numpy()
    assert set(drawn) == {0, 1, 2}
    np.testing.assert_array_equal(gan.generate(5, seed=1), gan.generate(5, seed=1))
    assert gan([gan.sample_latents(2, 0), np.array([0, 2])]).shape == (2, 8, 8, 1)
    assert gan.predict([gan.sample_latents(2, 0), np.array([0, 2])], verbose=0).shape == (2, 8, 8, 1)


def round_trip_labelled(gan, dataset):
    """`round_trip` for data with labels."""
    return round_trip(gan, dataset, batch_size=None)


def test_each_discriminator_step_has_the_labels_of_its_images(images):
    """Labels and images are cut into sub-batches alike."""
    gan = make(discriminator_steps=2, run_eagerly=True)
    seen = []
    objective = gan.discriminator_objective

    def note(turn):
        seen.append((turn.real.numpy(), turn.condition.numpy()))
        return objective(turn)

    gan.discriminator_objective = note
    gan.fit(images, LABELS, batch_size=8, verbose=0)
    by_image = {image.tobytes(): label for image, label in zip(images, LABELS, strict=True)}
    for batch, labels in seen:
        assert [by_image[image.tobytes()] for image in batch] == labels.tolist()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "no `label`"),
        (LABELS.astype("float32"), "must be ints"),
        (np.eye(3)[LABELS].astype("int64"), "argmax"),
        (LABELS + 1, r"0 \.\. 2.*received 1 to 3"),
        (LABELS - 1, r"0 \.\. 2.*received -1 to 1.*unlabelled=True"),
    ],
)
def test_bad_labels_are_refused_before_a_step(images, labels, message):
    gan = make()
    before = all_state(gan)
    with pytest.raises(ValueError, match=message):
        gan.fit(images, labels, batch_size=64, verbose=0)
    after = all_state(gan)
    assert all((before[name] == after[name]).all() for name in before)


def test_bad_labels_of_arrays_are_refused_everywhere(images):
    gan, wrong = make(), np.array([0, 1, 7, 2])
    for call in (gan.train_on_batch, gan.evaluate):
        with pytest.raises(ValueError, match=r"0 \.\. 2.*received 0 to 7"):
            call(images[:4], wrong)
    with pytest.raises(ValueError, match="the validation data"):
        gan.fit(images, LABELS, batch_size=8, validation_data=(images[:4], wrong), verbose=0)


def test_bad_arguments_of_generate():
    gan = make()
    for labels in (3, -1, 1.0, [0, 1], "three"):
        with pytest.raises(ValueError, match="labels"):
            gan.generate(3, labels=labels)


def test_networks_that_do_not_fit():
    with pytest.raises(ValueError, match="ConditionalGAN"):
        keras_gan.GAN(*networks())
    with pytest.raises(ValueError, match="num_classes"):
        keras_gan.ConditionalGAN(*networks())
    plain = keras_gan.networks.dcgan((8, 8, 1), **KEYS)
    with pytest.raises(ValueError, match=r"\[latents, condition\]"):
        keras_gan.ConditionalGAN(*plain, num_classes=3)


def test_vectors_of_attributes(images):
    pair = keras_gan.networks.dcgan((8, 8, 1), condition_dim=2, **KEYS)
    gan = tiny_gan(keras_gan.ConditionalGAN, networks=pair)
    data = {"image": images, "condition": np.random.default_rng(0).normal(size=(64, 2)).astype("float32")}
    gan.fit(data, batch_size=8, verbose=0)
    assert gan.generate(3, seed=0, labels=[0.5, -1.0]).shape == (3, 8, 8, 1)
    with pytest.raises(ValueError, match="must be given"):
        gan.generate(3)
    with pytest.raises(ValueError, match=r"floats of shape \(2,\)"):
        gan.generate(3, labels=[1.0])
    with pytest.raises(ValueError, match="no `condition`"):
        gan.fit(images, batch_size=8, verbose=0)
    with pytest.raises(ValueError, match="floats of shape"):
        gan.fit({**data, "condition": data["condition"][:, :1]}, batch_size=8, verbose=0)


@pytest.mark.slow
def test_export_takes_labels(images, tmp_path):
    gan = make()
    gan.fit(keras_gan.data.from_arrays(images, LABELS, batch_size=8), verbose=0)
    loaded = tf.saved_model.load(gan.export(tmp_path / "model"))
    np.testing.assert_array_equal(loaded.sample(5, 3), gan.generate(5, 3))
    np.testing.assert_array_equal(loaded.sample(5, 3, 0.5, 2), gan.generate(5, 3, truncation=0.5, labels=2))
    np.testing.assert_array_equal(loaded.sample(3, 3, 1.0, [2, 0, 1]), gan.generate(3, 3, labels=[2, 0, 1]))
    latents = gan.sample_latents(2, 0)
    images = loaded.signatures["serving_default"](latents=tf.constant(latents), labels=tf.constant([0, 1]))[
        "images"
    ]
    np.testing.assert_allclose(images, gan([latents, np.array([0, 1])]), atol=1e-5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="out of range"):
        loaded.sample(5, 3, 1.0, 3)
    gan.export(tmp_path / "model.tflite", format="litert")
    pytest.importorskip("tf2onnx", reason="pip install 'keras-gan[onnx]'")
    gan.export(tmp_path / "model.onnx", format="onnx")


def test_a_grid_has_a_row_for_each_class_with_shared_latents(images, tmp_path):
    gan = make()
    latents, labels = gan.grid_inputs(gan.grid_rows, 4, seed=0)
    assert labels.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    np.testing.assert_array_equal(latents[:4], latents[4:8])
    dataset = keras_gan.data.from_arrays(images, LABELS, batch_size=8)
    dataset.stream.class_names = ["ant", "bee", "cat"]
    gan.fit(dataset, verbose=0, callbacks=[keras_gan.callbacks.SampleGrid(tmp_path, columns=4)])
    from PIL import Image

    width = Image.open(tmp_path / "epoch-0001.png").size[0]
    assert width > 4 * (48 + 2)  # the names stand before the rows


@pytest.mark.slow
def test_equal_under_replicas(mirrored, images):
    ends = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        with strategy.scope():
            keras.utils.set_random_seed(0)
            gan = make(
                conditioning="projection",
                loss="relativistic_average",
                regularizers=["r1", "lecam", "top_k", "dragan", "max_gradient"],
                generator_optimizer=keras.optimizers.SGD(0.05),
                discriminator_optimizer=keras.optimizers.SGD(0.05),
            )
            gan.fit(keras_gan.data.from_arrays(images, LABELS, batch_size=16), verbose=0)
        ends.append(all_state(gan))
    for name, value in ends[0].items():
        np.testing.assert_allclose(value, ends[1][name], atol=1e-5, err_msg=name)


def test_names_of_classes_are_checked():
    for names, message in (
        (["a", "a"], "no two the same"),
        ("ab", "no two the same"),
        (["a", "b", "c"], "3 names"),
    ):
        networks = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=2)
        with pytest.raises(ValueError, match=message):
            keras_gan.ConditionalGAN(*networks, num_classes=2, class_names=names)


def test_a_name_comes_before_a_number():
    names = ["1", "0", "x"]
    assert numbers_of_classes(["1", "x", "2", 0], names) == [0, 2, 2, 0]
    with pytest.raises(ValueError, match="There is no class 'y'"):
        numbers_of_classes("y", names)


@pytest.mark.parametrize(
    "family", ["concat", "projection", "acgan", "r3gan", "gan_stability", "stylegan", "stylegan2"]
)
@pytest.mark.slow
def test_some_labels_may_be_missing(images, family):
    """The generator makes a class that is drawn in their place; a batch with all labels is as ever."""
    shape = images.shape[1:]
    pair = {
        "concat": lambda: networks("concat", embedding_dim=3),
        "projection": lambda: networks("projection"),
        "acgan": lambda: networks("auxiliary"),
        "r3gan": lambda: keras_gan.networks.r3gan(
            shape, latent_dim=4, widths=(8, 4), cardinalities=(2, 1), blocks=(1, 1), num_classes=3
        ),
        "gan_stability": lambda: keras_gan.networks.gan_stability(
            shape, latent_dim=4, filters=4, num_classes=3
        ),
        "stylegan": lambda: keras_gan.networks.stylegan(
            shape, 4, mapping_layers=1, channel_base=32, channel_max=4, num_classes=3
        ),
        "stylegan2": lambda: keras_gan.networks.stylegan2(
            shape, 4, mapping_layers=1, channel_base=32, channel_max=4, num_classes=3
        ),
    }[family]()
    model = {"acgan": keras_gan.ACGAN, "stylegan": keras_gan.StyleGAN, "stylegan2": keras_gan.StyleGAN2}
    some = np.where(np.arange(64) % 2, LABELS, -1)
    options = {"condition": keras_gan.conditions.Labels(3, unlabelled=True), "seed": 0, "ema_decay": None}
    gan = model.get(family, keras_gan.ConditionalGAN)(*pair, **options)
    gan.compile()
    before = [v.numpy() for v in gan.generator.trainable_weights]
    history = gan.fit(images[:16], some[:16], batch_size=8, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert any((a != v.numpy()).any() for a, v in zip(before, gan.generator.trainable_weights, strict=True))
    assert keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(gan)
    ).condition.unlabelled
    with pytest.raises(ValueError, match="-1 for none"):
        gan.fit(images[:16], some[:16] - 1, batch_size=8, verbose=0)
    assert gan.generate(2, labels=[0, 2]).shape == (2, *shape)


def test_fakes_of_unlabelled_images_have_drawn_classes():
    condition = keras_gan.conditions.Labels(3, unlabelled=True)
    batch = {"label": np.array([2, -1, -1, 0]), "drawn_label": np.array([0, 1, 2, 1], "int32")}
    assert condition.to_make(batch).numpy().tolist() == [2, 1, 2, 0]
    assert condition.of(batch).numpy().tolist() == [2, -1, -1, 0]
    drawn = condition.draws(3000, keras.random.SeedGenerator(0))["drawn_label"].numpy()
    np.testing.assert_allclose(np.bincount(drawn) / 3000, 1 / 3, atol=0.04)
    both = keras_gan.conditions.get((condition, keras_gan.conditions.Vectors(2)))
    assert set(both.draws(2, keras.random.SeedGenerator(0))) == {"drawn_label"}
    made = both.to_make({**batch, "condition": np.zeros((4, 2), "float32")})
    assert made[0].numpy().tolist() == [2, 1, 2, 0]


def test_the_classification_of_acgan_leaves_out_images_without_a_label(images):
    gan = keras_gan.ACGAN(*networks("auxiliary"), condition=keras_gan.conditions.Labels(3, unlabelled=True))
    gan.compile(run_eagerly=True)
    drawn = np.array([1, 2, 0, 1, 2, 0], "int32")
    labels = np.array([0, -1, 2, -1, -1, 1])
    batch = {"image": images[:6], "label": labels, "drawn_label": drawn, "latents": gan.sample_latents(6, 0)}
    fake = gan.forward(batch)
    _, figures = gan.discriminator_objective(gan.turn_of("discriminator", batch, fake))
    logits = [np.asarray(gan.discriminator(x)[1], "float64") for x in (images[:6], fake)]
    entropies = [np.log(np.exp(x).sum(1)) for x in logits]
    made = np.where(labels < 0, drawn, labels)
    real = (entropies[0] - logits[0][np.arange(6), labels])[labels >= 0].mean()
    fakes = (entropies[1] - logits[1][np.arange(6), made]).mean()
    np.testing.assert_allclose(figures["d_classification"], real + fakes, rtol=1e-5)


def test_logits_are_drawn_of_images_without_a_label_too(images):
    gan = keras_gan.ConditionalGAN(
        *networks("projection"), condition=keras_gan.conditions.Labels(3, unlabelled=True)
    )
    figure = keras_gan.plots.logits(gan, images, np.where(LABELS == 0, -1, LABELS))
    assert len(figure.axes[0].patches) > 0
