import json

import numpy as np
import pytest

from keras_gan.callbacks import Checkpoint
from keras_gan.runs.folder import RunFolder
from keras_gan.runs.generator import Generator
from keras_gan.runs.load import load_model
from tests.helpers import tiny_gan


def test_prepare(tmp_path):
    run = RunFolder(tmp_path / "a" / "run")
    run.prepare({"seed": 0, "steps": 5}, resume=False)
    # A run that has begun nothing is in nobody's way.
    run.prepare({"seed": 3, "steps": 5}, resume=False)
    run.prepare({"seed": 0, "steps": 5}, resume=True)
    run.history.write_text("epoch")
    with pytest.raises(ValueError, match="--resume"):
        run.prepare({"seed": 0, "steps": 5}, resume=False)
    run.prepare({"seed": 0, "steps": 9}, resume=True)
    assert json.loads(run.config.read_text())["steps"] == 9
    with pytest.raises(ValueError, match="seed was 0, now 1"):
        run.prepare({"seed": 1, "steps": 9}, resume=True)
    (tmp_path / "file").write_text("x")
    with pytest.raises(ValueError, match="is a file"):
        RunFolder(tmp_path / "file").prepare({}, resume=False)


def test_load_model_and_generator(images, tmp_path):
    gan = tiny_gan()
    gan.fit(images, verbose=0, callbacks=[Checkpoint(tmp_path / "run" / "checkpoints")])
    gan.export(tmp_path / "exported")
    gan.save(tmp_path / "gan.keras")
    expected = gan.generate(3, seed=4)
    checkpoint = next((tmp_path / "run" / "checkpoints").glob("step-*"))
    for path in (tmp_path / "run", checkpoint, tmp_path / "gan.keras", tmp_path / "exported"):
        np.testing.assert_array_equal(Generator(path).sample(3, 4, 1.0), expected)


def test_what_is_no_model(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    with pytest.raises(ValueError, match="no checkpoint yet"):
        load_model(tmp_path)
    (tmp_path / "bad.keras").write_bytes(b"no")
    with pytest.raises(ValueError, match="cannot be loaded"):
        load_model(tmp_path / "bad.keras")
    with pytest.raises(ValueError, match="neither"):
        load_model(tmp_path / "nothing")
