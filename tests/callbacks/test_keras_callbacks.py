"""Keras' own callbacks that people use."""

import csv

import keras
import numpy as np
import pytest

from tests.helpers import assert_same_state, tiny_gan


def test_csv_logger(images, tmp_path):
    gan = tiny_gan()
    history = gan.fit(
        images,
        batch_size=16,
        epochs=3,
        validation_data=images,
        verbose=0,
        callbacks=[keras.callbacks.CSVLogger(tmp_path / "log.csv")],
    ).history
    rows = list(csv.DictReader((tmp_path / "log.csv").read_text().splitlines()))
    assert [float(row["val_real_score"]) for row in rows] == history["val_real_score"]
    assert [float(row["d_loss"]) for row in rows] == history["d_loss"]


def test_early_stopping_restores_the_best(images):
    stop = keras.callbacks.EarlyStopping(
        "g_loss", mode="max", patience=1, min_delta=9, restore_best_weights=True
    )
    history = tiny_gan().fit(images, batch_size=16, epochs=9, verbose=0, callbacks=[stop])
    assert len(history.epoch) == 2 and stop.best_epoch == 0


def test_model_checkpoint_keeps_the_best(images, tmp_path):
    saver = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", "val_real_score", mode="max", save_best_only=True
    )
    history = (
        tiny_gan()
        .fit(images, batch_size=16, epochs=4, validation_data=images, verbose=0, callbacks=[saver])
        .history["val_real_score"]
    )
    best = keras.saving.load_model(tmp_path / "best.keras")
    assert int(best.state.epoch) == int(np.argmax(history)) + 1
    assert best.evaluate(images, return_dict=True, verbose=0)["real_score"] == pytest.approx(
        max(history), abs=1e-6
    )


@pytest.mark.parametrize("save_freq", ["epoch", pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_backup_and_restore_is_exact(images, tmp_path, save_freq):
    """From an epoch's end, and even from its middle: the position in the data is in the state."""

    class Crash(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if int(self.model.state.generator_step) == 7:
                raise RuntimeError("crash")

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path, save_freq=save_freq, delete_checkpoint=False)

    whole = tiny_gan()
    whole.fit(images, batch_size=16, epochs=3, verbose=0)
    with pytest.raises(RuntimeError):
        tiny_gan().fit(images, batch_size=16, epochs=3, verbose=0, callbacks=[backup(), Crash()])
    again = tiny_gan()
    again.fit(images, batch_size=16, epochs=3, verbose=0, callbacks=[backup()])
    assert_same_state(whole, again)


def test_learning_rate_callbacks_act_on_both_optimizers(images):
    gan = tiny_gan()
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate)
    gan.fit(images, batch_size=16, epochs=3, verbose=0, callbacks=[scheduler])
    plateau = keras.callbacks.ReduceLROnPlateau("d_loss", mode="min", factor=0.1, patience=1, min_delta=9)
    gan.fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[plateau])
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(2e-4 / 4 * 0.1, rel=1e-5)


def test_tensorboard_scalars(images, tmp_path):
    board = keras.callbacks.TensorBoard(tmp_path, write_graph=False)
    tiny_gan().fit(images, batch_size=16, epochs=2, validation_data=images, verbose=0, callbacks=[board])
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    tags = []
    for part in ("train", "validation"):
        events = EventAccumulator(str(tmp_path / part))
        events.Reload()
        tags += events.Tags()["tensors"]
    assert {"epoch_d_loss", "epoch_g_loss", "epoch_real_score"} <= set(tags)


def test_terminate_on_nan_does_no_harm(images):
    """Our own guard raises at NaN (tests/models/test_gan.py); Keras' looks at `loss` alone."""
    history = tiny_gan().fit(
        images, batch_size=16, epochs=2, verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()]
    )
    assert len(history.epoch) == 2


def test_a_callback_list_is_taken_too(images):
    callbacks = keras.callbacks.CallbackList([keras.callbacks.History()])
    assert len(tiny_gan().fit(images, batch_size=16, epochs=2, verbose=0, callbacks=callbacks).epoch) == 2
