import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.regularizers import Penalty
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

    def discriminator_objective(self, batch, fake):
        self.notes["real"].append(batch["image"].numpy())
        self.notes["fake"].append(fake.numpy())
        return super().discriminator_objective(batch, fake)

    def generator_objective(self, batch, fake):
        self.notes["generator_fake"].append(fake.numpy())
        return super().generator_objective(batch, fake)


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


# === fit and evaluate ===


FORMS = {
    "images": lambda x, y: x,
    "a tuple of one": lambda x, y: (x,),
    "images and labels": lambda x, y: (x, y),
    "with weights": lambda x, y: (x, y, tf.ones(64)),
    "dict": lambda x, y: {"image": x},
    "dict with labels": lambda x, y: {"image": x, "label": y},
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_data_sets(images, form):
    elements = FORMS[form](tf.constant(images), tf.zeros(64, tf.int32))
    dataset = tf.data.Dataset.from_tensor_slices(elements).batch(16)
    gan, reference = tiny_gan(), tiny_gan()
    history = gan.fit(dataset, epochs=2, validation_data=dataset, verbose=0).history
    plain = tf.data.Dataset.from_tensor_slices(images).batch(16)
    reference.fit(plain, epochs=2, verbose=0)
    assert_same_state(gan, reference)
    assert set(history) == {*gan.figure_names, *(f"val_{n}" for n in gan.evaluation.names)}
    assert all(len(values) == 2 for values in history.values())


def test_forms_of_arrays(images):
    labels = np.zeros(64, "int64")
    for x, y in (
        (images, None),
        (images, labels),
        ({"image": images}, None),
        ({"image": images, "label": labels}, None),
    ):
        gan, reference = tiny_gan(), tiny_gan()
        gan.fit(x, y, batch_size=16, verbose=0)
        reference.fit(images, batch_size=16, verbose=0)
        assert_same_state(gan, reference)


def test_validation_split_holds_out_the_end(images):
    images[48:] = -1.0
    gan = tiny_gan()
    history = gan.fit(images, batch_size=16, validation_split=0.25, epochs=1, verbose=0).history
    assert int(gan.state.generator_step) == 3
    expected = float(tf.reduce_mean(gan.discriminator(images[48:], training=False)))
    assert history["val_real_score"][0] == pytest.approx(expected, abs=1e-6)


def test_history_holds_means_of_every_step(images):
    gan = tiny_gan(regularizers=["r1"])
    history = gan.fit(images, batch_size=16, epochs=2, verbose=0).history
    twin = tiny_gan(regularizers=["r1"])
    stream = keras_gan.data.stream.stream_of(keras_gan.data.from_arrays(images, batch_size=16))
    steps = []
    for epoch in range(2):
        stream.start(epoch, 0, 4)
        steps += [twin.train_on_batch(batch, return_dict=True) for batch in stream.dataset()]
    for name in gan.figure_names:
        means = np.mean([[s[name] for s in steps[:4]], [s[name] for s in steps[4:]]], axis=1)
        np.testing.assert_allclose(history[name], means, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(history["d_loss"], np.add(history["d_adversarial"], history["r1"]), rtol=1e-5)


def test_evaluate_shows_an_over_fitting_discriminator(images):
    """On what it trained with the discriminator scores higher than on held-out images."""
    held_out = np.random.default_rng(9).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    gan = tiny_gan(discriminator_optimizer=keras.optimizers.Adam(0.02))
    gan.fit(images, batch_size=32, epochs=25, verbose=0)
    train, test = (gan.evaluate(x, return_dict=True, verbose=0) for x in (images, held_out))
    assert train["real_score"] > test["real_score"] + 0.5
    assert train["fake_score"] == pytest.approx(test["fake_score"], abs=1e-5)


def test_evaluate_is_the_same_each_time_and_for_each_batch_size_of_reals(images):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, verbose=0)
    one = gan.evaluate(images, return_dict=True, verbose=0)
    assert one == gan.evaluate(images, return_dict=True, verbose=0)
    other = gan.evaluate(images, batch_size=20, return_dict=True, verbose=0)
    assert other["real_score"] == pytest.approx(one["real_score"], abs=1e-6)


class PixelGap(keras.metrics.Metric):
    """Difference of mean pixels, counting how often it is asked."""

    def __init__(self, name="pixel_gap"):
        super().__init__(name=name)
        self.total = self.add_weight(initializer="zeros", name="total")
        self.asked = 0

    def update_state(self, real, fake):
        self.total.assign_add(tf.reduce_mean(real) - tf.reduce_mean(fake))

    def result(self):
        self.asked += 1
        return self.total.value


def test_compiled_metrics_belong_to_evaluation(images):
    metric = PixelGap()
    gan = tiny_gan(metrics=[metric])
    history = gan.fit(images, batch_size=16, epochs=2, validation_data=images, verbose=0).history
    assert len(history["val_pixel_gap"]) == 2 and metric.asked == 2
    assert "pixel_gap" not in history and gan.metrics == []
    with pytest.raises(ValueError, match="metrics"):
        tiny_gan(metrics=["fid"])


def test_sample_weights_weight_real_images(images):
    gan = tiny_gan(
        generator_optimizer=keras.optimizers.SGD(0.0), discriminator_optimizer=keras.optimizers.SGD(0.0)
    )
    full = gan.train_on_batch(images, return_dict=True)["d_adversarial"]
    none = gan.train_on_batch(images, sample_weight=np.zeros(64, "float32"), return_dict=True)
    real_term = float(tf.reduce_mean(tf.math.softplus(-gan.discriminator(images))))
    assert full - none["d_adversarial"] == pytest.approx(real_term, abs=0.05)


def test_steps_per_epoch_and_epochs_of_any_length(images):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, epochs=3, steps_per_epoch=7, verbose=0)
    assert int(gan.state.generator_step) == 21 and int(gan.state.epoch) == 3


def test_steps_per_execution_changes_nothing(images):
    one, eight = tiny_gan(), tiny_gan(steps_per_execution=3)
    for gan in (one, eight):
        gan.fit(images, batch_size=8, epochs=2, verbose=0)
    assert_same_state(one, eight)


def test_the_data_order_follows_the_models_epoch_not_the_calls(images):
    one, two = tiny_gan(), tiny_gan()
    one.fit(images, batch_size=16, epochs=3, verbose=0)
    two.fit(images, batch_size=16, epochs=2, verbose=0)
    two.fit(images, batch_size=16, epochs=1, verbose=0)
    assert_same_state(one, two)


def test_other_data_sets_with_several_discriminator_steps(images):
    dataset = tf.data.Dataset.from_tensor_slices(images).batch(8, drop_remainder=True)
    gan = tiny_gan(discriminator_steps=3)
    gan.fit(dataset, epochs=2, verbose=0)
    assert int(gan.state.generator_step) == 4  # 8 batches are 2 steps of 3
    with pytest.raises(ValueError, match="drop_remainder"):
        gan.fit(tf.data.Dataset.from_tensor_slices(images).batch(8), verbose=0)


def test_a_mapped_stream_keeps_its_order(images):
    plain = keras_gan.data.from_arrays(images, batch_size=16)
    mapped = plain.map(lambda x: x).prefetch(2)
    a, b = tiny_gan(), tiny_gan()
    a.fit(plain, epochs=2, verbose=0)
    b.fit(mapped, epochs=2, verbose=0)
    assert_same_state(a, b)


# === NaN ===


@keras.saving.register_keras_serializable("tests")
class Bomb(Penalty):
    name = "bomb"

    def __init__(self, step=3):
        super().__init__(1.0)
        self.step = step

    def penalty(self, gan, real, fake, condition):
        return tf.where(gan.state.discriminator_step.value < self.step - 1, 0.0, float("nan"))


@pytest.mark.parametrize("steps_per_execution", [1, 4])
def test_nan_stops_with_the_first_figure_and_its_step(images, tmp_path, steps_per_execution):
    gan = tiny_gan(regularizers=[Bomb(7)], steps_per_execution=steps_per_execution)
    checkpoint = keras_gan.callbacks.Checkpoint(tmp_path, every_steps=1)
    with pytest.raises(FloatingPointError, match=r"`bomb` became NaN or infinite at step 7\."):
        gan.fit(images, batch_size=16, epochs=4, callbacks=[checkpoint], verbose=0)
    good = keras.saving.load_model(checkpoint.latest() / "model.keras")
    assert int(good.state.generator_step) in (4, 6)
    assert all(np.isfinite(value).all() for value in all_state(good).values())


# === Precision, XLA, clipping, accumulation ===


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("model", [keras_gan.GAN, keras_gan.WGANGP])
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


@pytest.mark.parametrize("loss", ["non_saturating", "minimax", "least_squares", "wasserstein"])
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


@pytest.mark.parametrize("model", [keras_gan.WGAN, keras_gan.WGANGP])
def test_jit_compile_of_the_critics(images, model):
    histories = [
        tiny_gan(model, jit_compile=jit).fit(images, batch_size=8, epochs=4, verbose=0).history
        for jit in (False, True)
    ]
    for name in ("d_loss", "g_loss"):
        np.testing.assert_allclose(histories[0][name], histories[1][name], rtol=0.2, atol=0.05)


def test_lazy_penalty_under_jit(images):
    gan = tiny_gan(regularizers=[keras_gan.regularizers.R1Penalty(1.0, interval=4)], jit_compile=True)
    assert np.isfinite(gan.fit(images, batch_size=8, verbose=0).history["r1"]).all()


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
