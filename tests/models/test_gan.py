import itertools
import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from tests.contracts import model_contract, round_trip
from tests.helpers import all_state, assert_same_state, tiny_gan, tiny_networks


def test_contract():
    gan = model_contract(
        keras_gan.GAN,
        loss="NonSaturatingLoss",
        regularizers=[],
        discriminator_steps=1,
        learning_rate=2e-4,
        optimizer="Adam",
    )
    assert gan.generator_optimizer.beta_1 == 0.5


# === The update ===


class Spy(keras_gan.GAN):
    """Notes what each objective was given; run eagerly."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.notes = {"forward": [], "real": [], "fake": [], "generator_fake": []}

    def forward(self, batch):
        fake = super().forward(batch)
        self.notes["forward"].append(fake.numpy())
        return fake

    def discriminator_objective(self, turn):
        self.notes["real"].append(turn.real.numpy())
        self.notes["fake"].append(turn.fake.numpy())
        return super().discriminator_objective(turn)

    def generator_objective(self, turn):
        self.notes["generator_fake"].append(turn.fake.numpy())
        return super().generator_objective(turn)


def test_fresh_reals_for_each_discriminator_step_and_one_generator_pass_fewer(images):
    gan = tiny_gan(Spy, discriminator_steps=4, run_eagerly=True)
    gan.fit(images, batch_size=8, verbose=0)
    # 64 images are 8 batches are 2 steps of 4 rounds.
    assert [len(gan.notes[n]) for n in ("forward", "real", "fake", "generator_fake")] == [8, 8, 8, 2]
    seen = np.concatenate(gan.notes["real"]).reshape(64, -1)
    assert len(np.unique(seen, axis=0)) == 64
    # The generator's step sees the very fakes of the last discriminator step.
    np.testing.assert_array_equal(gan.notes["generator_fake"][0], gan.notes["forward"][3])
    np.testing.assert_array_equal(gan.notes["fake"][3], gan.notes["forward"][3])


def test_each_player_moves_its_own_weights_only(images):
    for still, moving in (("generator", "discriminator"), ("discriminator", "generator")):
        optimizers = {f"{still}_optimizer": keras.optimizers.SGD(0.0), f"{moving}_optimizer": "adam"}
        gan = tiny_gan(**optimizers)
        before = {n: [v.numpy() for v in getattr(gan, n).trainable_variables] for n in (still, moving)}
        gan.train_on_batch(images)
        after = {n: [v.numpy() for v in getattr(gan, n).trainable_variables] for n in (still, moving)}
        assert all((a == b).all() for a, b in zip(before[still], after[still], strict=True))
        assert all((a != b).any() for a, b in zip(before[moving], after[moving], strict=True))


def test_generators_step_leaves_the_discriminators_moving_statistics(images):
    """They see the real and the fake batch of the discriminator's step, one after the other."""
    networks = tiny_networks(discriminator_normalization="batch", size=16)
    gan = tiny_gan(Spy, networks=networks, run_eagerly=True)
    real = np.random.default_rng(1).uniform(-1, 1, (8, 16, 16, 1)).astype("float32")
    twin = keras.models.clone_model(gan.discriminator)
    twin.set_weights(gan.discriminator.get_weights())
    gan.train_on_batch(real)
    twin(real, training=True)
    twin(gan.notes["forward"][0], training=True)
    assert len(twin.non_trainable_weights) == 2
    for mine, expected in zip(
        gan.discriminator.non_trainable_weights, twin.non_trainable_weights, strict=True
    ):
        np.testing.assert_array_equal(mine, expected)


def test_one_step_equals_the_mathematics_by_hand(images):
    """D's gradient step on the non-saturating loss, then G's through the moved D."""
    gan = tiny_gan(
        Spy,
        generator_optimizer=keras.optimizers.SGD(0.1),
        discriminator_optimizer=keras.optimizers.SGD(0.1),
        run_eagerly=True,
    )
    g, d = (keras.models.clone_model(n) for n in (gan.generator, gan.discriminator))
    g.set_weights(gan.generator.get_weights())
    d.set_weights(gan.discriminator.get_weights())
    latents = keras.random.normal((64, 4), seed=keras.random.SeedGenerator(0))
    gan.train_on_batch(images)
    softplus = tf.math.softplus
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(softplus(-d(images, training=True)))
        loss += tf.reduce_mean(softplus(d(g(latents, training=True), training=True)))
    for v, grad in zip(
        d.trainable_variables, tape.gradient(loss, [v.value for v in d.trainable_variables]), strict=True
    ):
        v.assign_sub(0.1 * grad)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(softplus(-d(g(latents, training=True), training=True)))
    for v, grad in zip(
        g.trainable_variables, tape.gradient(loss, [v.value for v in g.trainable_variables]), strict=True
    ):
        v.assign_sub(0.1 * grad)
    for mine, expected in zip(gan.generator.trainable_variables, g.trainable_variables, strict=True):
        np.testing.assert_allclose(mine, expected, atol=1e-7)
    for mine, expected in zip(gan.discriminator.trainable_variables, d.trainable_variables, strict=True):
        np.testing.assert_allclose(mine, expected, atol=1e-7)


def test_weight_regularizers_of_layers_count(images):
    def networks(decay):
        keras.utils.set_random_seed(0)
        discriminator = keras.Sequential(
            [
                keras.layers.Input((8, 8, 1)),
                keras.layers.Flatten(),
                keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(decay)),
            ]
        )
        return tiny_networks()[0], discriminator

    losses = [tiny_gan(networks=networks(d)).train_on_batch(images, return_dict=True) for d in (0.0, 1.0)]
    assert losses[0]["d_adversarial"] == pytest.approx(losses[1]["d_adversarial"], rel=1e-5)
    assert losses[1]["d_loss"] > losses[1]["d_adversarial"] + 0.1


# === EMA ===


def test_ema_warms_up_and_copies_moving_statistics(images):
    networks = tiny_networks(size=8)
    gan = tiny_gan(networks=networks, ema_decay=0.15, generator_optimizer=keras.optimizers.SGD(0.5))
    expected = [w.copy() for w in gan.generator.get_weights()]
    trainable = [any(v is t for t in gan.generator.trainable_weights) for v in gan.generator.weights]
    for step in range(4):
        gan.train_on_batch(images)
        decay = min(0.15, (1 + step) / (10 + step))
        now = gan.generator.get_weights()
        expected = [
            decay * e + (1 - decay) * w if t else w for e, w, t in zip(expected, now, trainable, strict=True)
        ]
    for mine, value in zip(gan.ema_generator.get_weights(), expected, strict=True):
        np.testing.assert_allclose(mine, value, atol=1e-6)
    assert not all(trainable)


def test_ema_off(images):
    gan = tiny_gan(ema_decay=None)
    assert gan.ema_generator is gan.generator
    gan.fit(images, batch_size=16, verbose=0)
    round_trip(gan, images)


# === Generating ===


def test_generate(images):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, verbose=0)
    first = gan.generate(10, seed=5)
    assert first.shape == (10, 8, 8, 1) and first.dtype == np.uint8
    np.testing.assert_array_equal(first, gan.generate(10, seed=5, batch_size=3))
    assert (first != gan.generate(10, seed=6)).any()
    assert (gan.generate(4) != gan.generate(4)).any()
    flat = gan.generate(4, seed=1, truncation=0.0)
    np.testing.assert_array_equal(flat, np.broadcast_to(flat[:1], flat.shape))
    for bad in (0, -1, 2.5, "many"):
        with pytest.raises(ValueError, match="`n`"):
            gan.generate(bad)


def test_generate_leaves_training_alone(images):
    a, b = tiny_gan(), tiny_gan()
    a.fit(images, batch_size=16, verbose=0)
    b.fit(images, batch_size=16, verbose=0)
    a.generate(5, seed=0), a.generate(5), a.evaluate(images, verbose=0)
    a.fit(images, batch_size=16, verbose=0)
    b.fit(images, batch_size=16, verbose=0)
    assert_same_state(a, b)


def test_predict_and_call_use_the_ema_generator(images):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, verbose=0)
    latents = gan.sample_latents(5, seed=0)
    expected = gan.ema_generator(latents, training=False)
    np.testing.assert_allclose(gan.predict(latents, verbose=0), expected, atol=1e-6)
    np.testing.assert_allclose(gan(latents), expected, atol=1e-6)
    assert np.abs(expected - gan.generator(latents, training=False)).max() > 1e-4


def test_vectors():
    gan = tiny_gan(networks=keras_gan.networks.mlp(data_dim=2, hidden=(8,)))
    gan.fit(np.random.default_rng(0).normal(size=(64, 2)).astype("float32") * 9, verbose=0)
    assert gan.generate(5, seed=0).shape == (5, 2) and gan.generate(5).dtype == np.float32


# === Precision, XLA, clipping, accumulation ===


@pytest.mark.parametrize("policy", [pytest.param("mixed_float16", marks=pytest.mark.slow), "mixed_bfloat16"])
@pytest.mark.parametrize("model", [keras_gan.GAN, pytest.param(keras_gan.WGANGP, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_mixed_precision_tracks_float32(images, policy, model):
    parts = {"regularizers": ["r1"]} if model is keras_gan.GAN else {}
    full = tiny_gan(model, **parts).fit(images, batch_size=8, epochs=5, verbose=0).history
    keras.config.set_dtype_policy(policy)
    gan = tiny_gan(model, **parts)
    history = gan.fit(images, batch_size=8, epochs=5, verbose=0).history
    scaled = [isinstance(o, keras.optimizers.LossScaleOptimizer) for o in gan.optimizer.optimizers]
    assert scaled == [policy == "mixed_float16"] * 2
    assert gan.generator.layers[1].compute_dtype == policy.removeprefix("mixed_")
    assert (
        gan.generator(tf.zeros((1, 4))).dtype == gan.discriminator(tf.zeros((1, 8, 8, 1))).dtype == tf.float32
    )
    for name in ("d_loss", "g_loss"):
        np.testing.assert_allclose(history[name], full[name], rtol=0.05, atol=0.02)
    round_trip(gan, images)


class FixedLatents(keras_gan.GAN):
    """XLA draws other numbers from the same seed; with fixed ones the arithmetic can be compared."""

    def forward(self, batch):
        size = batch["image"].shape[0]
        return self.generator(tf.reshape(tf.linspace(-2.0, 2.0, size * 4), (size, 4)), training=True)


@pytest.mark.parametrize("loss", ["non_saturating", pytest.param("wasserstein", marks=pytest.mark.slow)])
@pytest.mark.slow
def test_jit_compile_computes_the_same(images, loss):
    trained = []
    for jit_compile in (False, True):
        gan = tiny_gan(
            FixedLatents,
            loss=loss,
            regularizers=["r1", keras_gan.regularizers.WeightClipping(0.1, interval=2)],
            generator_optimizer=keras.optimizers.SGD(0.01),
            discriminator_optimizer=keras.optimizers.SGD(0.01),
            discriminator_steps=2,
            jit_compile=jit_compile,
        )
        gan.fit(images, batch_size=8, epochs=1, verbose=0)
        trained.append(all_state(gan))
    for name, value in trained[0].items():
        np.testing.assert_allclose(value, trained[1][name], atol=5e-5, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("model", [keras_gan.WGAN, keras_gan.WGANGP])
def test_jit_compile_of_the_critics(images, model):
    histories = [
        tiny_gan(model, jit_compile=jit).fit(images, batch_size=8, epochs=4, verbose=0).history
        for jit in (False, True)
    ]
    for name in ("d_loss", "g_loss"):
        np.testing.assert_allclose(histories[0][name], histories[1][name], rtol=0.2, atol=0.05)


@pytest.mark.slow
def test_lazy_penalty_under_jit(images):
    gan = tiny_gan(regularizers=[keras_gan.regularizers.R1Penalty(1.0, interval=4)], jit_compile=True)
    assert np.isfinite(gan.fit(images, batch_size=8, verbose=0).history["r1"]).all()


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_jit_compile_in_mixed_precision(images, policy):
    keras.config.set_dtype_policy(policy)
    gan = tiny_gan(keras_gan.WGANGP, jit_compile=True)
    history = gan.fit(images, batch_size=8, epochs=2, verbose=0).history
    assert np.isfinite(history["d_loss"]).all()


@pytest.mark.parametrize("option", ["clipnorm", "global_clipnorm"])
def test_gradient_clipping_of_either_player(images, option):
    for player in ("generator", "discriminator"):
        gan = tiny_gan(**{f"{player}_optimizer": keras.optimizers.SGD(1.0, **{option: 1e-3})})
        variables = getattr(gan, player).trainable_variables
        before = [v.numpy() for v in variables]
        gan.train_on_batch(images)
        moved = [np.linalg.norm(v - b) for v, b in zip(variables, before, strict=True)]
        largest = np.linalg.norm(moved) if option == "global_clipnorm" else max(moved)
        assert 0 < largest <= 1e-3 * 1.001


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_gradient_accumulation_of_either_player(images, player):
    optimizer = keras.optimizers.SGD(0.1, gradient_accumulation_steps=2)
    gan = tiny_gan(**{f"{player}_optimizer": optimizer})
    kernel = getattr(gan, player).trainable_variables[0]
    values = [kernel.numpy()]
    for _ in range(4):
        gan.train_on_batch(images)
        values.append(kernel.numpy())
    changed = [(a != b).any() for a, b in itertools.pairwise(values)]
    assert changed == [False, True, False, True]


def test_learning_rate_schedules_survive_saving(images):
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 100)
    gan = tiny_gan(generator_optimizer=keras.optimizers.Adam(schedule))
    gan.fit(images, batch_size=16, verbose=0)
    again = round_trip(gan, images)
    assert float(again.generator_optimizer.learning_rate) < 1e-3


def test_dropout_state_is_saved(images):
    discriminator = keras.Sequential(
        [
            keras.layers.Input((8, 8, 1)),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1),
        ]
    )
    gan = tiny_gan(networks=(tiny_networks()[0], discriminator))
    gan.fit(images, batch_size=16, verbose=0)
    round_trip(gan, images)


def test_compiled_twice_still_saves(images):
    gan = tiny_gan()
    gan.compile(regularizers=["r1"])
    gan.fit(images, batch_size=16, verbose=0)
    round_trip(gan, images)


def test_model_without_compile_loads(images, tmp_path):
    gan = keras_gan.GAN(*tiny_networks())
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(gan.generate(2, seed=0), again.generate(2, seed=0))
    with pytest.raises(ValueError, match="compile"):
        again.fit(images)


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_a_frozen_player_is_refused(player):
    networks = dict(zip(("generator", "discriminator"), tiny_networks(), strict=True))
    networks[player].trainable = False
    gan = keras_gan.GAN(**networks)
    with pytest.raises(ValueError, match=f"The {player} has no trainable weights"):
        gan.compile()
    networks[player].trainable = True
    gan.compile()
    networks[player].trainable = False
    with pytest.raises(ValueError, match=f"The {player} has no trainable weights"):
        gan.fit(np.zeros((16, 8, 8, 1), "float32"), verbose=0)


def test_test_on_batch_is_of_that_batch_alone(images):
    gan = tiny_gan()
    a, b = images[:16], images[16:32] * 0.5
    first, _, third = (gan.test_on_batch(batch, return_dict=True) for batch in (a, b, a))
    assert first == third
    assert list(first.values()) == gan.test_on_batch(a) == gan.evaluate(a, batch_size=16, verbose=0)


def test_files_keep_names_of_classes_and_data(tmp_path, images):
    networks = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=2)
    gan = keras_gan.ConditionalGAN(*networks, num_classes=2, class_names=["cat", "dog"], dataset_name="pets")
    gan.compile()
    gan.fit(images, np.arange(64) % 2, batch_size=16, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.class_names == ["cat", "dog"]
    metadata = json.loads((pathlib.Path(loaded.export(tmp_path / "saved")) / "metadata.json").read_text())
    assert metadata["class_names"] == ["cat", "dog"] and metadata["dataset"] == "the arrays"


def test_classes_of_another_numbering_are_refused(tmp_path, images):
    def named(names):
        dataset = keras_gan.data.from_arrays(images, np.arange(64) % 2, batch_size=16)
        dataset.stream.class_names = names
        return dataset

    networks = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=2)
    gan = tiny_gan(lambda *n, **k: keras_gan.ConditionalGAN(*n, num_classes=2, **k), networks=networks)
    with pytest.raises(
        ValueError, match=r"validation data are \['b', 'a'\], those of the training \['a', 'b'\]"
    ):
        gan.fit(named(["a", "b"]), validation_data=named(["b", "a"]), verbose=0)
    gan.fit(named(["a", "b"]), validation_data=named(["a", "b"]), verbose=0)
    with pytest.raises(ValueError, match="another class"):
        gan.evaluate(named(["b", "a"]), verbose=0)
    with pytest.warns(UserWarning, match=r"trained with the classes \['a', 'b'\]"):
        gan.fit(named(["b", "a"]), verbose=0)


def test_an_evaluation_that_fails_leaves_the_data_of_fit(images):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, validation_data=images[:8], verbose=0)
    assert gan.session is None

    class Evaluate(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            before = self.model.session.held_out.arrays
            with pytest.raises(ValueError):
                gan.evaluate(images[:, :4], verbose=0)
            assert self.model.session.held_out.arrays is before is not None

    gan.fit(images, batch_size=16, validation_data=images[:8], verbose=0, callbacks=[Evaluate()])


@pytest.mark.slow
def test_terms_and_figures_are_those_that_are_declared(images):
    class Undeclared(keras_gan.GAN):
        def generator_terms(self, turn):
            return {"g_extra": keras.ops.mean(turn.fake)}

    class Misspelt(Undeclared):
        term_names = {"discriminator": (), "generator": ("g_extr",)}

    class Declared(Undeclared):
        term_names = {"discriminator": (), "generator": ("g_extra",)}

    for model in (Undeclared, Misspelt):
        with pytest.raises(ValueError, match=r"`generator_terms` of .*Received: \['g_extra'\]"):
            tiny_gan(model).fit(images, verbose=0)
    assert "g_extra" in tiny_gan(Declared).fit(images, verbose=0).history

    class Forgotten(keras_gan.GAN):
        @property
        def figure_names(self):
            return [*super().figure_names, "never"]

    with pytest.raises(ValueError, match=r"missing: \['never'\]"):
        tiny_gan(Forgotten).fit(images, verbose=0)

    class Logged(keras_gan.GAN):
        logged_names = {"discriminator": ("margin",), "generator": ()}

        def figures(self, turn):
            if turn.player == "generator":
                return {}
            return {"margin": keras.ops.mean(turn.real_logits) - keras.ops.mean(turn.fake_logits)}

    history = tiny_gan(Logged).fit(images, verbose=0).history
    assert history["margin"][0] == pytest.approx(
        history["real_score"][0] - history["fake_score"][0], abs=1e-5
    )
    with pytest.raises(
        TypeError, match=r"`generator_terms` of Mine must take a `Turn`.*def generator_terms\(self, turn\)"
    ):
        type("Mine", (keras_gan.GAN,), {"generator_terms": lambda self, batch, fake, outputs: {}})


def judge_of_scales(outputs=((2, 1), (1, 1)), stride=2):
    """A discriminator of one map for each (stride, channels)."""
    x = keras.Input((8, 8, 1))
    outputs = [
        keras.layers.Conv2D(channels, 3, stride, name=f"scale{i}")(x)
        for i, (stride, channels) in enumerate(outputs)
    ]
    return keras.Model(x, outputs)


def test_outputs_that_nobody_trains_are_refused():
    with pytest.raises(ValueError, match=r"outputs \[\(None, 3, 3, 5\)\] would never be trained"):
        keras_gan.GAN(tiny_networks()[0], judge_of_scales([(1, 1), (2, 5)]))


@pytest.mark.slow
def test_the_losses_of_several_logit_maps_are_added_up(images):
    judge = judge_of_scales()
    parts = ["r1", "drift", "lecam", "consistency", "label_flipping", "top_k", "latent_consistency"]
    gan = keras_gan.GAN(tiny_networks()[0], judge, seed=0)
    gan.compile(run_eagerly=True)
    batch = {"image": images[:8], "latents": gan.sample_latents(8, 0)}
    turn = gan.turn_of("discriminator", batch, gan.forward(batch))
    loss, figures = gan.discriminator_objective(turn)
    scales = [
        keras_gan.GAN(gan.generator, keras.Model(judge.inputs, output), ema_decay=None)
        for output in judge.outputs
    ]
    expected = 0.0
    for one in scales:
        one.compile()
        expected += float(one.discriminator_objective(turn)[0])
    assert float(loss) == pytest.approx(expected, rel=1e-5)
    assert float(figures["real_score"]) == pytest.approx(
        sum(float(one.discriminate(images[:8]).numpy().mean()) for one in scales), rel=1e-4, abs=1e-6
    )
    # Every part combines with it, the relativistic losses too.
    gan.compile(loss="relativistic_average", regularizers=parts, augmentation="ada")
    history = gan.fit(images, validation_data=images[:8], verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


def test_a_penalty_without_a_name_is_refused():
    class Mine(keras_gan.regularizers.Penalty):
        def penalty(self, gan, turn):
            return 0.0

    with pytest.raises(ValueError, match="Mine has no `name`"):
        tiny_gan(regularizers=["r1", Mine(1.0)])


def test_the_old_names_of_variables():
    gan = tiny_gan()
    with pytest.warns(FutureWarning, match=r'variables_of\("generator"\)'):
        assert gan.generator_variables == gan.variables_of("generator")
    with pytest.raises(TypeError, match="Mine defines `_update`.*define `update"):
        type("Mine", (keras_gan.GAN,), {"_update": lambda self, batch: {}})
    with pytest.raises(AttributeError, match="typo"):
        tiny_gan(type("Mine", (keras_gan.GAN,), {"image_shape": property(lambda self: self.typo)}))
    with pytest.raises(TypeError, match="Mine defines `discriminator_variables`"):
        type("Mine", (keras_gan.GAN,), {"discriminator_variables": property(lambda self: [])})


def test_every_model_may_have_stages(images):
    entered = []

    class Staged(keras_gan.GAN):
        def stage_at(self, step):
            return step > 1

        def update(self, batch):
            entered.append(self.stage)
            return super().update(batch)

    tiny_gan(Staged).fit(images, batch_size=16, epochs=2, verbose=0)
    assert sorted(set(entered)) == [False, True] and entered[0] is False


def test_a_fit_that_fails_leaves_no_session(images):
    class Fail(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            assert self.model.session.callback(Fail) is self
            raise KeyError

    gan = tiny_gan()
    with pytest.raises(KeyError):
        gan.fit(images, batch_size=16, verbose=0, callbacks=[Fail()])
    assert gan.session is None


def test_networks_that_give_dicts_are_refused():
    generator, discriminator = tiny_networks()
    named = keras.Model(generator.inputs, {"image": generator.outputs[0]})
    with pytest.raises(ValueError, match="The generator returns a dict"):
        keras_gan.GAN(named, discriminator)
    named = keras.Model(discriminator.inputs, {"logits": discriminator.outputs[0]})
    with pytest.raises(ValueError, match="The discriminator returns a dict"):
        keras_gan.GAN(generator, named)
