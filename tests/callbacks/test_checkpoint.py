"""Killed and resumed: the same bits as a run that was never stopped."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.callbacks import Checkpoint, CSVLogger, SampleGrid, StopAtStep
from keras_gan.optimizer_state import adopting
from tests.helpers import assert_same_state, tiny_gan

SCRIPT = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np, keras_gan
out, model = sys.argv[1:]
keras.utils.set_random_seed(0)
layers = keras.layers
discriminator = keras.Sequential([layers.Input((8, 8, 1)), layers.Conv2D(4, 3, strides=2), layers.LeakyReLU(0.2),
                                  layers.Dropout(0.3), layers.Flatten(), layers.Dense(1)])
generator, _ = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3)
gan = getattr(keras_gan, model)(generator, discriminator, ema_decay=0.9, seed=7)
gan.compile(generator_optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, 60)))
images = np.random.default_rng(0).integers(0, 256, (160, 8, 8, 1), dtype="uint8")
train = keras_gan.data.from_arrays(images[:128], batch_size=8 if model == "GAN" else 2, seed=3, flip=True)
val = keras_gan.data.from_arrays(images[128:], batch_size=8)

class Tell(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        print("step", int(gan.state.generator_step.numpy()), flush=True)

gan.fit(train, epochs=3, validation_data=val, verbose=0, callbacks=[
    Tell(),
    keras_gan.callbacks.SampleGrid(out + "/samples", rows=2, columns=2),
    keras.callbacks.CSVLogger(out + "/history.csv"),
    keras.callbacks.EarlyStopping("val_g_adversarial", mode="min", patience=2, start_from_epoch=1),
    keras.callbacks.EarlyStopping("val_real_score", mode="max", patience=50, restore_best_weights=True),
    keras_gan.callbacks.Checkpoint(out + "/checkpoints", every_steps=3, keep=2),
])
arrays = [v.numpy() for v in gan.weights]
for optimizer in gan.optimizer.optimizers:
    arrays += [v.numpy() for v in optimizer.variables]
arrays += [v.numpy() for v in gan.state.by_name().values()]
np.savez(out + "/final.npz", *arrays)
import json
json.dump(gan.history.history, open(out + "/history.json", "w"))
"""


def run(folder, model, kill_at=None):
    """Run the script; where `kill_at` is given, kill -9 it once it has told of that step."""
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(pathlib.Path(keras_gan.__file__).parents[1])}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), model],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    told = []
    for line in process.stdout:
        told.append(line)
        if kill_at is not None and line.startswith("step") and int(line.split()[1]) >= kill_at:
            process.kill()
            break
    _, errors = process.communicate(timeout=300)
    assert (process.returncode == -9) if kill_at is not None else process.returncode == 0, errors[-3000:]
    return "".join(told)


def compare(reference, resumed):
    a, b = (np.load(folder / "final.npz") for folder in (reference, resumed))
    assert a.files == b.files
    for name in a.files:
        assert a[name].tobytes() == b[name].tobytes(), name
    for name in (
        "history.csv",
        "history.json",
        *(f"samples/epoch-000{i}.png" for i in (0, 1, 2, 3)),
        "samples/samples.gif",
    ):
        assert (reference / name).read_bytes() == (resumed / name).read_bytes(), name


@pytest.mark.slow
@pytest.mark.parametrize("model", ["GAN"])
def test_killed_twice_ends_with_the_same_bytes(tmp_path, model):
    """16 steps an epoch, checkpoints every 3: killed in the middle of epochs 1 and 3, at random."""
    run(tmp_path / "whole", model)
    picks = random.Random(os.urandom(4))
    kills = (picks.randint(4, 15), picks.randint(34, 46))
    print("killed at", kills)
    for kill_at in kills:
        run(tmp_path / "killed", model, kill_at)
    told = run(tmp_path / "killed", model)
    assert "Resumed from" in told
    compare(tmp_path / "whole", tmp_path / "killed")


@pytest.mark.slow
@pytest.mark.parametrize(("model", "seed"), [("GAN", 0), ("WGANGP", 1)])
def test_killed_at_many_steps(tmp_path, model, seed):
    run(tmp_path / "whole", model)
    for kill_at in sorted(random.Random(seed).sample(range(1, 36), 4)):
        run(tmp_path / "killed", model, kill_at)
    run(tmp_path / "killed", model)
    compare(tmp_path / "whole", tmp_path / "killed")


@pytest.mark.slow
def test_interrupted_in_memory_every_step(images, tmp_path):
    """Stop after each step of two epochs and go on in a new model: always the same state."""

    class Stop(keras.callbacks.Callback):
        def __init__(self, step):
            super().__init__()
            self.step = step

        def on_train_batch_end(self, batch, logs=None):
            if int(self.model.state.generator_step) == self.step:
                raise RuntimeError("stop")

    def callbacks(folder, step):
        return [Stop(step), keras.callbacks.CSVLogger(folder / "h.csv"), Checkpoint(folder, every_steps=1)]

    whole = tiny_gan(regularizers=["r1"])
    (tmp_path / "whole").mkdir()
    history = whole.fit(
        images, batch_size=16, epochs=2, verbose=0, callbacks=callbacks(tmp_path / "whole", 99)
    )
    for step in (1, 4, 5, 8):
        folder = tmp_path / str(step)
        folder.mkdir()
        with pytest.raises(RuntimeError):
            tiny_gan(regularizers=["r1"]).fit(
                images, batch_size=16, epochs=2, verbose=0, callbacks=callbacks(folder, step)
            )
        again = tiny_gan(regularizers=["r1"])
        resumed = again.fit(images, batch_size=16, epochs=2, verbose=0, callbacks=callbacks(folder, 99))
        assert_same_state(whole, again)
        assert resumed.history == history.history and resumed.epoch == history.epoch
        assert (folder / "h.csv").read_text() == (tmp_path / "whole/h.csv").read_text()


def test_callbacks_state_comes_back(images, tmp_path):
    def callbacks():
        return [
            keras.callbacks.EarlyStopping("d_loss", mode="min", patience=9, min_delta=100),
            keras.callbacks.ReduceLROnPlateau("d_loss", mode="min", patience=2, min_delta=100, cooldown=1),
            Checkpoint(tmp_path),
        ]

    first = callbacks()
    gan = tiny_gan()
    gan.fit(images, batch_size=32, epochs=3, verbose=0, callbacks=first)
    again, second = tiny_gan(), callbacks()
    again.fit(images, batch_size=32, epochs=3, verbose=0, callbacks=second)  # nothing left to do
    for old, new in zip(first[:2], second[:2], strict=True):
        assert (old.wait, old.best) == (new.wait, new.best)
    assert second[1].cooldown_counter == first[1].cooldown_counter == 1
    assert float(again.generator_optimizer.learning_rate) == pytest.approx(2e-5)


def test_more_epochs_go_on(images, tmp_path):
    whole, parts = tiny_gan(), tiny_gan()
    whole.fit(images, batch_size=16, epochs=3, verbose=0)
    parts.fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[Checkpoint(tmp_path)])
    again = tiny_gan()
    again.fit(images, batch_size=16, epochs=3, verbose=0, callbacks=[Checkpoint(tmp_path)])
    assert_same_state(whole, again)


def test_keeps_the_last_and_the_best(images, tmp_path):
    checkpoint = Checkpoint(tmp_path, keep=2, monitor="d_loss", mode="max")
    gan = tiny_gan(discriminator_optimizer=keras.optimizers.Adam(0.01))
    history = gan.fit(images, batch_size=16, epochs=6, verbose=0, callbacks=[checkpoint]).history["d_loss"]
    best = 4 * (int(np.argmax(history)) + 1)
    assert json.loads((tmp_path / "best.json").read_text())["folder"] == f"step-{best:08d}"
    kept = {int(folder.name[5:]) for folder in checkpoint.folders()}
    assert kept == {20, 24, best}
    assert not list(tmp_path.glob(".*partial"))
    loaded = keras.saving.load_model(checkpoint.best_folder() / "model.keras")
    assert int(loaded.state.generator_step) == best


@pytest.mark.parametrize(
    "damage",
    ["truncated", *(pytest.param(d, marks=pytest.mark.slow) for d in ("flipped", "missing", "no manifest"))],
)
def test_damaged_checkpoints_are_found_and_the_one_before_is_used(images, tmp_path, damage):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[Checkpoint(tmp_path)])
    model = tmp_path / "step-00000008" / "model.keras"
    content = bytearray(model.read_bytes())
    if damage == "truncated":
        model.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        content[len(content) // 2] ^= 1
        model.write_bytes(content)
    elif damage == "missing":
        model.unlink()
    else:
        (model.parent / "sha256.json").unlink()
    again = tiny_gan()
    with pytest.warns(UserWarning, match="step-00000008 is damaged"):
        again.fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[Checkpoint(tmp_path)])
    assert_same_state(gan, again)
    for folder in tmp_path.glob("step-*"):
        (folder / "model.keras").write_bytes(b"")
    with pytest.raises(ValueError, match="All checkpoints"), pytest.warns(UserWarning):
        tiny_gan().fit(images, callbacks=[Checkpoint(tmp_path)], verbose=0)


def test_resume_false_starts_anew(images, tmp_path):
    tiny_gan().fit(images, batch_size=16, verbose=0, callbacks=[Checkpoint(tmp_path)])
    gan = tiny_gan()
    gan.fit(images, batch_size=16, verbose=0, callbacks=[Checkpoint(tmp_path, resume=False)])
    assert int(gan.state.generator_step) == 4


def test_another_training_is_refused(images, tmp_path):
    tiny_gan().fit(images, batch_size=16, verbose=0, callbacks=[Checkpoint(tmp_path)])
    with pytest.raises(ValueError, match=r"batch_size was 16, now 8.*gan\.load_weights\('.*model\.keras'\)"):
        tiny_gan().fit(images, batch_size=8, verbose=0, callbacks=[Checkpoint(tmp_path)])
    # The way round that the message names.
    gan = tiny_gan()
    gan.load_weights(Checkpoint(tmp_path).latest() / "model.keras")
    gan.fit(images, batch_size=8, verbose=0, callbacks=[Checkpoint(tmp_path / "another")])
    assert int(gan.state.generator_step) == 4 + 8


@pytest.mark.slow
def test_other_callbacks_do_not_stand_in_the_way(images, tmp_path):
    def run(epochs, *others):
        early = keras.callbacks.EarlyStopping("d_loss", mode="min", patience=50)
        gan = tiny_gan()
        gan.fit(
            images, batch_size=16, epochs=epochs, verbose=0, callbacks=[*others, early, Checkpoint(tmp_path)]
        )
        return gan, early

    _, first = run(1)
    with pytest.warns(UserWarning, match="New callbacks begin now: SampleGrid"):
        gan, early = run(2, SampleGrid(tmp_path / "s", rows=1, columns=1))
    # Those of before go on with their state.
    assert early.best <= first.best and int(gan.state.generator_step) == 8
    with pytest.warns(UserWarning, match="no longer there is left out: SampleGrid"):
        run(3)


def resumed(images, tmp_path, before, now):
    """A run of one epoch with some parts, resumed for one more with others."""
    adam = keras.optimizers.Adam
    rates = {
        "generator_optimizer": lambda: adam(1e-3),
        "discriminator_optimizer": lambda: adam(1e-3),
    }
    gans = []
    for epochs, parts in enumerate((before, now), 1):
        gan = tiny_gan(**{name: make() for name, make in {**rates, **parts}.items()})
        gan.fit(images, batch_size=16, epochs=epochs, verbose=0, callbacks=[Checkpoint(tmp_path)])
        gans.append(gan)
    return gans


@pytest.mark.parametrize("kind", ["number", "schedule", "back"])
def test_the_rate_just_asked_for_holds_and_the_moments_stay(images, tmp_path, kind):
    schedule = keras.optimizers.schedules.PolynomialDecay(1e-5, 100)
    now = {"generator_optimizer": lambda: keras.optimizers.Adam(schedule)}
    before = {}
    if kind == "number":
        now = {"generator_optimizer": lambda: keras.optimizers.Adam(1e-5)}
    if kind == "back":
        before, now = now, {}
    with pytest.warns(UserWarning, match=r"generator's learning rate is .*, as asked now; it was") as caught:
        _, gan = resumed(images, tmp_path, before, now)
    assert not [w for w in caught if "Skipping variable" in str(w.message)]
    optimizer = gan.generator_optimizer
    assert int(optimizer.iterations) == 8
    rate = {"number": 1e-5, "schedule": float(schedule(8)), "back": 1e-3}[kind]
    assert float(optimizer.learning_rate) == pytest.approx(rate)
    assert int(gan.discriminator_optimizer.iterations) == 8


def test_moments_are_those_of_the_checkpoint(images, tmp_path):
    first, gan = resumed(images, tmp_path, {}, {"generator_optimizer": lambda: keras.optimizers.Adam(0.0)})
    mine = [v.numpy() for v in first.generator_optimizer.variables[2:]]
    fresh = tiny_gan(generator_optimizer=keras.optimizers.Adam(1e-3))
    with adopting({"generator": fresh.generator_optimizer}, {"generator": "Adam"}) as lost:
        fresh.load_weights(Checkpoint(tmp_path).folders()[0] / "model.keras")
    assert not lost
    for a, b in zip(mine, fresh.generator_optimizer.variables[2:], strict=True):
        np.testing.assert_array_equal(a, b.numpy())
    # Rate 0: the generator stood still from there.
    for a, b in zip(first.generator.weights[:2], gan.generator.weights[:2], strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_another_optimizer_begins_anew_and_says_so(images, tmp_path):
    with pytest.warns(
        UserWarning, match=r"was Adam\(\), now RMSprop\(\).*moments and step count.*begins anew"
    ):
        _, gan = resumed(
            images, tmp_path, {}, {"generator_optimizer": lambda: keras.optimizers.RMSprop(1e-3)}
        )
    assert int(gan.generator_optimizer.iterations) == 4 and int(gan.discriminator_optimizer.iterations) == 8


@pytest.mark.parametrize(
    "parts",
    [{"regularizers": lambda: ["r1"]}, pytest.param({"augmentation": lambda: "ada"}, marks=pytest.mark.slow)],
)
@pytest.mark.slow
def test_parts_may_be_added_and_removed_on_a_resume(images, tmp_path, parts):
    for i, (before, now) in enumerate((({}, parts), (parts, {}))):
        with pytest.warns(UserWarning, match="another objective"):
            _, gan = resumed(images, tmp_path / str(i), before, now)
        assert int(gan.state.generator_step) == 8
        assert np.isfinite(gan.state.figure_means.numpy()).all()


def test_a_callbacks_rate_survives_where_nothing_else_is_asked(images, tmp_path):
    class Halve(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.generator_optimizer.learning_rate = 5e-4

    for epochs in (1, 2):
        gan = tiny_gan(generator_optimizer=keras.optimizers.Adam(1e-3))
        callbacks = [Halve(), Checkpoint(tmp_path)] if epochs == 1 else [Checkpoint(tmp_path)]
        gan.fit(images, batch_size=16, epochs=epochs, verbose=0, callbacks=callbacks)
    assert float(gan.generator_optimizer.learning_rate) == pytest.approx(5e-4)


def test_a_foreign_folder_beside_the_checkpoints_is_left_alone(images, tmp_path):
    tiny_gan().fit(images, batch_size=16, verbose=0, callbacks=[Checkpoint(tmp_path)])
    (tmp_path / "step-abc").mkdir()
    checkpoint = Checkpoint(tmp_path)
    assert checkpoint.latest_step() == 4 and len(checkpoint.folders()) == 1


@pytest.mark.slow
def test_a_stop_by_hand_writes_the_epoch_so_far(images, tmp_path):
    """An image and a row of the history; resumed, both are those of a run that never stopped."""

    def callbacks(folder):
        return [
            SampleGrid(folder / "grids", rows=1, columns=1),
            CSVLogger(folder / "history.csv"),
            Checkpoint(folder / "c"),
        ]

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                self.model.session.callbacks[-1].save_and_stop = True

    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    tiny_gan().fit(images, batch_size=16, epochs=2, verbose=0, callbacks=callbacks(tmp_path / "a"))
    with pytest.raises(KeyboardInterrupt):
        tiny_gan().fit(
            images, batch_size=16, epochs=2, verbose=0, callbacks=[Stop(), *callbacks(tmp_path / "b")]
        )
    assert (tmp_path / "b" / "grids" / "epoch-0001.png").exists()
    assert len((tmp_path / "b" / "history.csv").read_text().splitlines()) == 2
    with pytest.warns(UserWarning, match="no longer there is left out: Stop"):
        tiny_gan().fit(images, batch_size=16, epochs=2, verbose=0, callbacks=callbacks(tmp_path / "b"))
    for name in ("history.csv", "grids/epoch-0001.png", "grids/epoch-0002.png", "grids/samples.gif"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_save_and_stop(images, tmp_path):
    checkpoint = Checkpoint(tmp_path)
    checkpoint.save_and_stop = True
    gan = tiny_gan()
    with pytest.raises(KeyboardInterrupt):
        gan.fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[checkpoint])
    assert int(gan.state.generator_step) == 1
    again, whole = tiny_gan(), tiny_gan()
    again.fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[Checkpoint(tmp_path)])
    whole.fit(images, batch_size=16, epochs=2, verbose=0)
    assert_same_state(whole, again)


def test_bad_arguments(images, tmp_path):
    for arguments in ({"every_steps": -1}, {"keep": 0}, {"mode": "best"}):
        with pytest.raises(ValueError, match=next(iter(arguments))):
            Checkpoint(tmp_path, **arguments)
    with pytest.raises(ValueError, match=r"monitor.*d_loss"):
        tiny_gan().fit(images, verbose=0, callbacks=[Checkpoint(tmp_path, monitor="val_fid")])


def test_a_foreign_data_set_resumes_at_the_epoch_and_says_so(images, tmp_path):
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices(images).batch(16)
    checkpoint = Checkpoint(tmp_path)
    checkpoint.save_and_stop = True
    with pytest.raises(KeyboardInterrupt):
        tiny_gan().fit(dataset, epochs=1, verbose=0, callbacks=[checkpoint])
    again = tiny_gan()
    with pytest.warns(UserWarning, match="begins anew"):
        again.fit(dataset, epochs=1, verbose=0, callbacks=[Checkpoint(tmp_path)])
    assert int(again.state.generator_step) == 5


def test_no_partial_folder_is_taken_for_a_checkpoint(images, tmp_path):
    tiny_gan().fit(images, batch_size=16, verbose=0, callbacks=[Checkpoint(tmp_path)])
    shutil.copytree(tmp_path / "step-00000004", tmp_path / ".step-00000009.1.partial")
    assert Checkpoint(tmp_path).latest().name == "step-00000004"


def csv_and(folder, *others):
    folder.mkdir(exist_ok=True)
    return [*others, keras.callbacks.CSVLogger(folder / "h.csv"), Checkpoint(folder / "c")]


@pytest.mark.slow
def test_more_steps_within_the_last_epoch_go_on_as_if_never_stopped(images, tmp_path):
    """4 steps an epoch; stopped at 6 and told to make 11: the cut epoch's row and state are taken back."""
    whole = tiny_gan()
    whole.fit(images, batch_size=16, epochs=3, verbose=0, callbacks=csv_and(tmp_path / "a", StopAtStep(11)))
    for target, rows in ((6, 2), (6, 2), (7, 2), (11, 3), (11, 3)):
        gan = tiny_gan()
        history = gan.fit(
            images, batch_size=16, epochs=3, verbose=0, callbacks=csv_and(tmp_path / "b", StopAtStep(target))
        )
        assert int(gan.state.generator_step) == target
        assert len(history.epoch) == rows
    assert_same_state(whole, gan)
    assert (tmp_path / "a/h.csv").read_text() == (tmp_path / "b/h.csv").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("stop_after", [1, 2, 3])
def test_monitors_resume_as_if_never_stopped(images, tmp_path, stop_after):
    """Keras flips `min_delta` at the first epoch's end: it must not be flipped twice."""

    def monitors():
        return [
            keras.callbacks.EarlyStopping("g_loss", mode="min", patience=3, min_delta=9.0),
            keras.callbacks.ReduceLROnPlateau("g_loss", mode="min", patience=1, min_delta=9.0),
        ]

    whole = tiny_gan()
    history = whole.fit(
        images, batch_size=16, epochs=9, verbose=0, callbacks=csv_and(tmp_path / "a", *monitors())
    )
    assert len(history.epoch) == 4
    for epochs in (stop_after, 9, 9):  # the last finds a training that stopped for good
        gan = tiny_gan()
        resumed = gan.fit(
            images, batch_size=16, epochs=epochs, verbose=0, callbacks=csv_and(tmp_path / "b", *monitors())
        )
    assert resumed.history == history.history
    assert_same_state(whole, gan)


def test_nan_weights_are_not_saved(images, tmp_path):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, verbose=0, callbacks=[Checkpoint(tmp_path)])

    class Spoil(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                self.model.generator.weights[0].assign(self.model.generator.weights[0] * np.nan)

    gan = tiny_gan()
    with pytest.raises(FloatingPointError, match=r"project/kernel is NaN or infinite at step 8"):
        gan.fit(
            images,
            batch_size=16,
            epochs=2,
            verbose=0,
            callbacks=[Spoil(), Checkpoint(tmp_path, resume=False)],
        )
    assert Checkpoint(tmp_path).latest().name == "step-00000004"


def test_resume_false_removes_the_old_ones(images, tmp_path):
    tiny_gan().fit(images, batch_size=16, epochs=4, verbose=0, callbacks=[Checkpoint(tmp_path)])
    tiny_gan().fit(images, batch_size=16, epochs=1, verbose=0, callbacks=[Checkpoint(tmp_path, resume=False)])
    assert [f.name for f in Checkpoint(tmp_path).folders()] == ["step-00000004"]


def test_a_resumed_run_draws_no_extra_grid(images, tmp_path):
    def callbacks(steps):
        grid = SampleGrid(tmp_path / "grids", rows=1, columns=1, every_steps=3, gif=False)
        return [StopAtStep(steps), grid, Checkpoint(tmp_path / "c")]

    for steps in (5, 8):
        tiny_gan().fit(images, batch_size=16, epochs=2, verbose=0, callbacks=callbacks(steps))
    assert [p.name for p in sorted((tmp_path / "grids").iterdir())] == [
        "step-000000.png",
        "step-000003.png",
        "step-000006.png",
    ]


def test_a_checkpoints_model_goes_on_from_the_middle_of_its_epoch(images, tmp_path):
    whole = tiny_gan()
    whole.fit(images, batch_size=16, epochs=2, verbose=0)
    checkpoint = Checkpoint(tmp_path, every_steps=1)
    checkpoint.save_and_stop = True
    with pytest.raises(KeyboardInterrupt):
        tiny_gan().fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[checkpoint])
    gan = keras.saving.load_model(checkpoint.latest() / "model.keras")
    gan.fit(images, batch_size=16, epochs=2, verbose=0)
    assert_same_state(whole, gan)


def test_a_fit_that_was_broken_off_is_let_go(images):
    class Break(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise RuntimeError("break")

    gan = tiny_gan()
    with pytest.raises(RuntimeError):
        gan.fit(images, batch_size=16, verbose=0, callbacks=[Break()])
    gan.fit(images, batch_size=16, verbose=0)
    assert int(gan.state.generator_step) == 5 and int(gan.state.epoch) == 2


@pytest.mark.slow
def test_another_objective_is_warned_of(images, tmp_path):
    tiny_gan().fit(images, verbose=0, callbacks=[Checkpoint(tmp_path)])
    with pytest.warns(UserWarning, match=r"another objective: loss was .*NonSaturating.*, now .*Hinge"):
        tiny_gan(loss="hinge").fit(images, epochs=2, verbose=0, callbacks=[Checkpoint(tmp_path)])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        tiny_gan(loss="hinge").fit(images, epochs=3, verbose=0, callbacks=[Checkpoint(tmp_path)])


def test_checkpoints_need_nothing_that_windows_lacks(images, tmp_path, monkeypatch):
    """Windows opens no folders, and flushes only what is open for writing."""
    fcntl = pytest.importorskip("fcntl")

    class Windows:
        def __getattr__(self, name):
            return getattr(os, name)

        def open(self, path, flags):
            assert os.path.isdir(path)
            raise PermissionError(13, "Permission denied", str(path))

        def fsync(self, descriptor):
            if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
                raise OSError(9, "Bad file descriptor")
            os.fsync(descriptor)

    monkeypatch.setattr("keras_gan.callbacks.checkpoint.os", Windows())
    for epochs in (1, 2):
        gan = tiny_gan()
        gan.fit(images, batch_size=16, epochs=epochs, verbose=0, callbacks=[Checkpoint(tmp_path / "c")])
    assert int(gan.state.generator_step) == 8
