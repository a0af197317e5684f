"""`keras-gan` on StyleGANs: project, edit, interpolate, and training with an augmentation."""

import keras
import numpy as np
import pytest
from PIL import Image

from tests.models.test_stylegan2 import style_gan
from tests.test_cli import here


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("style") / "gan.keras"
    style_gan().save(path)
    return path


@pytest.fixture(scope="module")
def extractor(tmp_path_factory):
    path = tmp_path_factory.mktemp("extractor") / "pixels.keras"
    keras.Sequential([keras.layers.Input((8, 8, 3)), keras.layers.Flatten()]).save(path)
    return path


def test_project_and_edit_what_was_found(model, extractor, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype("uint8")
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    code, out = here(
        *("project", model, tmp_path / "picture.png", "--steps", "5"),
        *("--extractor", extractor, "--out", tmp_path / "found"),
    )
    assert code == 0 and "distance" in out, out
    assert np.load(tmp_path / "found/w.npy").shape == (1, 6, 8)
    assert Image.open(tmp_path / "found/projection.gif").n_frames == 5
    assert (tmp_path / "found/projection.png").exists()
    code, out = here(
        *("edit", model, "--w", tmp_path / "found/w.npy", "--direction", "1"),
        *("--layers", "0-2", "--out", tmp_path / "edited.png"),
    )
    assert code == 0 and (tmp_path / "edited.png").exists(), out


@pytest.mark.parametrize("method", ["sefa", "ganspace"])
def test_a_sheet_for_each_direction(model, method, tmp_path):
    code, out = here(
        "edit", model, "--method", method, "--count", "2", "-n", "2", "--out", tmp_path / "edits"
    )
    assert code == 0, out
    assert sorted(p.name for p in (tmp_path / "edits").iterdir()) == [f"{method}_0.png", f"{method}_1.png"]


def test_ways_in_w_and_z(model, tmp_path):
    pictures = []
    for space in ("w", "z"):
        code, out = here(
            "interpolate", model, "--space", space, "--out", tmp_path / f"{space}.png", "--rows", "1"
        )
        assert code == 0, out
        pictures.append((tmp_path / f"{space}.png").read_bytes())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("edit", "MODEL", "--method", "pca"), "--method must be sefa or ganspace"),
        (("edit", "MODEL", "--layers", "a"), "--layers must be"),
        (("edit", "MODEL", "--direction", "8"), "8 directions"),
        (("edit", "MODEL", "--layers", "0-9"), "0 to 5"),
        (("interpolate", "MODEL", "--space", "s"), "`space` must be"),
        (("train", "dcgan", "--augmentation", "adda"), "Did you mean 'ada'"),
        (("train", "stylegan2", "--image-size", "28"), "power of two"),
    ],
)
def test_refused(model, arguments, words, tmp_path):
    code, out = here(*(model if a == "MODEL" else a for a in arguments), "--out", tmp_path / "out.gif")
    assert code != 0 and words in " ".join(out.split()), out


def test_train_with_an_augmentation(tmp_path):
    options = (
        "--steps",
        "2",
        "--batch-size",
        "8",
        "--augmentation",
        "diffaugment",
        "--out",
        tmp_path / "run",
    )
    code, out = here("train", "dcgan", *options)
    assert code == 0, out
    assert '"augmentation": "diffaugment"' in (tmp_path / "run/config.json").read_text()
