"""`keras.Sequential` networks, which newcomers write, with every part and tool; and other networks of users."""

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.moving_average import clone
from tests.helpers import assert_same_state, tiny_gan

layers = keras.layers


def networks(channels=1):
    keras.utils.set_random_seed(0)
    generator = keras.Sequential(
        [
            layers.Input((4,)),
            layers.Dense(8 * 8 * 4),
            layers.Reshape((8, 8, 4)),
            layers.LeakyReLU(0.2),
            layers.Conv2D(channels, 3, padding="same", activation="tanh"),
        ]
    )
    discriminator = keras.Sequential(
        [
            layers.Input((8, 8, channels)),
            layers.Conv2D(4, 3, 2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(8),
            layers.LeakyReLU(0.2),
            layers.Dense(1),
        ]
    )
    return generator, discriminator


# What needs styles, targets, a condition or a network that is downloaded.
ELSEWHERE = (
    *("gradient_difference", "matching_aware", "mismatched_pairs", "optimal_transport", "path_length"),
    "perceptual",
)


@pytest.mark.parametrize("name", [n for n in keras_gan.regularizers.ALIASES if n not in ELSEWHERE])
def test_regularizers(images, name):
    gan = tiny_gan(networks=networks(), regularizers=[name])
    history = gan.fit(images, batch_size=16, verbose=0).history
    assert np.isfinite([history["d_loss"], history["g_loss"]]).all()


@pytest.mark.parametrize("name", keras_gan.augmentations.ALIASES)
def test_augmentations(images, name):
    gan = tiny_gan(networks=networks(3), augmentation=name)
    gan.fit(images.repeat(3, axis=-1), batch_size=16, verbose=0)


@pytest.mark.slow
def test_callbacks_and_resume(images, tmp_path):
    def run(folder, epochs):
        gan = tiny_gan(networks=networks())
        callbacks = [
            keras_gan.callbacks.TrainingMonitor(every=2, budget=None, samples=16),
            keras_gan.callbacks.SampleGrid(folder / "grids", rows=1, columns=2),
            keras_gan.callbacks.CSVLogger(folder / "history.csv"),
            keras_gan.callbacks.Progress(8),
            keras_gan.callbacks.StopAtStep(8),
            keras_gan.callbacks.Checkpoint(folder / "c"),
        ]
        folder.mkdir(exist_ok=True)
        gan.fit(images, batch_size=16, epochs=epochs, verbose=0, callbacks=callbacks)
        return gan

    whole = run(tmp_path / "a", 2)
    run(tmp_path / "b", 1)
    assert_same_state(whole, run(tmp_path / "b", 2))
    for name in ("history.csv", "grids/samples.gif"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_tools(images, tmp_path):
    gan = tiny_gan(networks=networks())
    gan.fit(images, batch_size=16, verbose=0)
    gan.save(tmp_path / "gan.keras")
    np.testing.assert_array_equal(
        keras.saving.load_model(tmp_path / "gan.keras").generate(2, seed=0), gan.generate(2, seed=0)
    )
    gan.export(tmp_path / "saved")
    keras_gan.plots.logits(gan, images)
    assert keras_gan.latent.interpolation_sheet(gan, 2, 3).shape == (6, 8, 8, 1)
    _, discriminator = networks()
    assert len(keras_gan.networks.freeze_blocks(discriminator, 1)) == 1
    assert keras_gan.metrics.Extractor(discriminator, layer=discriminator.layers[-2].name).features == 8
    classifier = keras.Sequential([layers.Input((8, 8, 1)), layers.Flatten(), layers.Dense(2)])
    assert keras_gan.metrics.Extractor(classifier)(images[:2]).shape == (2, 2)


def test_lambda_layers_are_copied_as_they_are(images, tmp_path):
    z = keras.Input((4,))
    inner = keras.Sequential(
        [layers.Input((4,)), layers.Lambda(lambda x: 2.0 * x), layers.Dense(64, activation="tanh")]
    )
    generator = keras.Model(z, layers.Lambda(lambda x: 0.5 * x)(layers.Reshape((8, 8, 1))(inner(z))))
    gan = tiny_gan(networks=(generator, networks()[1]))
    gan.fit(images, batch_size=16, verbose=0, callbacks=[keras_gan.callbacks.Checkpoint(tmp_path / "c")])
    copy = clone(generator)
    latents = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    copy.set_weights(generator.get_weights())
    np.testing.assert_array_equal(copy(latents), generator(latents))
    assert copy.layers[1] is not generator.layers[1]
    gan.export(tmp_path / "saved")


def test_generators_of_several_outputs_are_refused():
    z = keras.Input((4,))
    hidden = layers.Dense(64)(z)
    image = layers.Reshape((8, 8, 1))(layers.Activation("tanh")(hidden))
    mask = layers.Reshape((8, 8, 1))(layers.Activation("sigmoid")(hidden))
    with pytest.raises(ValueError, match=r"has 2 outputs.*generator\.outputs\[0\]"):
        keras_gan.GAN(keras.Model(z, [image, mask]), networks()[1])
    both = keras.Model(z, [image, mask])
    keras_gan.GAN(keras.Model(both.inputs, both.outputs[0]), networks()[1]).compile()


def test_channels_first_is_recognised(images):
    z, x = keras.Input((4,)), keras.Input((3, 8, 8))
    generator = keras.Model(z, layers.Reshape((3, 8, 8))(layers.Dense(192, activation="tanh")(z)))
    with pytest.raises(ValueError, match=r"channels first.*np\.moveaxis"):
        keras_gan.GAN(generator, keras.Model(x, layers.Dense(1)(layers.Flatten()(x))))
    gan = tiny_gan(networks=networks(3))
    with pytest.raises(ValueError, match=r"np\.moveaxis\(images, 1, -1\)"):
        gan.fit(np.moveaxis(images.repeat(3, axis=-1), -1, 1), verbose=0)
    keras.config.set_image_data_format("channels_first")
    try:
        with pytest.raises(ValueError, match="channels_last"):
            keras_gan.GAN(*networks())
    finally:
        keras.config.set_image_data_format("channels_last")


def test_networks_in_a_tuple_and_one_optimizer_are_refused():
    with pytest.raises(ValueError, match=r"GAN\(\*networks\)"):
        keras_gan.GAN(networks())
    with pytest.raises(ValueError, match=r"WGANGP\(\*networks\)"):
        keras_gan.WGANGP(list(networks()))
    with pytest.raises(ValueError, match="two optimisers"):
        keras_gan.GAN(*networks()).compile(optimizer="adam")
    with pytest.raises(ValueError, match="`use_ema=True`"):
        keras_gan.GAN(*networks()).compile(generator_optimizer=keras.optimizers.Adam(use_ema=True))
    with pytest.raises(ValueError, match="Did you mean 'r1'"):
        keras_gan.GAN(*networks()).compile(regularizers=["R1"])


def test_what_fit_refuses_early(images):
    gan = tiny_gan(networks=networks())
    for arguments, message in (
        ({"steps_per_epoch": -1}, "positive int"),
        ({"y": np.array(["cat"] * 64)}, "labels are strings"),
    ):
        with pytest.raises(ValueError, match=message):
            gan.fit(images, verbose=0, **arguments)
    assert int(gan.state.generator_step) == 0
    with pytest.raises(ValueError, match="no extractor"):
        keras_gan.metrics.FrechetDistance("nowhere.keras")
    with pytest.raises(ValueError, match="There is no extractor 'inceptionn'"):
        keras_gan.metrics.FrechetDistance("inceptionn")


def test_float16_stops_long_before_the_scale_is_zero(images):
    """Gradients that stay NaN: Keras halves the scale at each, without a floor, and then weights turn NaN."""

    class Root(keras_gan.regularizers.Penalty):
        name = "root"

        def penalty(self, gan, turn):
            # Its value is 0, its gradient 0 times infinity.
            return keras.ops.sqrt(0.0 * keras.ops.sum(gan.discriminator.trainable_variables[0]))

    keras.config.set_dtype_policy("mixed_float16")
    generator = keras.Sequential(
        [
            layers.Input((4,)),
            layers.Dense(64),
            layers.Reshape((8, 8, 1)),
            layers.Activation("tanh", dtype="float32"),
        ]
    )
    gan = tiny_gan(networks=(generator, networks()[1]), regularizers=[Root(1.0)])
    with pytest.raises(FloatingPointError, match="discriminator's gradients in float16.*mixed_bfloat16"):
        gan.fit(images, batch_size=2, epochs=10, verbose=0)
    assert 20 < int(gan.state.generator_step) < 40
    assert all(np.isfinite(weight.numpy()).all() for weight in gan.weights)


@pytest.mark.parametrize(
    ("labels", "hint"),
    [
        (np.zeros((64, 1), "int32"), r"labels\[:, 0\]"),
        (np.eye(2, dtype="float32")[np.arange(64) % 2], "argmax"),
        (np.zeros(64, "float32"), "astype"),
    ],
)
def test_each_wrong_form_of_labels_has_its_hint(images, labels, hint):
    pair = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=2)
    gan = keras_gan.ConditionalGAN(*pair, num_classes=2)
    gan.compile()
    with pytest.raises(ValueError, match=hint):
        gan.fit(images, labels, verbose=0)


def test_examples_before_fit():
    gan = keras_gan.Pix2Pix(
        keras_gan.networks.unet((16, 16, 3), filters=2, downs=2),
        keras_gan.networks.patchgan((16, 16, 3), 3, filters=2, receptive_field=16),
    )
    with pytest.raises(ValueError, match="validation_data"):
        gan.examples(2)


def test_offline_inception_names_the_option_and_what_works(monkeypatch):
    def refused(*arguments, **options):
        raise OSError("no network")

    monkeypatch.setattr(keras.utils, "get_file", refused)
    with pytest.raises(OSError, match="--weights PATH.*--extractor trained"):
        keras_gan.metrics.Extractor("inception").load()
