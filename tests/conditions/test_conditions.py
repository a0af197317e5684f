"""The contract of all conditions, and models that are told them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.conditions import Images, Labels, Sequences, Tokens, Vectors, get, read_off
from tests.contracts import round_trip

# A condition, values that a batch may have, and values that it may not.
CASES = {
    "labels": (Labels(3), np.array([0, 2, 1, 0]), np.array([0, 3, 1, 0]), "Labels must be in 0 .. 2"),
    "vectors": (
        Vectors(2),
        np.zeros((4, 2), "float32"),
        np.full((4, 2), np.nan, "float32"),
        "contain NaN",
    ),
    "sequences": (
        Sequences(3, 2),
        np.zeros((4, 3, 2), "float32"),
        np.full((4, 3, 2), np.nan, "float32"),
        "contain NaN",
    ),
    "tokens": (
        Tokens(3, 5),
        np.array([[0, 4, 1]] * 4),
        np.array([[0, 5, 1]] * 4),
        r"Tokens must be in 0 .. 4",
    ),
    "images": (
        Images((8, 8, 1)),
        np.linspace(-1, 1, 256).reshape(4, 8, 8, 1).astype("float32"),
        np.full((4, 8, 8, 1), 2.0, "float32"),
        r"must be in \[-1, 1\]",
    ),
    "several": (
        get((3, Vectors(2))),
        (np.array([0, 2, 1, 0]), np.zeros((4, 2), "float32")),
        (np.array([0, 3, 1, 0]), np.zeros((4, 2), "float32")),
        "Labels must be in 0 .. 2",
    ),
}


def networks(condition):
    """Small networks that are told a condition, joined to what they are given."""

    def network(size, outputs, activation):
        given = keras.Input((size,))
        specs = tf.nest.flatten(condition.spec)
        told = [keras.Input(spec.shape[1:], dtype=spec.dtype.name) for spec in specs]
        parts = [given]
        for spec, x in zip(specs, told, strict=True):
            if spec.dtype.is_integer:
                x = keras.layers.Embedding(8, 3)(x)
            parts.append(keras.layers.Flatten()(x))
        x = keras.layers.Dense(8, activation="tanh")(keras.layers.Concatenate()(parts))
        return keras.Model([given, *told], keras.layers.Dense(outputs, activation=activation)(x))

    return network(4, 2, None), network(2, 1, None)


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


def batch_of(condition, values):
    return dict(zip(condition.keys, values if isinstance(values, tuple) else (values,), strict=True))


def test_a_gan_is_told_it_trains_saves_and_generates(case, tmp_path):
    condition, values, bad, message = case
    gan = keras_gan.GAN(*networks(condition), condition=condition, seed=0)
    gan.compile()
    data = {
        "image": np.random.default_rng(0).normal(size=(4, 2)).astype("float32"),
        **batch_of(condition, values),
    }
    gan.fit(data, batch_size=4, verbose=0)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert again.condition.get_config() == condition.get_config() or type(again.condition) is type(condition)
    given = batch_of(condition, values) if isinstance(values, tuple) else values
    np.testing.assert_array_equal(gan.generate(4, 0, labels=given), again.generate(4, 0, labels=given))
    # Another condition, another picture; one for all is one for each.
    one = tf.nest.map_structure(lambda x: x[0], values)
    every = tf.nest.map_structure(lambda x: np.repeat(x[:1], 4, axis=0), values)
    np.testing.assert_array_equal(gan.generate(4, 0, labels=one), gan.generate(4, 0, labels=every))
    with pytest.raises(ValueError, match=message):
        gan.fit({**data, **batch_of(condition, bad)}, batch_size=4, verbose=0)
    with pytest.raises(ValueError, match=f"no `{condition.keys[0]}`"):
        gan.fit(data["image"], batch_size=4, verbose=0)
    with pytest.raises(ValueError, match="must (be|have|contain)"):
        gan.fit(
            {**data, **batch_of(condition, tf.nest.map_structure(lambda x: x.astype("str"), values))},
            batch_size=4,
            verbose=0,
        )
    with pytest.raises(ValueError, match="`labels` must be"):
        gan.generate(4, 0, labels=np.zeros((7, 7, 7)))


def test_rows_of_grids(case):
    """Classes in their order; what cannot be made up is that of examples of the data."""
    condition, given, _, _ = case
    gan = keras_gan.GAN(*networks(condition), condition=condition, ema_decay=None)
    gan.compile()
    data = {"image": np.zeros((4, 2), "float32"), **batch_of(condition, given)}
    gan.fit(data, batch_size=4, verbose=0)
    latents, told = gan.grid_inputs(2, 3, seed=0)
    for kind, key in (("vectors", "condition"), ("images", "condition"), ("tokens", "tokens")):
        if case is CASES[kind]:
            np.testing.assert_array_equal(told[::3], data[key][[0, 3]])
    np.testing.assert_array_equal(latents[:3], latents[3:])
    for spec, values in zip(tf.nest.flatten(condition.spec), tf.nest.flatten(told), strict=True):
        assert values.shape == (6, *spec.shape[1:])
        np.testing.assert_array_equal(values[0], values[2])
    assert gan.grid_images((latents, told), 3)[0].shape == (6, 2)


def test_exports_are_told_it_too(case, tmp_path):
    condition, values, _, _ = case
    gan = keras_gan.GAN(*networks(condition), condition=condition, ema_decay=None)
    if isinstance(values, tuple):
        with pytest.raises(ValueError, match="one condition"):
            gan.export(tmp_path / "saved")
        return
    gan.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    np.testing.assert_allclose(
        saved.sample(4, 3, labels=tf.constant(values, condition.spec.dtype)),
        gan.generate(4, 3, labels=values),
        rtol=1e-5,
    )


def test_what_a_network_says_of_its_condition():
    for name in ("vectors", "sequences", "images"):
        condition = CASES[name][0]
        generator, discriminator = networks(condition)
        assert repr(read_off(generator)) == repr(condition)
        assert repr(keras_gan.ConditionalGAN(generator, discriminator).condition) == repr(condition)
    tokens = networks(CASES["tokens"][0])
    assert read_off(tokens[0]) is None
    with pytest.raises(ValueError, match="do not say what its condition is"):
        keras_gan.ConditionalGAN(*tokens)
    with pytest.raises(ValueError, match="not both"):
        keras_gan.ConditionalGAN(*tokens, num_classes=3, condition=Vectors(3))
    with pytest.raises(ValueError, match=r"\[latents, condition of shape \(None, 3\)\]"):
        keras_gan.GAN(*networks(Vectors(2)), condition=Vectors(3))
    with pytest.raises(ValueError, match="`condition` must be a number of classes"):
        get("classes")
    with pytest.raises(ValueError, match="`key` of its own"):
        get((Vectors(2), Vectors(2)))


@pytest.mark.slow
def test_infogan_with_classes():
    """Factors beside the classes: category and codes are recognised, and labels given."""
    size = {"latent_dim": 4 + 3 + 1, "filters": 4, "kernel_size": 3}
    pair = keras_gan.networks.dcgan((8, 8, 1), **size, num_classes=2, recognition=4)
    gan = keras_gan.InfoGAN(*pair, categories=3, codes=1, condition=2, seed=0)
    gan.compile()
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (16, 8, 8, 1)).astype("float32")
    history = gan.fit(images, np.arange(16) % 2, batch_size=8, verbose=0).history
    assert np.isfinite(history["mutual_information"]).all()
    assert gan.generate(4, 0, category=1, labels=[0, 1, 0, 1]).shape == (4, 8, 8, 1)
    assert (gan.generate(4, 0, category=1, labels=0) != gan.generate(4, 0, category=1, labels=1)).any()
    dataset = tf.data.Dataset.from_tensor_slices((images, np.arange(16) % 2)).batch(8, drop_remainder=True)
    assert round_trip(gan, dataset, batch_size=None).noise_dim == 4
    latents, labels = gan.grid_inputs(3, 4, seed=0)
    np.testing.assert_array_equal(labels, [0, 1, 0, 1] * 3)
    # Rows differ in their category alone.
    np.testing.assert_array_equal(latents[0, :4], latents[4, :4])


def test_the_old_hooks_say_what_they_are_now():
    for name in ("check_condition", "draw_latents"):
        with pytest.raises(TypeError, match=f"defines `{name}`"):
            type("Mine", (keras_gan.GAN,), {name: lambda self, *args: None})
    with pytest.raises(TypeError, match=r"`condition_of\(batch\)`"):
        type("Mine", (keras_gan.GAN,), {"condition": lambda self, batch: None})


def test_choices_are_drawn_by_their_frequencies():
    """A column at random, one of its categories by its counts; what an export is not given is drawn."""
    choices = keras_gan.conditions.Choices([[90, 10], [1, 1, 2]])
    drawn = choices.draw(40_000, tf.constant(3, "int64")).numpy()
    np.testing.assert_array_equal(drawn.sum(1), 1.0)
    np.testing.assert_allclose(drawn.mean(0), [0.45, 0.05, 0.125, 0.125, 0.25], atol=0.01)
    seed = tf.constant(3, "int64")
    np.testing.assert_array_equal(choices.fill(tf.constant(choices.missing), 40_000, seed), drawn)
    asked = np.eye(5, dtype="float32")[1]
    np.testing.assert_array_equal(choices.fill(tf.constant(asked), 4, seed), [asked] * 4)
