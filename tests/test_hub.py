"""The Hugging Face Hub, faked by a folder: the calls are those of huggingface_hub 2.4."""

import hashlib
import json
import shutil
import sys
import types

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.hub import hub_name, model_card
from tests.helpers import assert_same_state, tiny_gan


@pytest.fixture
def hub(tmp_path, monkeypatch):
    from keras.src.saving import saving_lib

    class Api:
        def __init__(self, library_name=None, library_version=None):
            pass

        def create_repo(self, repo_id, exist_ok=False):
            return types.SimpleNamespace(repo_id=repo_id)

        def upload_folder(self, *, repo_id, folder_path, commit_message, delete_patterns):
            for pattern in delete_patterns:
                for path in (tmp_path / repo_id).glob(pattern):
                    path.unlink()
            shutil.copytree(folder_path, tmp_path / repo_id, dirs_exist_ok=True)

    def snapshot_download(repo_id, library_name=None, library_version=None):
        if not (tmp_path / repo_id).exists():
            raise ConnectionError("404 Client Error.\n\nRepository Not Found")
        return str(tmp_path / repo_id)

    fake = types.SimpleNamespace(HfApi=Api, snapshot_download=snapshot_download)
    monkeypatch.setattr(saving_lib, "huggingface_hub", fake)
    monkeypatch.setattr(saving_lib, "check_pydot", lambda: False)
    monkeypatch.setitem(sys.modules, "huggingface_hub", fake)
    return tmp_path


def test_saved_with_a_card_and_loaded(hub, images, capsys):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, verbose=0)
    gan.save("hf://me/digits", licence="cc-by-4.0")
    card = (hub / "me" / "digits" / "README.md").read_text()
    assert "license: cc-by-4.0" in card and "the arrays" in card and "| d_loss |" in card
    assert (hub / "me" / "digits" / "samples.png").stat().st_size > 100
    notes = json.loads((hub / "me" / "digits" / "preset.json").read_text())
    assert notes["about"]["class"] == "GAN" and notes["licence"] == "cc-by-4.0"
    weights = (hub / "me" / "digits" / "model.weights.h5").read_bytes()
    assert notes["sha256"] == hashlib.sha256(weights).hexdigest() and notes["size"] == len(weights)
    loaded = keras.saving.load_model("hf://me/digits")
    assert_same_state(gan, loaded)
    # By name, both ways.
    keras_gan.save_to_preset(gan, "hf://me/preset", licence="mit", optimizers=True)
    assert_same_state(gan, keras_gan.from_preset("hf://me/preset"))
    assert 'from_preset("hf://me/preset")' in (hub / "me" / "preset" / "README.md").read_text()
    keras_gan.save_to_preset(gan, "hf://me/small")
    small = keras_gan.from_preset("hf://me/small")
    np.testing.assert_array_equal(small.generate(4, seed=0), gan.generate(4, seed=0))
    assert not small.compiled and small.ema_decay == gan.ema_decay
    size = lambda name: (hub / "me" / name / "model.weights.h5").stat().st_size
    assert size("small") < 0.6 * size("preset")
    # In the commands, too, whose paths lose a slash.
    from keras_gan.cli import app

    app(["generate", "hf://me/digits", "-n", "4", "--out", str(hub / "grid.png")], standalone_mode=False)
    app(["describe", "hf://me/digits"], standalone_mode=False)
    assert "class: GAN" in capsys.readouterr().out and (hub / "grid.png").exists()
    gan.save(hub / "gan.keras")
    app(["push", str(hub / "gan.keras"), "hf://me/again"], standalone_mode=False)
    assert "Not given." in (hub / "me" / "again" / "README.md").read_text()


def test_what_is_changed_or_missing(hub, images):
    for name in ("model.weights.h5", "config.json"):
        keras_gan.save_to_preset(tiny_gan(), "hf://me/small")
        (hub / "me" / "small" / name).write_bytes(b"another")
        with pytest.raises(ValueError, match=f"{name} is missing or changed: its SHA-256"):
            keras_gan.from_preset("hf://me/small")
    # A file that would be loaded in the place of the one that was checked.
    tiny_gan().save(hub / "me" / "small" / "model.keras")
    with pytest.raises(
        ValueError, match="model.keras is not the model that preset.json is of, which is model.w"
    ):
        keras_gan.from_preset("hf://me/small")
    keras_gan.save_to_preset(tiny_gan(), "hf://me/small")  # takes it away
    assert keras_gan.from_preset("hf://me/small").generate(2, seed=0).shape == (2, 8, 8, 1)
    for load in (keras_gan.from_preset, keras_gan.runs.load_model):
        with pytest.raises(
            OSError, match="hf://me/none cannot be downloaded: 404 Client Error.*hf auth login"
        ):
            load("hf://me/none")


def test_names_and_the_missing_package(monkeypatch):
    import pathlib

    assert hub_name(pathlib.Path("hf://a/b")) == "hf://a/b" and hub_name("runs/dcgan") is None
    with pytest.raises(ValueError, match="hf://USER/NAME"):
        tiny_gan().save("hf://a/b/c")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"keras-gan\[hub\]"):
        tiny_gan().save("hf://a/b")


def test_cards_of_vectors_and_of_translators():
    card = model_card({"class": "GAN", "image_shape": [2], "dataset": None}, "model = ...")
    assert "vectors of [2]" in card and "Not measured." in card and "samples.png" not in card
    about = {
        "class": "Pix2Pix",
        "image_shape": [32, 32, 3],
        "inputs": {"source": {}},
        "figures": {"psnr": {"value": 30.0}},
    }
    card = model_card(about, "model = ...", samples=["samples.png", "samples.wav"])
    assert (
        "Samples: [samples.wav](samples.wav)." in card and "model.translate" in card and "- psnr: 30" in card
    )
    assert np.all([line in card for line in ("## Data", "## Metrics", "## Licence")])
    assert keras_gan.__version__
