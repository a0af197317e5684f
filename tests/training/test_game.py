"""Games that are no GANs of two players: what `Game` gives to all of them."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

import keras_gan
from keras_gan import random
from keras_gan.callbacks import Checkpoint, Progress, StopAtStep
from tests.helpers import all_state, assert_same_state


@keras.saving.register_keras_serializable("tests")
class Three(keras_gan.Game):
    """A VAE-GAN of vectors: an encoder, a generator and a discriminator, each a player."""

    networks = ("encoder", "generator", "discriminator")
    players = {name: (name,) for name in ("discriminator", "generator", "encoder")}
    averaged = ("encoder", "generator")
    figure_names = ("discriminator_loss", "generator_loss", "encoder_loss", "kl")
    validation_names = ("error",)

    def draw(self, count, seed):
        return {"latents": random.normal((count, 2), seed)}

    def posterior(self, images, noise):
        mean, deviation = ops.split(self.encoder(images, training=True), 2, axis=-1)
        kl = 0.5 * ops.mean(ops.sum(mean**2 + ops.exp(2 * deviation) - 1 - 2 * deviation, axis=-1))
        return mean + ops.exp(deviation) * noise, ops.cast(kl, "float32")

    def update(self, batch):
        image = batch["image"]
        batch = batch | self.draw(tf.shape(image)[0], self.seed_generator)
        with self.record("encoder") as encoder_tape, self.record("generator") as generator_tape:
            z, kl = self.posterior(image, batch["latents"])
            made = self.generator(z, training=True)
            error = ops.cast(ops.mean((made - image) ** 2), "float32")

        def score(x, target):
            return ops.mean((ops.cast(self.discriminator(x, training=True), "float32") - target) ** 2)

        seen = tf.stop_gradient(made)
        figures = self.minimize("discriminator", lambda: (score(seen, 0.0) + score(image, 1.0), {}))
        figures |= self.minimize("generator", lambda: (error + 0.1 * score(made, 1.0), {}), generator_tape)
        return figures | self.minimize("encoder", lambda: (0.01 * kl + error, {"kl": kl}), encoder_tape)

    def validate(self, batch):
        mean, _ = ops.split(self.ema_encoder(batch["image"]), 2, axis=-1)
        made = self.ema_generator(mean)
        return {"error": ops.mean((made - batch["image"]) ** 2)}, batch["image"], made


def network(*sizes):
    return keras.Sequential(
        [
            keras.Input((sizes[0],)),
            *(keras.layers.Dense(n, "tanh") for n in sizes[1:-1]),
            keras.layers.Dense(sizes[-1], dtype="float32"),
        ]
    )


def three(**options):
    keras.utils.set_random_seed(0)
    game = Three(network(3, 8, 4), network(2, 8, 3), network(3, 8, 1), seed=0, ema_decay=0.9)
    rates = {f"{player}_optimizer": keras_gan.optimizers.Adam(3e-3) for player in Three.players}
    game.compile(**{**rates, **options})
    return game


ROWS = np.random.default_rng(0).uniform(-1, 1, (64, 3)).astype("float32")


def test_each_player_moves_its_own_networks_alone():
    game = three()
    before = {name: getattr(game, name).get_weights() for name in Three.networks}
    batch = game.unpack(ROWS[:8])
    for player in Three.players:
        game.minimize(player, lambda: (sum(ops.sum(w) for v in game.weights[:18] for w in [v]), {}))
        for name in Three.networks:
            moved = any((a != b).any() for a, b in zip(before[name], getattr(game, name).get_weights()))
            assert moved == (name == player), (player, name)
            before[name] = getattr(game, name).get_weights()
    assert [int(game.state.step_of(player)) for player in Three.players] == [1, 1, 1]
    assert set(game.update(batch)) == set(Three.figure_names)


@pytest.mark.slow
def test_it_learns_is_validated_and_averaged():
    game = three()
    history = game.fit(
        ROWS, batch_size=16, epochs=60, validation_data=ROWS, validation_freq=[1, 60], verbose=0
    ).history
    assert set(history) == {*Three.figure_names, "val_error"}
    assert history["val_error"][-1] < 0.5 * history["val_error"][0]
    assert game.ema_encoder is not game.encoder and game.session is None
    assert int(game.state.step) == int(game.state.encoder_step) == 240


def test_resumed_in_the_middle_of_an_epoch_to_the_bit(tmp_path, capsys):
    def fit(folder, *callbacks):
        game = three()
        saved = [*callbacks, keras.callbacks.CSVLogger(folder.with_suffix(".csv")), Checkpoint(folder)]
        history = game.fit(ROWS, batch_size=8, epochs=3, validation_data=ROWS, verbose=0, callbacks=saved)
        return game, history.history

    whole, history = fit(tmp_path / "whole")
    fit(tmp_path / "cut", StopAtStep(11), Progress(24))
    assert "step 10/24  discriminator_loss" in capsys.readouterr().out
    again, resumed = fit(tmp_path / "cut")
    assert_same_state(whole, again)
    assert history == resumed
    assert len(all_state(whole)) > len(whole.weights) + 3 * 6
    training = json.loads((next((tmp_path / "cut").glob("step-00000024")) / "training.json").read_text())
    assert set(training["rates"]) == set(Three.players)


def test_saved_and_loaded_it_goes_on(tmp_path):
    game = three(encoder_optimizer=keras.optimizers.RMSprop(1e-3))
    game.fit(ROWS, batch_size=16, verbose=0)
    game.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras")
    assert isinstance(loaded.encoder_optimizer, keras.optimizers.RMSprop)
    for model in (game, loaded):
        model.fit(ROWS, batch_size=16, verbose=0)
    assert_same_state(game, loaded)


@pytest.mark.parametrize(
    ("policy", "options"),
    [
        ("float32", {"jit_compile": True}),
        ("mixed_bfloat16", {}),
        ("mixed_float16", {}),
        ("float32", {"steps_per_execution": 2}),
    ],
)
def test_precisions_and_xla(policy, options):
    keras.config.set_dtype_policy(policy)
    history = three(**options).fit(ROWS, batch_size=16, epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.mark.slow
def test_two_replicas_equal_one_device(mirrored):
    one = three()
    with mirrored.scope():
        two = three()
    for game in (one, two):
        game.fit(ROWS, batch_size=16, epochs=2, verbose=0)
    for a, b in zip(one.weights, two.weights, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-5)


def test_what_is_missing_or_too_much_is_said():
    with pytest.raises(ValueError, match="takes the networks encoder, generator, discriminator"):
        Three(network(3, 4), network(2, 3))
    with pytest.raises(ValueError, match=r"takes its networks one by one: `Three\(\*networks\)`"):
        Three([network(3, 4), network(2, 3), network(3, 1)])
    with pytest.raises(ValueError, match="`discriminator` must be a keras.Model"):
        Three(network(3, 4), network(2, 3), 5)
    with pytest.raises(
        TypeError, match="`Three.compile` has no `loss`. It takes discriminator_optimizer, enc"
    ):
        three(loss="hinge")
    with pytest.raises(ValueError, match="pass `encoder_optimizer=` and `generator_optimizer=` and `disc"):
        three(optimizer="adam")
    with pytest.raises(ValueError, match=r"Received: 3 in order, and by name \['encoder'\]"):
        Three(network(3, 4), network(2, 3), network(3, 1), encoder=network(3, 4))
    adam = keras_gan.optimizers.Adam()
    with pytest.raises(ValueError, match="must be 3 objects"):
        three(encoder_optimizer=adam, generator_optimizer=adam)
    frozen = network(3, 1)
    frozen.trainable = False
    game = Three(network(3, 4), network(2, 3), frozen)
    with pytest.raises(ValueError, match="The discriminator has no trainable weights"):
        game.compile()

    class Undeclared(Three):
        validation_names = ()

    game = Undeclared(network(3, 4), network(2, 3), network(3, 1))
    game.compile()
    with pytest.raises(ValueError, match=r"`validate` of Undeclared must compute .*Received: \['error'\]"):
        game.evaluate(ROWS, verbose=0)

    class Silent(Three):
        figure_names = (*Three.figure_names, "forgotten")

    game = Silent(network(3, 4), network(2, 3), network(3, 1))
    game.compile()
    with pytest.raises(ValueError, match=r"missing: \['forgotten'\]"):
        game.fit(ROWS, verbose=0)
