import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.callbacks import Checkpoint, SampleGrid
from keras_gan.training.epochs import Epochs, in_order
from tests.helpers import tiny_gan


def test_ours_first_and_checkpoints_last(tmp_path):
    given = [Checkpoint(tmp_path), SampleGrid(tmp_path), keras.callbacks.CSVLogger(tmp_path / "log.csv")]
    kinds = [type(callback) for callback in in_order(None, given)]
    assert kinds == [Epochs, SampleGrid, keras.callbacks.CSVLogger, keras.callbacks.History, Checkpoint]


def test_epochs_are_counted_before_a_callback_saves(images, tmp_path):
    gan = tiny_gan()
    seen = []

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((int(self.model.state.epoch), int(self.model.state.epoch_position)))

    gan.fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[Look()])
    assert seen == [(1, 0), (2, 0)]


def test_the_progress_bar_knows_its_length(images, capsys):
    tiny_gan().fit(images, batch_size=16, epochs=1, verbose=1)
    assert "4/4" in capsys.readouterr().out


def test_data_that_end_before_their_epoch_are_named():
    images = np.zeros((32, 8, 8, 1), "float32")
    batches = tf.data.Dataset.from_tensor_slices(images).batch(8, drop_remainder=True)
    with pytest.warns(UserWarning, match="ended after 4 of the 6 steps of epoch 1"):
        tiny_gan().fit(batches, steps_per_epoch=6, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        tiny_gan().fit(batches, steps_per_epoch=4, verbose=0)
