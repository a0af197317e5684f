"""Shapes from the command line."""

import re

import numpy as np
import pytest

from keras_gan.data import write_shape
from tests.cli.test_cli import here


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shapes")
    for name, half in (("large", 6), ("small", 3)):
        (folder / "solids" / name).mkdir(parents=True)
        for i in range(6):
            solid = np.zeros((16, 16, 16), bool)
            solid[8 - half : 8 + half, 8 - half : 8 + half, 6 - i % 2 : 10] = True
            write_shape(folder / "solids" / name / f"{i}.npz", solid)
    return folder


@pytest.mark.slow
def test_shapes_are_trained_resumed_made_and_reported(folder):
    options = (
        "--dataset",
        f"shapes:{folder / 'solids'}",
        "--image-size",
        16,
        "--batch-size",
        4,
        "--out",
        folder / "run",
    )
    code, text = here("train", "conditional-gan3d", *options, "--steps", 1)
    assert code == 0 and "1 steps of 4 voxels" in text, text
    code, text = here("train", "conditional-gan3d", *options, "--steps", 2, "--resume")
    assert code == 0 and "step 2/2" in text, text
    assert {path.suffix for path in (folder / "run" / "samples").iterdir()} == {".png", ".gif"}
    for model, out in (
        (folder / "run", folder / "a.npz"),
        (folder / "run" / "saved_model", folder / "b.npz"),
    ):
        code, text = here("generate", model, "-n", 3, "--label", "small", "--out", out)
        assert code == 0, text
    made = [np.load(folder / name)["voxels"] for name in ("a.npz", "b.npz")]
    assert made[0].shape == (3, 16, 16, 16) and made[0].dtype == bool and (made[0] == made[1]).all()
    code, text = here("generate", folder / "run", "-n", 2, "--out", folder / "mesh.obj")
    assert (code == 0 and (folder / "mesh-001.obj").exists()) or "no voxel is above" in text, text
    code, text = here("generate", folder / "run", "--out", folder / "x.wav")
    assert code == 1 and "makes no .wav files" in text
    assert here("report", folder / "run")[0] == 0
    assert "Generated and real shapes" in (folder / "run" / "report.html").read_text()


@pytest.mark.parametrize(
    "options, message",
    [
        (("gan3d",), "gan3d trains on shapes: --dataset shapes:FOLDER"),
        (("gan3d", "--dataset", "shapes:nothing"), "There is no folder 'nothing'"),
        (("dcgan", "--dataset", "shapes:."), "'shapes:' is of recipes of shapes, such as gan3d"),
    ],
)
def test_held_wrong(options, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, text = here("train", *options)
    assert code == 1 and re.search(message, text), text
