"""What all models from image to image must do."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import keras_gan
from keras_gan import layers, networks
from tests.helpers import all_state, assert_same_state

SIZE = 16
slow = pytest.mark.slow


def pix2pix():
    generator = networks.unet((SIZE, SIZE, 1), filters=4, normalization="instance", downs=3)
    return keras_gan.Pix2Pix(
        generator,
        networks.patchgan((SIZE, SIZE, 3), 1, receptive_field=16, filters=4, normalization="none"),
        ema_decay=0.9,
        seed=0,
    )


def noisy():
    """Pix2Pix as in its paper: batch normalisation, and dropout for noise, which a U-Net has from 64 pixels on."""
    inputs = keras.layers.Input((SIZE, SIZE, 1))
    x = networks.unet((SIZE, SIZE, 1), 4, filters=4, downs=3)(inputs)
    x = keras.layers.Conv2D(3, 1)(layers.ActiveDropout(0.5, name="noise")(x))
    judge = networks.patchgan((SIZE, SIZE, 3), 1, receptive_field=16, filters=4)
    return keras_gan.Pix2Pix(keras.Model(inputs, x), judge, seed=0)


def cyclegan():
    translators = [networks.resnet((None, None, 3), blocks=1, filters=4) for _ in range(2)]
    judges = [
        networks.patchgan((SIZE, SIZE, 3), receptive_field=16, filters=4, normalization="instance")
        for _ in range(2)
    ]
    return keras_gan.CycleGAN(*translators, *judges, pool_size=6, seed=0)


def srgan():
    return keras_gan.SRGAN(
        networks.srresnet(2, filters=4, blocks=1),
        networks.srgan_discriminator((SIZE, SIZE, 3), filters=4, units=4),
        pretraining_steps=3,
        pixel_weight=1.0,
        ema_decay=0.9,
        seed=0,
    )


def esrgan():
    return keras_gan.ESRGAN(
        networks.rrdbnet(2, filters=4, blocks=1, growth=2),
        networks.srgan_discriminator((SIZE, SIZE, 3), filters=4, units=4),
        pretraining_steps=3,
        pixel_weight=1.0,
        seed=0,
    )


def features():
    keras.utils.set_random_seed(7)
    return keras.Sequential([keras.layers.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])


MODELS = {"pix2pix": pix2pix, "noisy": noisy, "cyclegan": cyclegan, "srgan": srgan, "esrgan": esrgan}
SMALLER = ("srgan", "esrgan")


def compiled(name, optimizer=None, **options):
    keras.utils.set_random_seed(0)
    gan = MODELS[name]()
    if name in SMALLER:
        penalty = keras_gan.regularizers.PerceptualPenalty(0.1, features(), layers="conv")
        options["regularizers"] = [penalty]
    if optimizer:
        options |= {f"{player}_optimizer": optimizer() for player in ("generator", "discriminator")}
    gan.compile(**options)
    return gan


def arrays(name, n=24):
    rng = np.random.default_rng(0)
    image = rng.uniform(-1, 1, (n, SIZE, SIZE, 3)).astype("float32")
    if name in ("pix2pix", "noisy"):
        condition = image.mean(-1, keepdims=True)
    elif name in SMALLER:
        condition = image.reshape(n, SIZE // 2, 2, SIZE // 2, 2, 3).mean((2, 4))
    else:
        condition = rng.uniform(-1, 1, image.shape).astype("float32")
    return {"condition": condition, "image": image}


def data(name, batch_size=4):
    levels = {key: keras_gan.data.to_uint8(value).numpy() for key, value in arrays(name).items()}
    if name == "cyclegan":
        pair = levels["condition"], levels["image"][:10]
        return keras_gan.data.unpaired_from_arrays(*pair, batch_size=batch_size, flip=True)
    return keras_gan.data.pairs_from_arrays(
        levels["condition"], levels["image"], batch_size=batch_size, flip=True
    )


@pytest.fixture(params=MODELS)
def name(request):
    return request.param


@slow
def test_resumed_in_the_middle_to_the_bit(name, tmp_path):
    """Also between SRGAN's stages: its pixel loss ends at step 3 of 6 an epoch."""
    whole, parts = compiled(name), compiled(name)
    before = all_state(whole)
    whole.fit(data(name), epochs=2, verbose=0)
    parts.fit(data(name), epochs=10, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(2)])
    parts.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    again.fit(data(name), epochs=2, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(12)])
    assert_same_state(whole, again)
    changed = {key for key, value in all_state(whole).items() if (value != before[key]).any()}
    assert any("state pool" in key for key in changed) == (name == "cyclegan")


@slow
def test_two_replicas_equal_one_device(name, mirrored):
    # In float32 a sum that rounds across a kink of L1 or ReLU, and the other not, sends the two on different ways.
    keras.config.set_dtype_policy("float64")
    results = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        with strategy.scope():
            gan = compiled(name, lambda: keras.optimizers.SGD(0.0005))
            start = [np.array(weight) for weight in gan.weights]
            history = gan.fit(data(name), epochs=2, verbose=0, validation_data=data(name)).history
        results.append((gan, history))
    (one, one_history), (two, two_history) = results
    for a, b, before in zip(one.weights, two.weights, start, strict=True):
        moved, apart = np.linalg.norm(np.array(a) - before), np.linalg.norm(np.array(a) - np.array(b))
        assert apart <= 1e-4 * moved + 1e-6, a.path
    for key in one_history:
        np.testing.assert_allclose(one_history[key], two_history[key], atol=5e-5, rtol=1e-4, err_msg=key)
    if name == "cyclegan":
        np.testing.assert_allclose(one.state.pool.value, two.state.pool.value, atol=2e-5)


@slow
def test_exported_images_are_the_models(name, tmp_path):
    gan = compiled(name)
    gan.fit(data(name), epochs=1, verbose=0)
    served = tf.saved_model.load(gan.export(tmp_path / "exported"))
    levels = keras_gan.data.to_uint8(arrays(name)["condition"][:3]).numpy()
    sizes = (
        [levels]
        if name in ("pix2pix", "noisy")
        else [levels, levels[:, :8, :8], np.tile(levels, (1, 1, 2, 1))]
    )
    for images in sizes:
        for direction in gan.exported_networks():
            expected = gan.translate(images, direction) if name == "cyclegan" else gan.translate(images)
            made = getattr(served, direction)(tf.constant(images)).numpy()
            assert np.abs(made.astype(int) - expected).max() <= 1
        signatures = {"serving_default": {}} | (
            {"serving_b2a": {"direction": "b2a"}} if name == "cyclegan" else {}
        )
        for signature, way in signatures.items():
            floats = served.signatures[signature](images=keras_gan.data.from_uint8(images))["images"]
            expected = gan.translate(images, **way).astype(int)
            assert np.abs(keras_gan.data.to_uint8(floats).numpy() - expected).max() <= 1


POLICIES = {"cyclegan": "mixed_bfloat16", "srgan": "mixed_float16"}


@slow
def test_compiled_by_xla(name):
    keras.config.set_dtype_policy(POLICIES.get(name, "float32"))
    gan = compiled(name, jit_compile=True)
    history = gan.fit(data(name), epochs=1, verbose=0).history
    assert all(np.isfinite(value).all() for value in history.values())
    assert set(history) == set(gan.figure_names)
    assert gan.translate(arrays(name)["condition"][:2]).dtype == np.uint8


@slow
def test_pictures_show_input_output_and_target(name, tmp_path):
    gan = compiled(name)
    grid = keras_gan.callbacks.SampleGrid(tmp_path, rows=2, columns=6)
    gan.fit(data(name), epochs=1, validation_data=data(name), verbose=0, callbacks=[grid])
    # 6 cells of 48 pixels and a gap of 2 in a row.
    assert Image.open(tmp_path / "epoch-0001.png").size == (300, 116)
    examples = gan.examples(3)
    assert len(examples["image"]) == 3 and examples["image"].min() >= -1


@pytest.mark.slow
def test_pictures_of_held_out_data_of_ones_own(tmp_path):
    """Of such training data none: a second iterator would shift its order, or use it up."""
    gan = compiled("pix2pix")
    pairs = tf.data.Dataset.from_tensor_slices(arrays("pix2pix", 8)).batch(4, drop_remainder=True)
    other = tf.data.Dataset.from_tensor_slices({k: -v for k, v in arrays("pix2pix", 8).items()}).batch(4)
    grid = keras_gan.callbacks.SampleGrid(tmp_path, rows=2, columns=3)
    with pytest.raises(ValueError, match="validation_data"):
        gan.fit(pairs, epochs=1, verbose=0, callbacks=[grid])
    gan.fit(pairs, validation_data=other, epochs=1, verbose=0, callbacks=[grid])
    assert (tmp_path / "epoch-0001.png").exists()
    gan.evaluate(pairs, verbose=0)
    np.testing.assert_array_equal(gan.examples(3)["image"], -arrays("pix2pix", 8)["image"][:3])


@pytest.mark.parametrize("channels", [2, 4, 12])
def test_label_maps_as_conditions(tmp_path, channels):
    """A channel for each class, beside RGB targets."""
    generator = networks.unet((SIZE, SIZE, channels), filters=4, downs=3)
    judge = networks.patchgan((SIZE, SIZE, 3), channels, receptive_field=16, filters=4)
    gan = keras_gan.Pix2Pix(generator, judge)
    gan.compile()
    maps = (
        np.eye(channels, dtype="uint8")[np.random.default_rng(0).integers(0, channels, (8, SIZE, SIZE))] * 255
    )
    images = keras_gan.data.to_uint8(arrays("pix2pix", 8)["image"]).numpy()
    pairs = keras_gan.data.pairs_from_arrays(maps, images, batch_size=4)
    grid = keras_gan.callbacks.SampleGrid(tmp_path, rows=2, columns=3)
    gan.fit(pairs, epochs=1, verbose=0, callbacks=[grid])
    picture = np.array(Image.open(tmp_path / "epoch-0001.png"))
    assert len(np.unique(picture[20:65, 3:48].reshape(-1, 3), axis=0)) == channels
    if channels != 4:
        with pytest.raises(ValueError, match=r"images \* 255"):
            gan.translate(maps // 255)


@pytest.mark.slow
def test_what_does_not_fit_is_said(name):
    gan = compiled(name)
    good = arrays(name)
    for change, message in (
        ({"condition": None}, "has no `condition`"),
        ({"condition": good["condition"][:, :6]}, "`condition` must be floats of shape"),
        ({"condition": good["condition"] * 100.0}, r"must be in \[-1, 1\]"),
        (
            {"condition": np.where(good["condition"] > 0.5, np.nan, good["condition"])},
            "conditions contain NaN",
        ),
        ({"condition": np.abs(good["condition"])}, r"Conditions must .*look like \[0, 1\]"),
        ({"image": good["image"][:, :8, :8]}, "take images of shape"),
    ):
        bad = {key: value for key, value in {**good, **change}.items() if value is not None}
        with pytest.raises(ValueError, match=message):
            gan.fit(bad, batch_size=4, verbose=0)
        if len(bad) == 2:
            with pytest.raises(
                (ValueError, tf.errors.InvalidArgumentError), match=message.split(" contain")[0]
            ):
                gan.fit(tf.data.Dataset.from_tensor_slices(bad).batch(8), verbose=0)
    assert int(gan.state.generator_step) == 0
    # One bright picture may be so by chance.
    one = tf.data.Dataset.from_tensor_slices({**good, "condition": np.abs(good["condition"])}).batch(1)
    keras_gan.data.batches.checked(gan.takes, one, "the data", training=True).take(1).get_single_element()
    with pytest.raises(ValueError, match=r"images\[None\]"):
        gan.translate(good["condition"][0])
    with pytest.raises(ValueError, match=r"images\[..., None\]"):
        gan.translate(np.zeros((4, SIZE, SIZE + 1), "float32"))
    with pytest.raises(TypeError, match="translate"):
        gan.generate(4)
    with pytest.raises(ValueError, match="leave it out"):
        gan.fit(data(name), callbacks=[keras_gan.callbacks.TrainingMonitor()], verbose=0)


@slow
def test_the_players_move_their_own_weights_alone(name):
    """SRGAN's discriminator rests while the pixel loss lasts."""
    gan = compiled(name)
    if name in SMALLER:
        before = [w.numpy() for w in gan.discriminator.weights]
        gan.fit(data(name), epochs=1, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(3)])
        for weight, value in zip(gan.discriminator.weights, before, strict=True):
            np.testing.assert_array_equal(weight, value)
        assert int(gan.state.discriminator_step) == 0 and int(gan.state.generator_step) == 3
    gan.fit(data(name), epochs=1, verbose=0)
    assert int(gan.state.discriminator_step) > 0


@slow
def test_held_out_pictures_among_the_trainings_are_named(name):
    gan = compiled(name)
    with pytest.warns(UserWarning, match="held-out images are among"):
        gan.fit(data(name), epochs=1, validation_data=data(name), verbose=0)


@pytest.mark.parametrize("batch_size", [4, 8, 5])
def test_metrics_see_each_held_out_pair_once(batch_size):
    """Whatever the batches: the graph must not count a batch beyond the data's end."""
    gan = compiled("pix2pix")
    gan.compile(metrics=[keras_gan.metrics.PSNR()])
    levels = {key: keras_gan.data.to_uint8(value).numpy() for key, value in arrays("pix2pix", 8).items()}
    held_out = keras_gan.data.pairs_from_arrays(levels["condition"], levels["image"], batch_size=batch_size)
    expected = np.mean(keras_gan.metrics.psnr(levels["image"], gan.translate(levels["condition"])))
    for _ in range(2):
        figures = gan.evaluate(held_out, verbose=0, return_dict=True)
        np.testing.assert_allclose(figures["psnr"], expected, rtol=1e-5)
