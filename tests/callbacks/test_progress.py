import io
import re

import keras
import pytest
import rich.console

import keras_gan
from keras_gan.callbacks import Progress
from tests.helpers import tiny_gan


def test_lines_in_a_file_tell_steps_and_time_left(images, capsys):
    tiny_gan().fit(images, batch_size=8, epochs=2, verbose=0, callbacks=[Progress(16)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("step 1/16  d_loss ") and lines[-1].startswith("step 16/16")
    assert 8 <= len(lines) <= 12
    assert all(re.search(r"\d+:\d\d passed, \d+:\d\d left$", line) for line in lines[1:-1])


def test_a_live_bar_on_a_terminal(images, monkeypatch):
    file = io.StringIO()
    terminal = rich.console.Console(file=file, force_terminal=True, width=100)
    monkeypatch.setattr(rich.console, "Console", lambda: terminal)
    tiny_gan().fit(images, batch_size=8, epochs=1, verbose=0, callbacks=[Progress(8)])
    text = file.getvalue()
    assert "step 8/8" in text and "d_loss" in text and "left" in text


def test_metrics_are_printed_after_each_epoch(images, capsys):
    gan = tiny_gan()
    layers = [keras.Input((8, 8, 1)), keras.layers.AveragePooling2D(4), keras.layers.Flatten()]
    gan.compile(metrics=[keras_gan.metrics.FrechetDistance(keras.Sequential(layers))])
    options = {"batch_size": 8, "epochs": 2, "verbose": 0, "callbacks": [Progress(16)]}
    history = gan.fit(images, validation_data=images[:16], **options).history
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("epoch")]
    assert len(lines) == 2 and "val_d_adversarial" not in lines[0]
    assert lines[1].startswith("epoch 2  ") and f"val_fid {history['val_fid'][1]:.4g}" in lines[1]
    with pytest.warns(UserWarning, match=r"no `validation_data`.*fid will be missing"):
        gan.fit(images, **options)
    assert "epoch" not in capsys.readouterr().out


def test_a_class_of_metrics_is_refused():
    with pytest.raises(ValueError, match=r"pass SlicedWasserstein\(...\), not the class"):
        tiny_gan().compile(metrics=[keras_gan.metrics.SlicedWasserstein])
