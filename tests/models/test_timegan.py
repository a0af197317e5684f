"""TimeGAN: three stages of five networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from tests.contracts import game_contract


def windows(n=64):
    t = np.arange(8)
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, (n, 1))
    return (0.5 + 0.5 * np.sin(t / 2 + phases)).astype("float32")[..., None]


def make(optimizer=None, steps=6, cls=keras_gan.TimeGAN, **options):
    keras.utils.set_random_seed(0)
    model = cls(*networks.timegan(8, 1, hidden=4, depth=1, noise_dim=2), steps=steps, seed=0)
    if optimizer:
        options |= {f"{player}_optimizer": optimizer() for player in model.players}
    model.compile(**options)
    return model


@keras.saving.register_keras_serializable("tests")
class Joint(keras_gan.TimeGAN):
    """In the joint stage from the first step on."""

    def stage_at(self, step):
        return "joint"


@pytest.mark.slow
@pytest.mark.parametrize("cls, steps", [(Joint, 3), (keras_gan.TimeGAN, 3), (keras_gan.TimeGAN, 10_000)])
def test_contract(tmp_path, mirrored, cls, steps):
    game_contract(
        lambda: make(steps=steps, cls=cls),
        windows(),
        tmp_path,
        mirrored,
        lambda: make(lambda: keras.optimizers.SGD(1e-3), steps=steps, cls=cls),
    )


def state_of(model):
    return {name: [w.copy() for w in getattr(model, name).get_weights()] for name in model.networks}


@pytest.mark.slow
def test_each_stage_moves_its_networks_alone():
    model = make(steps=6)
    moved = []
    for _ in range(3):
        before = state_of(model)
        stop = keras_gan.callbacks.StopAtStep(int(model.state.step.numpy()) + 2)
        history = model.fit(windows(), batch_size=8, epochs=5, verbose=0, callbacks=[stop]).history
        after = state_of(model)
        moved.append(
            {n for n in before if any((a != b).any() for a, b in zip(before[n], after[n], strict=True))}
        )
        assert all(np.isfinite(values).all() for values in history.values())
    assert moved[0] == {"embedder", "recovery"}
    # The generator has no part in the supervision yet.
    assert moved[1] == {"supervisor"}
    assert moved[2] == set(model.networks)
    assert int(model.state.step.numpy()) == 6


def test_objectives_by_hand():
    model = make()
    batch = {"image": tf.constant(windows(5))} | model.draw(5, model.seed_generator)
    x = batch["image"].numpy()
    h = model.embedder(x).numpy()
    back, ahead = model.recovery(h).numpy(), model.supervisor(h).numpy()
    reconstruction, supervised = ((x - back) ** 2).mean(), ((h[:, 1:] - ahead[:, :-1]) ** 2).mean()
    loss, figures = model.embedder_objective(batch, supervised=True)
    np.testing.assert_allclose(loss, 10 * np.sqrt(reconstruction) + 0.1 * supervised, rtol=1e-5)
    np.testing.assert_allclose(figures["reconstruction"], reconstruction, rtol=1e-5)
    e = model.generator(batch["latents"]).numpy()
    s = model.supervisor(e).numpy()
    made = model.recovery(s).numpy()

    def bce(logits, target):
        p = 1 / (1 + np.exp(-np.asarray(logits, "float64")))
        return -np.log(p if target else 1 - p).mean()

    of_s, of_e, of_h = (model.discriminator(a).numpy() for a in (s, e, h))
    moments = np.abs(made.mean(0) - x.mean(0)).mean()
    moments += np.abs(np.sqrt(made.var(0) + 1e-6) - np.sqrt(x.var(0) + 1e-6)).mean()
    expected = bce(of_s, 1) + bce(of_e, 1) + 100 * np.sqrt(supervised) + 100 * moments
    np.testing.assert_allclose(model.generator_objective(batch)[0], expected, rtol=1e-4)
    expected = bce(of_h, 1) + bce(of_s, 0) + bce(of_e, 0)
    np.testing.assert_allclose(model.discriminator_objective(batch)[0], expected, rtol=1e-4)
    # Below its limit the discriminator has no gradient.
    model.waits_below = 100.0
    with tf.GradientTape() as tape:
        value, _ = model.discriminator_objective(batch)
    assert all(
        gradient is None or not np.any(gradient)
        for gradient in tape.gradient(value, model.discriminator.trainable_variables)
    )


@pytest.mark.slow
def test_units_grids_files_and_exports(tmp_path):
    values = 20 + 10 * np.sin(np.arange(200) / 2)
    data = keras_gan.data.series(values, window=8, batch_size=16)
    keras.utils.set_random_seed(0)
    made_of = networks.timegan(8, 1, hidden=4, depth=1)
    model = keras_gan.TimeGAN(*made_of, steps=9, columns=["heat"], scale=data.scale, seed=0)
    model.compile()
    grid = keras_gan.callbacks.SampleGrid(tmp_path / "grids", rows=2, columns=2)
    model.fit(data, epochs=2, verbose=0, callbacks=[grid], validation_data=data)
    made = model.generate(5, seed=0)
    assert made.shape == (5, 8, 1) and made.min() > 9.9 and made.max() < 30.1
    assert {p.suffix for p in (tmp_path / "grids").iterdir()} >= {".png", ".csv"}
    served = tf.saved_model.load(model.export(tmp_path / "exported"))
    np.testing.assert_allclose(served.sample(5, 0), made, rtol=1e-4)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.generate(5, seed=0), made)
    assert again.total_steps == 9 and again.modality.columns == ["heat"]


def test_held_wrong():
    five = list(networks.timegan(8, 1, hidden=4, depth=1))
    other = networks.timegan(8, 1, hidden=5, depth=1)
    with pytest.raises(ValueError, match="The recovery must be from"):
        keras_gan.TimeGAN(five[0], other[1], *five[2:])
    with pytest.raises(ValueError, match=r"Series must be in \[0, 1\]"):
        make().fit(windows() * 3, batch_size=8, verbose=0)
    with pytest.raises(ValueError, match="are scaled by"):
        make().fit(keras_gan.data.series(np.arange(90.0), window=8, batch_size=8), verbose=0)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.slow
def test_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    history = make(steps=3).fit(windows(), batch_size=8, epochs=1, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.mark.slow
@pytest.mark.parametrize("format", ["onnx", "litert"])
def test_files_for_other_runtimes(tmp_path, format):
    """Compared with the model when they are written."""
    suffix = {"onnx": ".onnx", "litert": ".tflite"}[format]
    assert make().export(tmp_path / f"model{suffix}", format=format)
