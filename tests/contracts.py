"""What every part of a kind must do. A part's test names its contract and gives its own figures."""

import inspect
import json
import tempfile

import keras
import numpy as np
import tensorflow as tf

import keras_gan
from keras_gan.callbacks import Checkpoint, StopAtStep
from keras_gan.regularizers import Turn
from tests.helpers import all_state, assert_same_state, tiny_gan, tiny_networks

REAL = np.array([-5.0, 1.4, 12.5, 2.7])
FAKE = np.array([10.0, 4.4, -5.5, 3.6])


def check_config(part, arguments):
    """The config holds every constructor argument, survives JSON and makes the same part again."""
    signature = set(inspect.signature(type(part)).parameters)
    assert set(part.get_config()) == signature
    for name, value in arguments.items():
        assert part.get_config()[name] == value, name
    text = json.dumps(keras.saving.serialize_keras_object(part))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(again) is type(part)
    assert json.dumps(keras.saving.serialize_keras_object(again)) == text


def loss_contract(cls, alias, *, generator, discriminator, arguments=None, largest=1e4):
    """A loss: published values, dtypes, patches, weights, gradients, config, alias, a training step.

    Args:
        largest: logits of this size must still give finite losses and gradients.
    """
    loss = cls()
    assert type(keras_gan.losses.get(alias)) is cls
    np.testing.assert_allclose(loss.generator_loss(FAKE, REAL), generator, rtol=0, atol=6e-6)
    np.testing.assert_allclose(loss.discriminator_loss(REAL, FAKE), discriminator, rtol=0, atol=6e-6)
    # Any shape of logits: patches are more of the same.
    patches = [np.broadcast_to(x[:, None, None, None], (4, 3, 2, 1)) for x in (REAL, FAKE)]
    np.testing.assert_allclose(
        loss.discriminator_loss(*patches), loss.discriminator_loss(REAL, FAKE), rtol=1e-6
    )
    # Weights multiply the terms of real images; all ones change nothing, zeros leave the fakes' term.
    weighted = [loss.discriminator_loss(REAL, FAKE, w * np.ones(4)) for w in (0.0, 1.0, 2.0)]
    np.testing.assert_allclose(weighted[1], loss.discriminator_loss(REAL, FAKE), rtol=1e-6)
    np.testing.assert_allclose(weighted[2] - weighted[1], weighted[1] - weighted[0], rtol=1e-5)
    # Half precision logits are computed in float32; float64 stays float64.
    half = loss.discriminator_loss(tf.cast(REAL, tf.float16), tf.cast(FAKE, tf.float16))
    assert half.dtype == tf.float32 and np.isclose(half, discriminator, rtol=5e-3)
    assert loss.generator_loss(tf.constant(FAKE, tf.float64), REAL).dtype == tf.float64
    # Extreme logits give finite losses, and gradients that push real logits up and fake ones down.
    logits = tf.constant([-largest, -1.0, 0.5, 1.0, largest])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        real_side = loss.discriminator_loss(logits, tf.zeros(5))
        fake_side = loss.discriminator_loss(tf.zeros(5), logits)
        generator_side = loss.generator_loss(logits, tf.zeros(5))
    for side, sign in ((real_side, -1), (fake_side, 1), (generator_side, -1)):
        gradient = tape.gradient(side, logits).numpy()
        assert np.isfinite(side) and np.isfinite(gradient).all()
        assert sign * gradient[2] > 0
    check_config(cls(**(arguments or {})), arguments or {})
    part_contract(loss=cls())


def penalty_contract(cls, alias, *, arguments, linear):
    """A penalty: value for a linear critic, config, alias, laziness, a training step.

    Args:
        linear: function from ||w|| to the weighted penalty of the critic w.x, with `arguments`.
    """
    penalty = cls(**arguments)
    assert type(keras_gan.regularizers.get(alias)) is cls and penalty.name == alias
    check_config(penalty, arguments)
    w = np.random.default_rng(0).normal(size=(6, 1)).astype("float32")

    class Linear:
        seed_generator = keras.random.SeedGenerator(0)
        pack_size = 1

        def discriminate(self, images, condition=None):
            return tf.reshape(images, (-1, 6)) @ w

    real, fake = np.random.default_rng(1).normal(size=(2, 5, 3, 2, 1)).astype("float32")
    for scale in (0.0, 0.3, 3.0):
        w = (scale * w / max(np.linalg.norm(w), 1e-9)).astype("float32") if scale else 0 * w
        turn = Turn(tf.constant(real), tf.constant(fake))
        value = penalty.weight_at(0) * penalty.penalty(Linear(), turn)
        np.testing.assert_allclose(value, linear(scale), rtol=2e-5, atol=2e-5)
        w = np.random.default_rng(0).normal(size=(6, 1)).astype("float32")
    part_contract(regularizers=[cls(**arguments)])
    lazy_contract(cls, arguments)


def lazy_contract(cls, arguments):
    """With interval 2, every second discriminator step has twice the penalty and the others none."""
    gan = tiny_gan(regularizers=[cls(**{**arguments, "interval": 2})], run_eagerly=True)
    images = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
    values = [gan.train_on_batch(images, return_dict=True) for _ in range(4)]
    steps = np.array([float(figures[cls.name]) for figures in values])
    assert steps[0] > 0 and steps[2] > 0
    np.testing.assert_allclose(steps[[1, 3]], 0.0, atol=1e-6)


def part_contract(**parts):
    """Whatever is given to `compile`: steps move each player, save -> load -> the same step.

    The step's Python is run; compiled graphs of every part are in tests/test_combinations.py.
    """
    images = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")
    gan = tiny_gan(**parts, run_eagerly=True)
    before = all_state(gan)
    gan.fit(images, batch_size=8, epochs=1, verbose=0)
    after = all_state(gan)
    for player in ("generator", "discriminator"):
        kernels = [n for n in after if f" {player}/" in n or ("kernel" in n and "optimizer" not in n)]
        assert any((before[n] != after[n]).any() for n in kernels), player
    assert all(np.isfinite(value).all() for value in after.values())
    round_trip(gan, images)


def round_trip(gan, images, batch_size=8):
    """A saved and loaded model trains on exactly like the one in memory."""
    with tempfile.TemporaryDirectory() as folder:
        gan.save(f"{folder}/gan.keras")
        again = keras.saving.load_model(f"{folder}/gan.keras")
    assert type(again) is type(gan)
    assert_same_state(gan, again)
    for model in (gan, again):
        model.fit(images, batch_size=batch_size, epochs=1, verbose=0)
    assert_same_state(gan, again)
    np.testing.assert_array_equal(gan.generate(3, seed=1), again.generate(3, seed=1))
    return again


def layer_contract(layer, inputs, shape, *, second_order=True, draws=False):
    """A layer: shape, symbolic shape, config, half precision, XLA, second derivative.

    Args:
        layer: the layer, not built.
        inputs: array or list of arrays.
        shape: of the output.
        second_order: whether the gradient's gradient is compared with finite differences.
        draws: whether the layer draws random numbers, which are others under XLA and in float16.
    """
    config = keras.saving.serialize_keras_object(layer)
    outputs = layer(inputs)
    assert tuple(outputs.shape) == shape and np.isfinite(outputs).all()
    symbolic = [keras.KerasTensor((None, *x.shape[1:]), x.dtype.name) for x in keras.tree.flatten(inputs)]
    symbolic = layer(symbolic if isinstance(inputs, list) else symbolic[0])
    assert tuple(symbolic.shape[1:]) == shape[1:]
    again = _again(layer, config, inputs)
    np.testing.assert_array_equal(again(inputs), outputs)
    compiled = tf.function(lambda x: layer(x), jit_compile=True)(inputs)
    half = _again(layer, config, inputs, "mixed_float16")(inputs)
    assert half.dtype == tf.float16
    if not draws:
        np.testing.assert_allclose(compiled, outputs, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(half, outputs, rtol=0.03, atol=0.03)
    if second_order:
        check_second_order(layer, inputs)


def _again(layer, config, inputs, dtype=None):
    """The layer made anew from its config, with the same weights."""
    config = json.loads(json.dumps(config))
    if dtype:
        config["config"]["dtype"] = dtype
        if "layer" in config["config"]:
            config["config"]["layer"]["config"]["dtype"] = dtype
    again = keras.saving.deserialize_keras_object(config)
    again(inputs)
    again.set_weights(layer.get_weights())
    return again


def check_second_order(layer, inputs):
    """The derivative of ||grad_x sum tanh(layer(x))||^2 along random directions of weights and inputs.

    In float64 it equals finite differences; in float32 and mixed precision it is near that.
    """
    config = keras.saving.serialize_keras_object(layer)
    rng = np.random.default_rng(0)
    x, *rest = keras.tree.flatten(inputs)
    shapes = [x.shape, *(v.shape for v in layer.trainable_variables)]
    directions = [rng.normal(size=shape) / np.sqrt(np.prod(shape)) for shape in shapes]
    for dtype in ("float64", "float32", "mixed_float16"):
        again = _again(layer, config, inputs, dtype)
        variables = [v.value for v in again.trainable_variables]
        wide = "float64" if dtype == "float64" else "float32"
        start = tf.cast(x, wide)

        def penalty(x, again=again, wide=wide):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = again([x, *map(tf.constant, rest)] if rest else x)
                total = tf.reduce_sum(tf.tanh(tf.cast(y, wide)))
            return tf.reduce_sum(tf.convert_to_tensor(tape.gradient(total, x)) ** 2)

        with tf.GradientTape() as tape:
            tape.watch(start)
            value = penalty(start)
        gradients = tape.gradient(value, [start, *variables], unconnected_gradients="zero")
        pairs = zip(gradients, directions, strict=True)
        analytic = sum(
            float(tf.reduce_sum(tf.cast(tf.convert_to_tensor(g), "float64") * d)) for g, d in pairs
        )
        if dtype == "float64":
            ends, step = [], 1e-5
            for sign in (1, -1):
                for variable, direction in zip(variables, directions[1:], strict=True):
                    variable.assign_add(sign * step * direction)
                ends.append(float(penalty(start + sign * step * directions[0])))
                for variable, direction in zip(variables, directions[1:], strict=True):
                    variable.assign_sub(sign * step * direction)
            exact = (ends[0] - ends[1]) / (2 * step)
            np.testing.assert_allclose(analytic, exact, rtol=1e-4, atol=1e-7)
        else:
            near = 1e-3 if dtype == "float32" else 0.03
            np.testing.assert_allclose(analytic, exact, rtol=near, atol=near * (0.1 + abs(float(value))))


def network_contract(
    networks,
    *,
    latent_dim,
    image_shape,
    generator_params=None,
    discriminator_params=None,
    bounded=True,
):
    """A pair of networks: shapes, parameter counts, range, save and load, mixed precision."""
    generator, discriminator = networks
    assert generator.input_shape == (None, latent_dim)
    assert generator.output_shape == discriminator.input_shape == (None, *image_shape)
    assert discriminator.output_shape == (None, 1)
    if generator_params is not None:
        assert generator.count_params() == generator_params
    if discriminator_params is not None:
        assert discriminator.count_params() == discriminator_params
    images = generator(np.random.default_rng(0).normal(size=(2, latent_dim)).astype("float32"))
    assert np.isfinite(images).all()
    if bounded and len(image_shape) == 3:
        assert np.abs(images).max() <= 1
    for network in networks:
        again = type(network).from_config(network.get_config())
        assert again.count_params() == network.count_params()


def model_contract(cls, *, loss, regularizers, discriminator_steps, learning_rate, optimizer):
    """A variant: its paper's choices, a bare `compile()`, a training step, save and load."""
    gan = tiny_gan(cls)
    assert type(gan.adversarial_loss).__name__ == loss
    assert [r.get_config() for r in gan.regularizers] == [r.get_config() for r in regularizers]
    assert [type(r) for r in gan.regularizers] == [type(r) for r in regularizers]
    assert gan.discriminator_steps == discriminator_steps
    for player in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert type(player).__name__ == optimizer
        np.testing.assert_allclose(player.learning_rate, learning_rate, rtol=1e-6)
    images = np.random.default_rng(0).uniform(-1, 1, (16 * discriminator_steps, 8, 8, 1)).astype("float32")
    history = gan.fit(images, batch_size=8, epochs=1, verbose=0).history
    assert int(gan.state.generator_step) == 2 and int(gan.state.discriminator_step) == 2 * discriminator_steps
    assert set(history) == set(gan.figure_names)
    round_trip(gan, images)
    return gan


def metric_contract(metric, figures, *, labels=None, size=16, channels=1, tolerance=1e-6, of_pairs=False):
    """A metric: figures by hand, free of batches, config, `evaluate`, save and load.

    Args:
        metric: function that makes it anew.
        figures: names of what it logs.
        labels: int labels, for metrics that need them.
        size, channels: of the images.
        tolerance: relative, between one batch and several.
        of_pairs: whether it is for models from image to image alone (tests/models/test_translation.py).

    Returns:
        function (real, fake) -> dict of figures, for tests of values.
    """

    def measure(real, fake, batch_size=None):
        one = metric()
        for start in range(0, len(real), batch_size or len(real)):
            part = slice(start, start + (batch_size or len(real)))
            one.update_state(real[part], fake[part], None if labels is None else labels[part])
        result = one.result()
        return result if isinstance(result, dict) else {one.name: result}

    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 48, size, size, channels)).astype("float32")
    whole, parts = measure(real, fake), measure(real, fake, 20)
    assert sorted(whole) == sorted(figures) and all(isinstance(v, (float, int)) for v in whole.values())
    for name, value in whole.items():
        np.testing.assert_allclose(parts[name], value, rtol=tolerance, atol=1e-9, err_msg=name)
    # uint8 images and the floats that they stand for are the same.
    levels = [keras_gan.data.to_uint8(x).numpy() for x in (real, fake)]
    floats = [keras_gan.data.from_uint8(x).numpy() for x in levels]
    assert measure(*levels) == measure(*floats)
    one = metric()
    check_config(one, {})
    one.update_state(real, fake, labels)
    before = one.result()
    one.reset_state()
    one.update_state(real, fake, labels)
    np.testing.assert_equal(one.result(), before)
    if labels is None and not of_pairs:
        gan = tiny_gan(networks=tiny_networks(channels, size=size), metrics=[metric()])
        found = gan.evaluate(real, batch_size=20, return_dict=True, verbose=0)
        assert set(figures) <= set(found)
        with tempfile.TemporaryDirectory() as folder:
            gan.save(f"{folder}/gan.keras")
            again = keras.saving.load_model(f"{folder}/gan.keras")
        assert again.evaluate(real, batch_size=20, return_dict=True, verbose=0) == found
    return measure


def game_contract(make, images, tmp_path, mirrored, plain=None):
    """Of any game: resumed in the middle of an epoch, saved and loaded, and on two replicas it is the same training.

    Args:
        make: function without arguments to a compiled model, the same at each call.
        plain: the same for the two replicas, of which no gradient is 0 but for rounding (Adam's step would be of any sign).
        images: array of 64 images.
        tmp_path: a folder.
        mirrored: `tf.distribute.MirroredStrategy` of two replicas.
    """

    def fit(folder, *callbacks):
        model = make()
        model.fit(images, batch_size=16, epochs=3, verbose=0, callbacks=[*callbacks, Checkpoint(folder)])
        return model

    whole = fit(tmp_path / "whole")
    fit(tmp_path / "cut", StopAtStep(6))
    assert_same_state(whole, fit(tmp_path / "cut"))
    whole.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.get_config().keys() == whole.get_config().keys()
    for model in (whole, loaded):
        model.fit(images, batch_size=16, verbose=0)
    assert_same_state(whole, loaded)

    plain = plain or make
    alone = plain()
    with mirrored.scope():
        together = plain()
    for model in (alone, together):
        model.fit(images, batch_size=16, verbose=0)
    for a, b in zip(alone.get_weights(), together.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5)
    return loaded
