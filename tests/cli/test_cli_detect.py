"""Anomalies from the command line: ganomaly, then `detect`."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan.runs.detection import Detection
from tests.cli.test_cli import here


def stripes(rng, columns=False, size=16):
    wave = np.sin(np.arange(size) * np.pi / 4 + rng.uniform(0, 2 * np.pi))
    image = np.broadcast_to(wave[:, None], (size, size))
    return Image.fromarray(np.round(127.5 + 127.5 * (image.T if columns else image)).astype("uint8"))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A short training on horizontal stripes, other ones held out, and a folder with vertical ones among them."""
    folder, rng = tmp_path_factory.mktemp("detect"), np.random.default_rng(0)
    for name, count in (("train", 64), ("normal", 40), ("mixed", 6)):
        (folder / name / ("" if name == "train" else "deeper")).mkdir(parents=True)
        for i in range(count):
            stripes(rng).save(
                folder / name / ("deeper" if i == 1 and name != "train" else "") / f"row_{i}.png"
            )
    for i in range(3):
        stripes(rng, columns=True).save(folder / "mixed" / f"column_{i}.png")
    (folder / "mixed" / "broken.png").write_bytes(b"not an image")
    train = ("train", "ganomaly", "--dataset", f"folder:{folder / 'train'}", "--out", folder / "run")
    code, text = here(*train, "--image-size", 16, "--batch-size", 16, "--steps", 120)
    assert code == 0 and "The monitor reads a discriminator that learns" in text, text
    return folder


def rows_of(folder):
    with (folder / "scores.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_scores_worst_first(run, tmp_path):
    for model in (run / "run", run / "run" / "saved_model"):
        out = tmp_path / model.name
        code, text = here(*("detect", model, run / "mixed", "--out", out, "--normal", run / "normal"))
        assert code == 1 and "Left out: 1" in text and "broken.png" in text and "9 images scored" in text, (
            text
        )
        rows = rows_of(out)
        scores = [float(row["score"]) for row in rows]
        assert len(rows) == 9 and scores == sorted(scores, reverse=True)
        assert {row["file"] for row in rows} >= {"column_0.png", "deeper/row_1.png"}
        assert (out / "heatmaps" / "deeper" / "row_1.png").exists()
        assert f"Anomalies: {sum(int(row['anomaly']) for row in rows)}" in text
        assert Image.open(out / "sheet.png").size[0] > 8 * 16
    both = [
        {row["file"]: float(row["score"]) for row in rows_of(tmp_path / name)}
        for name in ("run", "saved_model")
    ]
    assert both[0] == pytest.approx(both[1], rel=1e-3)
    detector = keras_gan.runs.load_model(run / "run")
    levels = np.asarray(Image.open(run / "mixed" / "column_0.png"))[None, ..., None]
    assert both[0]["column_0.png"] == pytest.approx(detector.score(levels)[0], rel=1e-3)
    # The limit is that of the normal images.
    normal = np.stack([np.asarray(Image.open(path)) for path in sorted((run / "normal").rglob("*.png"))])
    limit = detector.threshold(0.05, normal[..., None])
    found = {row["file"]: int(row["anomaly"]) for row in rows_of(tmp_path / "run")}
    assert found == {name: int(score > limit) for name, score in both[0].items()}
    # It is kept in the file, and in an export of it.
    detector.save(tmp_path / "detector.keras")
    detector.export(tmp_path / "exported")
    assert json.loads((tmp_path / "exported" / "metadata.json").read_text())["limit"] == limit
    for model in (tmp_path / "detector.keras", tmp_path / "exported"):
        code, text = here("detect", model, run / "mixed" / "column_0.png", "--out", tmp_path / "one")
        assert code == 0 and "Anomalies: " in text and len(rows_of(tmp_path / "one")) == 1


@pytest.mark.slow
def test_larger_images_and_what_is_refused(run, tmp_path):
    (tmp_path / "large").mkdir()
    stripes(np.random.default_rng(1), size=40).save(tmp_path / "large" / "a.png")
    stripes(np.random.default_rng(1), size=8).save(tmp_path / "large" / "small.png")
    detect = ("detect", run / "run", tmp_path / "large", "--out", tmp_path / "out")
    code, text = here(*detect, "--windows")
    assert code == 1 and "small.png: of (8, 8) pixels, smaller than the detector's (16, 16)" in text
    assert "No limit is known" in text and "anomaly" not in rows_of(tmp_path / "out")[0]
    assert np.asarray(Image.open(tmp_path / "out" / "heatmaps" / "a.png")).shape == (40, 40)
    (tmp_path / "large" / "small.png").unlink()
    detector = keras_gan.runs.load_model(run / "run")
    large = np.asarray(Image.open(tmp_path / "large" / "a.png"))[None, ..., None]
    assert float(rows_of(tmp_path / "out")[0]["score"]) == pytest.approx(detector.score(large)[0], rel=1e-3)
    for options, message in (
        (("--normal", tmp_path / "large"), "needs 20 normal images or more"),
        (("--normal", run / "normal", "--limit", 1.0), "not both"),
        (("--normal", tmp_path / "nowhere"), "nowhere"),
    ):
        code, text = here(*detect, *options)
        assert code == 1 and message in text, text
    for command in ("report", "describe"):
        code, text = here(command, run / "run")
        assert code == 0, text
    code, text = here("generate", run / "run", "--out", tmp_path / "a.png")
    assert code == 1 and "makes no images" in text, text
    keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), 8, filters=4)).save(tmp_path / "gan.keras")
    code, text = here("detect", tmp_path / "gan.keras", tmp_path / "large", "--out", tmp_path / "out")
    assert code == 1 and "scores no images" in text
    (tmp_path / "none").mkdir()
    code, text = here("detect", run / "run", tmp_path / "none", "--out", tmp_path / "out")
    assert code == 1 and "no image" in text


@pytest.mark.slow
def test_images_as_the_training_had_them(tmp_path):
    """Values of 16 bits, colours, other shapes, and what an earlier call wrote."""
    rng = np.random.default_rng(0)
    for name in ("train", "suspects"):
        (tmp_path / name).mkdir()
        for i in range(16):
            levels = np.round(2047.5 + 2047.5 * (np.asarray(stripes(rng)) / 127.5 - 1.0)).astype("uint16")
            Image.fromarray(levels).save(tmp_path / name / f"{i}.png")
    folder, run, out = tmp_path / "suspects", tmp_path / "run", tmp_path / "suspects" / "found"
    train = ("train", "ganomaly", "--dataset", f"folder:{tmp_path / 'train'}", "--value-range", "0,4095")
    code, text = here(*train, "--image-size", 16, "--batch-size", 8, "--steps", 3, "--out", run)
    assert code == 0, text
    detector = keras_gan.runs.load_model(run)
    # Without its run, too.
    detector.save(tmp_path / "alone.keras")
    detector.export(tmp_path / "exported")
    for model in ("alone.keras", "exported"):
        assert tuple(Detection(tmp_path / model).value_range) == (0, 4095)
    about = json.loads((run / "saved_model" / "metadata.json").read_text())
    assert about["value_range"] == [0, 4095] and about["dataset"].endswith(", 0 to 4095")
    images = keras_gan.data.load(f"folder:{folder}", value_range=(0, 4095), batch_size=16).stream.whole()
    expected = sorted(detector.score(np.concatenate(list(images))), reverse=True)
    Image.fromarray(rng.integers(0, 255, (16, 40, 3), "uint8")).save(folder / "wide.png")
    (folder / "notes.txt").write_text("no image")
    for model in (run, run / "saved_model"):
        # Twice: what was written is no input.
        for _ in range(2):
            code, text = here("detect", model, folder, "--out", out)
            assert code == 0 and "17 images scored" in text, text
            assert (
                "1 of 17 images are coloured" in text
                and "1 of 17 images are not of the shape 16 x 16" in text
            )
            assert "1 files are no images" in text
            found = [float(row["score"]) for row in rows_of(out) if row["file"] != "wide.png"]
            assert found == pytest.approx(expected, rel=1e-3)
    Image.new("L", (16, 16)).save(folder / "wide.bmp")
    for options, message in (
        ((), "differ in their endings alone would all become wide.png"),
        (("--limit", "nan"), "wide.png"),
        (("--false-positive-rate", 0.5), "is of --normal"),
    ):
        code, text = here("detect", run, folder, "--out", out, *options)
        assert code == 1 and message in text, text
    (folder / "wide.bmp").unlink()
    code, text = here("detect", run, folder, "--out", out, "--limit", "nan")
    assert code == 1 and "must be a finite number" in text
    code, text = here("translate", run, folder, tmp_path / "other")
    assert code == 1 and "use `keras-gan detect`" in text


@pytest.mark.slow
def test_slices_of_medical_volumes(tmp_path):
    """DICOM and NIfTI as the training reads them; scores equal those of the slices in Python."""
    nibabel = pytest.importorskip("nibabel")
    rng = np.random.default_rng(0)
    for name in ("train", "suspects/deep"):
        (tmp_path / name).mkdir(parents=True)
        voxels = rng.normal(size=(16, 16, 12)).astype("float32")
        nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4)), tmp_path / name / "scan.nii.gz")
    train = ("train", "ganomaly", "--dataset", f"folder:{tmp_path / 'train'}", "--value-range=-3,3")
    code, text = here(*train, "--image-size", 16, "--batch-size", 4, "--steps", 3, "--out", tmp_path / "run")
    assert code == 0, text
    detector = keras_gan.runs.load_model(tmp_path / "run")
    (volume,) = keras_gan.data.read_volumes(tmp_path / "suspects")
    expected = detector.score(keras_gan.data.slices_of(volume, (-3, 3)))
    scan = tmp_path / "suspects" / "deep" / "scan.nii.gz"
    for images in (tmp_path / "suspects", scan):
        out = tmp_path / f"of_{images.name}"
        code, text = here(
            "detect",
            tmp_path / "run",
            images,
            "--normal",
            tmp_path / "train",
            "--false-positive-rate",
            0.2,
            "--out",
            out,
        )
        assert code == 0 and "12 images scored" in text, text
        rows = rows_of(out)
        found = {int(row["file"].rpartition("/")[2]): float(row["score"]) for row in rows}
        np.testing.assert_allclose([found[i] for i in range(12)], expected, rtol=1e-3)
        assert all((out / "heatmaps" / f"{row['file']}.png").exists() for row in rows)
    code, text = here(
        "detect", tmp_path / "run", tmp_path / "suspects", "--out", tmp_path / "suspects" / "found"
    )
    assert code == 1 and "is in the folder of the volumes" in text
    keras_gan.GANomaly(*keras_gan.networks.ganomaly((16, 16, 1), 3, filters=4)).save(tmp_path / "plain.keras")
    code, text = here("detect", tmp_path / "plain.keras", scan, "--out", tmp_path / "none")
    assert code == 1 and "give the values that are black and white" in text
