"""Bad input: a clear error before anything is computed."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from tests.helpers import all_state, tiny_gan, tiny_networks

layers = keras.layers


def sequential(shape, *parts):
    return keras.Sequential([layers.Input(shape), *parts])


# === Networks ===


def test_generator_and_discriminator_must_fit():
    generator, _ = tiny_networks(size=8)
    _, discriminator = tiny_networks(size=16)
    with pytest.raises(ValueError, match=r"generator.output_shape=\(None, 8, 8, 1\).*\(None, 16, 16, 1\)"):
        keras_gan.GAN(generator, discriminator)


def test_one_logit_per_image_or_patch():
    generator, _ = tiny_networks()
    with pytest.raises(ValueError, match="one logit per image"):
        keras_gan.GAN(generator, sequential((8, 8, 1), layers.Flatten(), layers.Dense(2)))
    patches = sequential((8, 8, 1), layers.Conv2D(1, 3, strides=2))
    gan = tiny_gan(networks=(generator, patches), regularizers=["r1"])
    gan.fit(np.zeros((16, 8, 8, 1), "float32") - 0.5, batch_size=8, verbose=0)


def test_networks_must_be_built_models():
    _, discriminator = tiny_networks()
    with pytest.raises(ValueError, match="`generator` must be a keras.Model"):
        keras_gan.GAN(lambda z: z, discriminator)
    with pytest.raises(ValueError, match="built"):
        keras_gan.GAN(keras.Sequential([layers.Dense(3)]), discriminator)


@pytest.mark.parametrize("last", [layers.Dense(1, activation="sigmoid"), "separate"])
def test_sigmoid_is_refused(last):
    parts = [layers.Dense(1), layers.Activation("sigmoid")] if last == "separate" else [last]
    with pytest.raises(ValueError, match="sigmoid"):
        tiny_gan(networks=(tiny_networks()[0], sequential((8, 8, 1), layers.Flatten(), *parts)))


def test_a_sigmoid_that_is_no_layer_is_refused_too():
    x = layers.Input((8, 8, 1))
    y = keras.ops.sigmoid(layers.Dense(1)(layers.Flatten()(x)))
    with pytest.raises(ValueError, match="sigmoid"):
        tiny_gan(networks=(tiny_networks()[0], keras.Model(x, y)))


def test_a_sigmoid_inside_is_fine():
    parts = [layers.Flatten(), layers.Dense(4, activation="sigmoid"), layers.Dense(1)]
    tiny_gan(networks=(tiny_networks()[0], sequential((8, 8, 1), *parts)))


@pytest.mark.parametrize("ema_decay", [1.0, -0.1, 2, float("nan"), "slow"])
def test_bad_ema_decay(ema_decay):
    with pytest.raises(ValueError, match="ema_decay.*or None"):
        keras_gan.GAN(*tiny_networks(), ema_decay=ema_decay)


def test_a_generator_that_cannot_be_copied_is_named():
    class Own(keras.Model):
        input_shape, output_shape = (None, 4), (None, 8, 8, 1)

        def __init__(self, width):
            super().__init__()
            self.dense = layers.Dense(width)

        def call(self, z):
            return keras.ops.reshape(self.dense(z), (-1, 8, 8, 1))

    own = Own(64)
    own(np.zeros((1, 4), "float32"))
    with pytest.raises(ValueError, match=r"get_config.*ema_decay=None"):
        keras_gan.GAN(own, tiny_networks()[1])
    gan = tiny_gan(networks=(own, tiny_networks()[1]), ema_decay=None)
    gan.fit(np.zeros((16, 8, 8, 1), "float32") - 0.5, batch_size=8, verbose=0)


# === Parts ===


def test_unknown_parts():
    for arguments, message in (
        ({"loss": "hinj"}, "non_saturating"),
        ({"regularizers": ["r7"]}, "gradient_penalty"),
        ({"discriminator_steps": 0}, "discriminator_steps"),
        ({"discriminator_steps": 1.5}, "discriminator_steps"),
        ({"generator_optimizer": "adamm"}, "adamm"),
    ):
        with pytest.raises(ValueError, match=message):
            tiny_gan(**arguments)


def test_one_optimizer_for_two_players():
    optimizer = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="two objects"):
        tiny_gan(generator_optimizer=optimizer, discriminator_optimizer=optimizer)


# === Data ===


def dataset(images, batch=16):
    return tf.data.Dataset.from_tensor_slices(images).batch(batch)


BAD = {
    "0..255": (lambda x: (x + 1) * 127.5, r"images / 127\.5 - 1"),
    "[0, 1]": (lambda x: (x + 1) / 2, r"images \* 2 - 1"),
    "uint8": (lambda x: ((x + 1) * 127.5).astype("uint8"), "float32 in \\[-1, 1\\]"),
    "NaN": (
        lambda x: np.where(np.arange(len(x))[:, None, None, None] == 3, np.nan, x).astype("float32"),
        "NaN",
    ),
    "channels": (lambda x: np.repeat(x, 3, axis=-1), r"\(8, 8, 1\).*\(8, 8, 3\)"),
    "size": (lambda x: x[:, :6], r"\(8, 8, 1\).*\(6, 8, 1\)"),
    "no channel": (lambda x: x[..., 0], r"images\[\.\.\., None\]"),
}


@pytest.mark.parametrize("kind", ["array", "dataset"])
@pytest.mark.parametrize("name", BAD)
def test_bad_images_are_caught_before_training(images, kind, name):
    spoil, message = BAD[name]
    gan = tiny_gan()
    before = all_state(gan)
    bad = spoil(images)
    with pytest.raises(ValueError, match=message):
        gan.fit(bad if kind == "array" else dataset(bad), verbose=0)
    for path, value in all_state(gan).items():
        np.testing.assert_array_equal(value, before[path], err_msg=path)
    with pytest.raises(ValueError, match=message):
        gan.fit(images, validation_data=bad if kind == "array" else dataset(bad), verbose=0)


def test_bad_images_later_in_the_data_are_caught_too(images):
    images[50] = 3.0
    with pytest.raises(ValueError, match=r"from -0\.\d+ to 3"):
        tiny_gan().fit(dataset(images), verbose=0)


def test_unbatched_and_empty_data(images):
    with pytest.raises(ValueError, match="batched"):
        tiny_gan().fit(tf.data.Dataset.from_tensor_slices(images), verbose=0)
    with pytest.raises(ValueError, match="fewer"):
        tiny_gan().fit(images[:5], batch_size=8, verbose=0)
    with pytest.raises(ValueError, match="fewer than the 5 that one step takes"):
        tiny_gan(keras_gan.WGANGP).fit(images, batch_size=32, verbose=0)
    with pytest.raises(ValueError, match="steps_per_epoch"):
        tiny_gan().fit(dataset(images).repeat(), verbose=0)
    with pytest.raises(ValueError, match="needs data"):
        tiny_gan().fit()


def test_misused_arguments(images):
    gan = tiny_gan()
    for arguments in ({"batch_size": 4}, {"y": np.zeros(64)}, {"validation_split": 0.5}):
        with pytest.raises(ValueError, match="arrays"):
            gan.fit(dataset(images), **arguments)
    with pytest.raises(ValueError, match="class_weight"):
        gan.fit(images, class_weight={0: 1.0})
    with pytest.raises(ValueError, match="image"):
        gan.fit({"picture": images})
    with pytest.raises(ValueError, match="rows"):
        gan.fit(images, np.zeros(7))


# === Distribution ===


def test_strategies_that_cannot_work_are_refused(mirrored):
    with mirrored.scope():
        gan = keras_gan.GAN(*tiny_networks())
    with pytest.raises(ValueError, match="jit_compile"):
        gan.compile(jit_compile=True)
    with pytest.raises(ValueError, match="steps_per_execution"):
        gan.compile(steps_per_execution=2)
    with pytest.raises(ValueError, match="outside"):
        gan.compile(generator_optimizer=keras.optimizers.Adam())
    with mirrored.scope(), pytest.raises(ValueError, match="clipnorm"):
        gan.compile(generator_optimizer=keras.optimizers.Adam(clipnorm=1.0))
    with mirrored.scope(), pytest.raises(ValueError, match="accumulation"):
        gan.compile(discriminator_optimizer=keras.optimizers.Adam(gradient_accumulation_steps=2))


def test_parameter_server_and_tpu_are_refused():
    from keras_gan.training import checks

    for kind, message in (
        (tf.distribute.ParameterServerStrategy, "ParameterServerStrategy"),
        (tf.distribute.TPUStrategy, "TPU"),
    ):
        # Making one needs a cluster: an instance without its constructor stands in.
        with pytest.raises(ValueError, match=message):
            checks.check_strategy(kind.__new__(kind), "auto", 1)


@pytest.mark.parametrize(
    ("layer", "remedy"),
    [
        (lambda: keras.layers.UpSampling2D(interpolation="bilinear"), "nearest"),
        (lambda: keras.layers.Resizing(16, 16), "UpSampling2D"),
        (lambda: keras.layers.SpectralNormalization(keras.layers.Conv2D(2, 3)), "keras_gan.layers"),
    ],
)
def test_layers_without_a_second_derivative_are_refused_by_name(layer, remedy):
    made = layer()
    discriminator = keras.Sequential(
        [keras.layers.Input((8, 8, 1)), made, keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    generator, _ = tiny_networks()
    with pytest.raises(ValueError, match=f"{made.name}.*{remedy}"):
        tiny_gan(networks=(generator, discriminator), regularizers=["r1"])
    tiny_gan(networks=(generator, discriminator))  # without a penalty it is nobody's business


def test_lazy_penalties_beside_the_relativistic_loss_are_warned_about():
    penalties = [keras_gan.regularizers.R1Penalty(interval=8), keras_gan.regularizers.R2Penalty()]
    with pytest.warns(UserWarning, match="r1 with an interval.*interval=1"):
        tiny_gan(loss="relativistic", regularizers=penalties)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tiny_gan(loss="non_saturating", regularizers=penalties)


def test_weights_of_packed_images_are_refused(images):
    pair = keras_gan.networks.mlp(2, packing=2)
    gan = tiny_gan(networks=pair)
    with pytest.raises(ValueError, match="Packing"):
        gan.fit(np.zeros((8, 2), "float32"), sample_weight=np.ones(8), batch_size=4, verbose=0)
