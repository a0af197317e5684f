"""The commands: as a user starts them, or in this process where that shows the same."""

import csv
import json
import os
import pathlib
import signal
import subprocess
import sys
import traceback

import keras
import numpy as np
import pytest
import typer.testing
from PIL import Image

import keras_gan
from keras_gan.callbacks import Checkpoint
from keras_gan.cli import app
from tests.networks.test_projected import mobilenet

ROOT = pathlib.Path(keras_gan.__file__).parents[1]
SHORT = ("--steps", "5", "--batch-size", "16", "--save-every", "2")


def start(*arguments, cwd):
    return subprocess.Popen(
        [sys.executable, "-m", "keras_gan", *map(str, arguments)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "140"},
    )


def command(*arguments, cwd, code=0):
    process = start(*arguments, cwd=cwd)
    out, errors = process.communicate(timeout=300)
    assert process.returncode == code, out + errors
    assert "Traceback" not in errors, errors
    return out if code == 0 else errors


def here(*arguments):
    """Run a command in this process; return its exit code, output and error."""
    result = typer.testing.CliRunner().invoke(app, list(map(str, arguments)))
    error = result.exception
    if error is None or isinstance(error, SystemExit):
        return result.exit_code, result.output
    # The command line shows these as a line; any other is a fault, and the test that fails shows where it was raised.
    expected = isinstance(error, (ValueError, OSError))
    return 1, result.output + (str(error) if expected else "".join(traceback.format_exception(error)))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A short run of the default recipe, and what it printed."""
    folder = tmp_path_factory.mktemp("cli")
    out = command("train", *SHORT, cwd=folder)
    return folder, out


def test_train_writes_the_run_folder(run):
    folder, out = run
    path = folder / "runs" / "residual-dcgan"
    assert {p.name for p in path.iterdir()} == {
        "config.json",
        "history.csv",
        "samples",
        "checkpoints",
        "saved_model",
        "logs",
    }
    config = json.loads((path / "config.json").read_text())
    assert config["recipe"] == "residual-dcgan" and config["dataset"] == "mnist_5k" and config["steps"] == 5
    assert len((path / "history.csv").read_text().splitlines()) == 2
    assert json.loads((path / "saved_model" / "metadata.json").read_text())["dataset"] == "mnist_5k"
    last = out.strip().splitlines()[-3:]
    assert last[0].split() == ["Run", "folder:", "runs/residual-dcgan"]
    assert last[1].split() == ["Generator:", "runs/residual-dcgan/saved_model"]
    picture = folder / last[2].split()[1]
    assert Image.open(picture).size[0] > 100
    assert "step 5/5" in out and "left" in out


@pytest.mark.slow
def test_a_second_run_in_the_same_folder_needs_resume(run, monkeypatch):
    folder, _ = run
    monkeypatch.chdir(folder)
    assert "--resume" in here("train", *SHORT)[1]
    assert "seed was 0, now 3" in here("train", *SHORT, "--seed", "3", "--resume")[1]
    out = command("train", "--steps", "7", *SHORT[2:], "--resume", cwd=folder)
    assert "Resumed from runs/residual-dcgan/checkpoints/step-00000005" in out and "step 7/7" in out
    with pytest.warns(
        UserWarning, match=r"another objective: loss was .*NonSaturating.* It continues with the new one"
    ):
        code, text = here("train", "--steps", "8", *SHORT[2:], "--resume", "--loss", "hinge")
    assert code == 0, text
    assert json.loads(pathlib.Path("runs/residual-dcgan/config.json").read_text())["loss"] == "hinge"


@pytest.mark.parametrize("kind", ["run", "keras", "saved_model"])
def test_generate(run, tmp_path, kind):
    folder, _ = run
    path = folder / "runs" / "residual-dcgan"
    if kind == "keras":
        path = Checkpoint(path / "checkpoints").latest() / "model.keras"
    elif kind == "saved_model":
        path = path / "saved_model"
    out = tmp_path / "new" / "grid.png"
    code, text = here("generate", path, "-n", "6", "--columns", "3", "--seed", "2", "--out", out)
    assert code == 0, text
    assert Image.open(out).size == (174, 116)


def test_export(run, tmp_path):
    folder, _ = run
    code, out = here(
        "export", folder / "runs" / "residual-dcgan", "--out", tmp_path / "m.tflite", "--format", "litert"
    )
    assert code == 0 and (tmp_path / "m.tflite").stat().st_size > 10_000, out
    metadata = json.loads((tmp_path / "m.tflite.metadata.json").read_text())
    assert metadata["dataset"] == "mnist_5k"


@pytest.mark.parametrize("name", ["walk.gif", "sheet.png"])
def test_interpolate(run, tmp_path, name):
    folder, _ = run
    options = ("--rows", "2", "--columns", "3", "--frames", "5", "--keys", "2")
    code, text = here(
        "interpolate", folder / "runs" / "residual-dcgan" / "saved_model", "--out", tmp_path / name, *options
    )
    assert code == 0, text
    with Image.open(tmp_path / name) as picture:
        assert picture.size == (174, 116)
        # Frames that are the same become one, and five steps have hardly taught it anything.
        assert (getattr(picture, "n_frames", 1) > 1) == ("gif" in name)
    code, text = here("interpolate", folder / "runs" / "residual-dcgan", "--out", tmp_path / "walk.avi")
    assert code == 1 and ".gif, .mp4 or .png" in text


def test_evaluate_and_report(run, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder, _ = run
    path = folder / "runs" / "residual-dcgan"
    keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten()]).save(tmp_path / "pixels.keras")
    options = ("--reference", "mnist_5k", "--split", "test", "-n", "100")
    code, text = here("evaluate", path, *options, "--extractor", tmp_path / "pixels.keras")
    assert code == 0, text
    assert "coverage" in text and str(path / "evaluation.json") in text
    stored = json.loads((path / "evaluation.json").read_text())["figures"]
    assert stored["fid"]["n_reference"] == 500 and stored["kid"]["subset_size"] == 50
    code, text = here("evaluate", path, *options, "--metrics", "fod")
    assert code == 1 and "fid, kid, mind, cmmd, prdc" in text
    code, text = here("report", path)
    assert code == 0 and "coverage" in (path / "report.html").read_text()


@pytest.mark.slow
def test_a_run_is_validated_on_held_out_images(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten()]).save("pixels.keras")
    options = ("--hold-out", "test", "--metrics", "fid,swd", "--extractor", "pixels.keras")
    code, text = here("train", "--steps", "71", "--seed", "1", *options)
    assert code == 0, text
    with open("runs/residual-dcgan/history.csv") as file:
        row = next(csv.DictReader(file))
    assert float(row["val_fid"]) > 0 and float(row["val_swd"]) > 0 and row["val_real_score"]


def test_recipes_lists_them_all():
    code, out = here("recipes")
    assert code == 0 and all(name in out for name in keras_gan.recipes.RECIPES)


@pytest.mark.slow
def test_interrupted_run_saves_says_how_to_go_on_and_ends_the_same(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    options = ("--steps", "12", "--batch-size", "16")
    command("train", *options, "--out", whole, "--resume", cwd=tmp_path)  # --resume starts where nothing is
    process = start("train", *options, "--out", broken, cwd=tmp_path)
    for line in process.stdout:
        if line.startswith("step 3/"):
            process.send_signal(signal.SIGINT)
            break
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 130, out + errors
    assert "--resume" in out and "Saved: " in out and "Traceback" not in errors
    command("train", *options, "--out", broken, "--resume", cwd=tmp_path)
    for a, b in zip((whole / "samples").iterdir(), (broken / "samples").iterdir(), strict=True):
        assert a.read_bytes() == b.read_bytes()
    assert (whole / "history.csv").read_bytes() == (broken / "history.csv").read_bytes()


@pytest.mark.slow
def test_fine_tuning(run, tmp_path):
    folder, _ = run
    out = command(
        "train",
        "--init-from",
        folder / "runs" / "residual-dcgan",
        "--freeze-d",
        "1",
        *SHORT,
        "--out",
        tmp_path / "tuned",
        "--precision",
        "mixed_bfloat16",
        "--loss",
        "least_squares",
        cwd=tmp_path,
    )
    assert "step 5/5" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("train", "dcgn"), 1, "There are: dcgan, residual-dcgan, sprites, lsgan"),
        (("train", "--stepps", "5"), 2, "--stepps"),
        (("train", "--epochs", "1", "--steps", "1"), 1, "not both"),
        (("train", "--loss", "hinj", "--steps", "1"), 1, "non_saturating"),
        (("train", "--dataset", "folder:nowhere"), 1, "no folder"),
        (("train", "--batch-size", "100000"), 1, "fewer than one batch"),
        (("train", "--freeze-d", "9"), 1, "blocks"),
        (("train", "--metrics", "fid"), 1, "--hold-out"),
        (("train", "--hold-out", "tst", "--metrics", "swd"), 1, "'test'"),
        (("train", "--hold-out", "test", "--metrics", "fod"), 1, "fid, kid"),
        (("train", "--out", "/dev/null/x", "--steps", "1"), 1, "/dev/null"),
        (("train", "--precision", "float8"), 2, "mixed_bfloat16"),
        (("generate", "nowhere"), 1, "must be a run folder"),
        (("export", "nowhere", "--out", "x"), 1, "must be a run folder"),
    ],
)
def test_mistakes_get_a_clear_error(tmp_path, monkeypatch, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    returned, text = here(*arguments)
    assert returned == code
    assert message in text.replace("\n", " ")
    assert not list(tmp_path.glob("runs/*"))


def test_an_error_is_one_line_without_a_traceback(tmp_path):
    errors = command("train", "dcgn", cwd=tmp_path, code=1)
    assert (
        errors.strip().splitlines()[-1].startswith("Error: There is no recipe 'dcgn'. Did you mean 'dcgan'?")
    )


def test_a_folder_with_other_things_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    assert "not empty" in here("train", "--steps", "1", "--out", "mine")[1]
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_two_seeds_differ_and_one_repeats(run, tmp_path):
    folder, _ = run
    model = folder / "runs/residual-dcgan/saved_model"
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        assert here("generate", model, "-n", "4", "--seed", seed, "--out", tmp_path / f"{name}.png")[0] == 0
    a, b, c = (np.asarray(Image.open(tmp_path / f"{n}.png")) for n in "abc")
    assert (a == b).all() and (a != c).any()


@pytest.fixture(scope="module")
def colour_folder(tmp_path_factory):
    """Two class folders of 24 colour pictures each."""
    folder = tmp_path_factory.mktemp("colours")
    rng = np.random.default_rng(0)
    for name in ("bright", "dark"):
        (folder / name).mkdir()
        for i in range(24):
            pixels = rng.integers(0, 128, (32, 32, 3)) + 127 * (name == "bright")
            Image.fromarray(pixels.astype("uint8")).save(folder / name / f"{i}.png")
    return folder


OF_IMAGES = [name for name in keras_gan.recipes.RECIPES if keras_gan.recipes.get(name).data == "images"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "data"),
    [
        (name, data)
        for name in OF_IMAGES
        for data in ("mnist_5k", "folder")
        # Grey images differ in the networks' first and last layer alone.
        if data == "folder" or name in ("dcgan", "cgan", "progan", "vae", "f-anogan")
    ],
)
def test_every_recipe_trains(recipe, data, colour_folder, tmp_path, monkeypatch):
    # Its published weights are not at hand.
    monkeypatch.setattr("keras_gan.recipes.projected.pretrained", lambda name: mobilenet())
    dataset = data if data == "mnist_5k" else f"folder:{colour_folder}"
    options = ("--dataset", dataset, "--steps", "1", "--batch-size", "8")
    on_gan = keras_gan.recipes.get(recipe).on_gan
    if on_gan:
        code, out = here("train", "wgan-gp", *options, "--out", tmp_path / "gan")
        assert code == 0, out
        options += ("--init-from", tmp_path / "gan")
    code, out = here("train", recipe, *options, "--out", tmp_path / "run")
    assert code == 0, out
    label = ("--label", "1") if keras_gan.recipes.get(recipe).labels else ()
    code, out = here("generate", tmp_path / "run", "-n", "4", "--out", tmp_path / "grid.png", *label)
    assert (code == 1 and "makes no images" in out) if recipe == "ganomaly" else code == 0, out
    code, out = here("generate", tmp_path / "run/saved_model", "-n", "4", "--out", tmp_path / "b.png", *label)
    if recipe in ("f-anogan", "ganomaly", "bigan"):
        assert code == 1 and "scores images" in out, out
        folder = dataset.removeprefix("folder:")
        if data == "folder":
            code, out = here("detect", tmp_path / "run", folder, "--limit", 0.1, "--out", tmp_path / "found")
            assert code == 0 and "48 images scored" in out, out
        return
    assert code == 0, out
    model, exported = (np.asarray(Image.open(tmp_path / name), int) for name in ("grid.png", "b.png"))
    # Graphs of a SavedModel add in another order, which a value between two grey levels shows.
    assert np.abs(model - exported).max() <= 1 and (model != exported).mean() < 1e-3


@pytest.mark.slow
def test_commands_read_what_a_command_wrote(tmp_path):
    """In processes of their own: one that imports names when they are used must know the classes in a file."""
    command("train", "dcgan", "--steps", 3, "--batch-size", 8, "--out", "run", cwd=tmp_path)
    assert "GAN" in command("describe", "run", cwd=tmp_path)
    command("generate", "run", "--out", "grid.png", cwd=tmp_path)
    assert (tmp_path / "grid.png").stat().st_size > 0


@pytest.mark.parametrize(
    ("mode", "side", "options", "expected"),
    [
        ("RGB", 32, {}, "sprites"),
        ("RGBA", 64, {}, "sprites"),
        ("P", 32, {}, "sprites"),
        ("RGB", 96, {}, "residual-dcgan"),
        ("RGB", 96, {"image_size": 48}, "sprites"),
        ("RGB", 32, {"image_size": 96}, "residual-dcgan"),
        ("RGB", 32, {"channels": 1}, "residual-dcgan"),
        ("L", 32, {}, "residual-dcgan"),
        ("LA", 32, {}, "residual-dcgan"),
    ],
)
def test_the_recipe_of_a_folder(mode, side, options, expected, tmp_path, capsys):
    """Small images in colour have one of their own, and the command says so."""
    from keras_gan.cli.train import _recipe_for

    for split in ("train", "test"):
        (tmp_path / split).mkdir()
        Image.new(mode, (side, side - 4)).save(tmp_path / split / "a.png")
    for dataset in (f"folder:{tmp_path}", str(tmp_path)):
        options = {"image_size": None, "channels": None, **options}
        assert _recipe_for(dataset, **options) == expected
        assert ("recipe sprites" in capsys.readouterr().out) is (expected == "sprites")


def test_the_recipe_where_there_is_no_folder_of_images(tmp_path):
    from keras_gan.cli.train import _recipe_for

    (tmp_path / "a.png").write_text("no image")
    for dataset in (
        None,
        "mnist",
        "cifar10",
        "folder:nowhere",
        f"folder:{tmp_path}",
        str(tmp_path / "a.png"),
    ):
        assert _recipe_for(dataset, None, None) == "residual-dcgan"
