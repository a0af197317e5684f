"""What users of the commands bring and hold wrong, in this process."""

import json
import signal
import threading
import time

import numpy as np
import pytest
from PIL import Image

import keras_gan
from tests.cli.test_cli import command, here, start
from tests.helpers import tiny_gan


def sprites(folder, classes=("drakes", "imps"), n=6, mode="RGBA"):
    """Images with hidden colours under their transparent pixels."""
    rng = np.random.default_rng(0)
    for name in classes:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for i in range(n):
            pixels = rng.integers(0, 256, (16, 16, 4), "uint8")
            pixels[:4, :, 3] = 0
            Image.fromarray(pixels).convert(mode).save(folder / name / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def transparent(tmp_path_factory):
    """A run of transparent images by class."""
    folder = tmp_path_factory.mktemp("transparent")
    data = sprites(folder / "data")
    code, out = here(
        *("train", "cgan", "--dataset", f"folder:{data}", "--channels", 4, "--image-size", 16, "--steps", 4),
        *("--batch-size", 4, "--sample-every", 2, "--out", folder / "run"),
    )
    assert code == 0, out
    return folder


def test_grids_within_an_epoch(transparent):
    names = sorted(path.name for path in (transparent / "run" / "samples").iterdir())
    assert names == ["samples.gif", "step-000000.png", "step-000002.png", "step-000004.png"]


def test_transparent_runs_are_shown_and_measured(transparent, tmp_path):
    run = transparent / "run"
    assert here("report", run)[0] == 0
    page = (run / "report.html").read_text()
    assert "Nearest training images" in page and "not shown" not in page
    for name in ("walk.gif", "sheet.png"):
        code, out = here(
            "interpolate", run, "--out", tmp_path / name, "--frames", 4, "--rows", 1, "--columns", 2
        )
        assert code == 0, out
    with Image.open(tmp_path / "walk.gif") as walk:
        assert "transparency" not in walk.info
    import keras

    keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Flatten()]).save(tmp_path / "pixels.keras")
    code, out = here(
        *(
            "evaluate",
            run,
            "--reference",
            f"folder:{transparent / 'data'}",
            "--extractor",
            tmp_path / "pixels.keras",
        ),
        *("--metrics", "fid", "-n", 8, "--out", tmp_path / "e.json"),
    )
    assert code == 0 and "composited over white" in out, out


def test_classes_by_name(transparent, tmp_path):
    run, out = transparent / "run", tmp_path / "grid.png"
    for model in (run, run / "saved_model"):
        pictures = []
        for label in ("imps", "1"):
            code, said = here("generate", model, "-n", 4, "--label", label, "--out", out)
            assert code == 0, said
            pictures.append(np.asarray(Image.open(out)))
        np.testing.assert_array_equal(*pictures)
        code, said = here("generate", model, "--label", "imp", "--out", out)
        assert code == 1 and "Did you mean 'imps'" in said
    from keras_gan.runs.load import load_model

    gan = load_model(run)
    by_name = gan.generate(3, seed=0, labels=["imps", "drakes", "imps"])
    np.testing.assert_array_equal(by_name, gan.generate(3, seed=0, labels=[1, 0, 1]))
    np.testing.assert_array_equal(gan.generate(2, seed=0, labels="imps"), gan.generate(2, seed=0, labels=1))


def test_describe(transparent, tmp_path):
    run = transparent / "run"
    gan_file = next((run / "checkpoints").glob("step-*")) / "model.keras"
    assert here("export", run, "--out", tmp_path / "m.tflite", "--format", "litert")[0] == 0
    for model in (run, run / "saved_model", gan_file, tmp_path / "m.tflite"):
        code, out = here("describe", model)
        assert code == 0 and "0: drakes" in out and "1: imps" in out, out
        assert "input latents: float32" in out and "input labels: int32" in out
    assert "recipe: cgan" in here("describe", run)[1]
    (tmp_path / "alone.onnx").write_bytes(b"")
    assert "no alone.onnx.metadata.json" in here("describe", tmp_path / "alone.onnx")[1]


def test_a_run_again_from_its_config(transparent, tmp_path):
    config = transparent / "run" / "config.json"
    code, out = here("train", "--config", config.parent, "--out", tmp_path / "again", "--steps", 2)
    assert code == 0, out
    before, now = (json.loads(path.read_text()) for path in (config, tmp_path / "again" / "config.json"))
    assert {name for name in now if now[name] != before[name]} == {"steps"}
    (tmp_path / "bad.json").write_text('{"recipy": "cgan"}')
    assert "options that `train` does not have: recipy" in here("train", "--config", tmp_path / "bad.json")[1]
    (tmp_path / "bad.json").write_text("no JSON")
    assert "cannot be read" in here("train", "--config", tmp_path / "bad.json")[1]


@pytest.mark.slow
def test_other_classes_keep_all_weights_but_theirs(transparent, tmp_path):
    data = sprites(tmp_path / "data", ("drakes", "imps", "orcs"))
    arguments = ("--channels", 4, "--image-size", 16, "--steps", 1, "--batch-size", 4, "--monitor", "off")
    code, out = here(
        *("train", "cgan", "--dataset", f"folder:{data}", *arguments, "--out", tmp_path / "run"),
        *("--init-from", transparent / "run"),
    )
    assert code == 0 and "has 2 classes, these data 3" in out, out
    code, out = here(
        *("train", "dcgan", "--dataset", f"folder:{data}", *arguments, "--out", tmp_path / "other"),
        *("--init-from", transparent / "run"),
    )
    assert code == 1 and "2 classes, this one none" in out, out


@pytest.fixture(scope="module")
def translator(tmp_path_factory):
    """A Pix2Pix of any size as a `.keras` file."""
    path = tmp_path_factory.mktemp("translator") / "gan.keras"
    gan = keras_gan.Pix2Pix(
        keras_gan.networks.resnet((None, None, 3), blocks=1, filters=2),
        keras_gan.networks.patchgan((16, 16, 3), 3, filters=2, receptive_field=16),
    )
    gan.compile()
    gan.save(path)
    return path


@pytest.mark.slow
def test_translate_goes_on_after_images_that_it_cannot_take(translator, tmp_path):
    images = sprites(tmp_path / "images", ("a", "b"), 2, "RGB")
    Image.new("RGB", (16, 16)).save(images / "beside.png")
    (images / "a" / "deeper").mkdir()
    Image.new("RGB", (20, 12)).save(images / "a" / "deeper" / "x.tif")
    (images / "broken.png").write_bytes(b"no image")
    Image.new("RGB", (1, 1)).save(images / "a" / "tiny.png")
    code, out = here("translate", translator, images, tmp_path / "out")
    written = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.png"))
    assert {"a/0.png", "a/deeper/x.png", "b/1.png", "beside.png"} <= set(written)
    assert code == 1 and "broken.png is not a readable image" in out, out
    assert here("translate", translator, images, tmp_path / "out", "--skip-bad")[0] == 0
    # Written below the images: a second call does not take its own output.
    assert here("translate", translator, images, images / "out", "--skip-bad")[0] == 0
    code, out = here("translate", translator, images, images / "out", "--skip-bad")
    assert code == 0 and not list((images / "out").rglob("out")), out


def test_transparency_is_kept(translator, tmp_path):
    (tmp_path / "in").mkdir()
    pixels = np.zeros((16, 16, 4), "uint8")
    pixels[4:12, 4:12] = (200, 40, 90, 255)  # what is transparent hides black
    Image.fromarray(pixels).save(tmp_path / "in" / "a.png")
    assert here("translate", translator, tmp_path / "in", tmp_path / "out")[0] == 0
    made = np.asarray(Image.open(tmp_path / "out" / "a.png"))
    np.testing.assert_array_equal(made[..., 3], pixels[..., 3])
    generator = keras_gan.networks.srvggnet(2, filters=2, convolutions=1)
    for weight in generator.layers[-4].weights:  # the last convolution: what is left is the input, enlarged
        weight.assign(0 * weight)
    sr = keras_gan.SRGAN(generator, keras_gan.networks.srgan_discriminator((16, 16, 3), filters=2, units=2))
    sr.save(tmp_path / "sr.keras")
    code, out = here("upscale", tmp_path / "sr.keras", tmp_path / "in" / "a.png")
    assert code == 0, out
    large = np.asarray(Image.open(tmp_path / "in" / "a_x2.png"))
    assert large.shape == (32, 32, 4) and (large[12:20, 12:20, 3] == 255).all() and large[0, 0, 3] == 0
    # No black bleeds into the edges.
    np.testing.assert_array_equal(large[..., :3], np.broadcast_to((200, 40, 90), (32, 32, 3)))
    assert (
        here("upscale", tmp_path / "sr.keras", tmp_path / "in" / "a.png", "--out", tmp_path / "a.jpg")[0] == 0
    )


@pytest.mark.slow
def test_low_and_high_resolution_of_ones_own(tmp_path):
    for name, side in (("high", 32), ("low", 16)):
        for i in range(4):
            (tmp_path / name).mkdir(exist_ok=True)
            Image.new("RGB", (side, side), (40 * i, 0, 0)).save(tmp_path / name / f"{i}.png")
    short = ("--steps", 1, "--batch-size", 2, "--monitor", "off")
    data = ("--dataset", f"folder:{tmp_path / 'high'}", "--low", tmp_path / "low")
    code, out = here(
        "train", "srgan", *short, *data, "--crop", 32, "--network", "compact", "--out", tmp_path / "run"
    )
    assert code == 0, out
    with pytest.raises(ValueError, match="--low LOW"):
        keras_gan.data.paired_folders(tmp_path / "low", tmp_path / "high")
    Image.new("RGB", (20, 20)).save(tmp_path / "low" / "0.png")
    code, out = here("train", "srgan", *short, *data, "--crop", 32, "--out", tmp_path / "b")
    assert code == 1 and "do not differ by `scale` = 2" in out, out


def test_a_thread_may_train(tmp_path):
    """Handlers of signals can be set in the main thread alone."""
    results = []

    def train():
        results.append(
            here("train", "--steps", 2, "--batch-size", 8, "--monitor", "off", "--out", tmp_path / "run")
        )

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert results[0][0] == 0, results


@pytest.mark.slow
def test_ctrl_c_in_the_first_epoch_leaves_an_image_and_a_row(tmp_path):
    process = start("train", "--steps", 5000, "--batch-size", 64, "--out", "run", cwd=tmp_path)
    for line in process.stdout:
        if line.startswith("step"):
            break
    process.send_signal(signal.SIGINT)
    # Pressed twice in haste: the save goes on.
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 130 and "--resume" in out and "nothing yet" not in out, out + errors
    assert (tmp_path / "run" / "samples" / "epoch-0001.png").exists()
    rows = (tmp_path / "run" / "history.csv").read_text().splitlines()
    assert len(rows) == 2 and "d_loss" in rows[0] and "val_" not in rows[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("export", "gan.keras", "--out", "x.h5"), "is the name of a file"),
        (("export", "gan.keras", "--out", "x.onnx"), "format='onnx'"),
        (("export", "gan.keras", "--out", "folder", "--format", "onnx"), "must end in .onnx"),
        (
            ("export", "gan.keras", "--out", "gan.keras/x.tflite", "--format", "litert"),
            "cannot be written: Not a directory",
        ),
        (("generate", "gan.keras", "--out", "gan.keras/x.png"), "cannot be written"),
        (("generate", "gan.keras", "--out", "folder"), "must be an image's name"),
        (("generate", "gan.keras", "-n", "0"), "greater than or equal to 1"),
        (("generate", "gan.keras", "--label", "imps"), "no classes"),
        (("train", "--dataset", "folder:nowhere", "--out", "used"), "There is no folder 'nowhere'"),
        (
            ("train", "--metrics", "fid", "--hold-out", "test", "--weights", "no.pth", "--out", "new"),
            "no.pth",
        ),
        (("train", "--metrics", "FID", "--hold-out", "test"), "must be names among"),
        (("train", "--loss", "Hinge", "--steps", "1", "--out", "new"), "Did you mean 'hinge'"),
        (("train", "--image-size", "100000", "--out", "new"), "at most"),
        (
            ("train", "--value-range", "a,b", "--dataset", "folder:folder", "--out", "new"),
            "two numbers with a comma",
        ),
        (("train", "--network", "compact"), "not --network"),
        (("train", "srgan", "--network", "large", "--out", "new"), "`network` must be"),
        (("evaluate", "mixed", "--reference", "mnist_5k", "--metrics", "swd"), "--image-size"),
        (("push", "gan.keras", "hf://digits"), "hf://USER/NAME"),
    ],
)
def test_held_wrong(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    tiny_gan().save("gan.keras")
    for name in ("folder", "used", "mixed"):
        (tmp_path / name).mkdir()
    (tmp_path / "used" / "thesis.txt").write_text("x")
    for side in (20, 24):
        Image.new("L", (side, side)).save(tmp_path / "mixed" / f"{side}.png")
    code, out = here(*arguments)
    assert code != 0 and message in " ".join(out.split()), out
    assert not (tmp_path / "new").exists() and not (tmp_path / "x.h5").exists()


def test_mixed_sizes_are_brought_to_one(tmp_path):
    for side in (20, 24, 28):
        for i in range(3):
            (tmp_path / "mixed").mkdir(exist_ok=True)
            Image.new("L", (side, side), 10 * i).save(tmp_path / "mixed" / f"{side}-{i}.png")
    code, out = here(
        *(
            "evaluate",
            tmp_path / "mixed",
            "--reference",
            "mnist_5k",
            "--metrics",
            "ms_ssim",
            "--image-size",
            32,
        ),
        *("-n", 9, "--out", tmp_path / "e.json"),
    )
    assert code == 0, out


@pytest.mark.slow
def test_a_command_that_computes_nothing_starts_no_tensorflow(tmp_path):
    """Within an eighth of `import keras`: by what it imports, whatever the machine."""
    import subprocess
    import sys

    code = (
        "import sys; sys.argv = ['keras-gan', *sys.argv[1:]]\n"
        "from keras_gan.cli import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "print({'keras', 'tensorflow', 'numpy'} & set(sys.modules), file=sys.stderr)"
    )
    for arguments in (
        ("--help",),
        ("recipes",),
        ("train", "--help"),
        ("train", "nosuch"),
        ("train", "--steps", "x"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=tmp_path
        )
        assert done.stderr.strip().endswith("set()"), done.stderr
    assert "dcgan" in command("recipes", cwd=tmp_path)


@pytest.mark.slow
def test_a_run_that_was_killed_has_the_same_history(tmp_path):
    """The monitor's columns too: it checks at steps alone, and what it saw last comes back."""
    arguments = ("train", "--steps", 400, "--save-every", 20, "--batch-size", 64, "--sample-every", 100)
    command(*arguments, "--out", "whole", cwd=tmp_path)
    for lines in (2, 6):
        process = start(*arguments, "--out", "killed", "--resume", cwd=tmp_path)
        for line in process.stdout:
            lines -= line.startswith("step")
            if lines == 0:
                break
        process.kill()
        process.communicate()
    command(*arguments, "--out", "killed", "--resume", cwd=tmp_path)
    names = [
        "history.csv",
        *(f"samples/step-{step:06d}.png" for step in (100, 200, 300, 400)),
        "samples/samples.gif",
    ]
    for name in names:
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "killed" / name).read_bytes(), name
    header, *rows = (tmp_path / "whole" / "history.csv").read_text().splitlines()
    at = header.split(",").index("monitor_movement")
    assert "val_" not in header
    assert np.isfinite(float(rows[-1].split(",")[at]))  # against the images of the check before
    looks = [json.loads(line) for line in (tmp_path / "killed" / "monitor.jsonl").read_text().splitlines()]
    assert looks == [
        json.loads(line) for line in (tmp_path / "whole" / "monitor.jsonl").read_text().splitlines()
    ]
