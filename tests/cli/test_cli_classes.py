"""BAGAN, `augment` and the semi-supervised GAN from the command line."""

import csv

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import keras_gan
from keras_gan.runs.load import load_model
from tests.cli.test_cli import here


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """Two class folders, of 24 and 10 images, and one of images without a class."""
    folder, rng = tmp_path_factory.mktemp("classes"), np.random.default_rng(0)
    for name, count, level in (("bright", 24, 180), ("dark", 10, 30), ("unlabelled", 16, 100)):
        (folder / "all" / name).mkdir(parents=True)
        for i in range(count):
            pixels = (level + rng.integers(0, 60, (16, 16))).astype("uint8")
            Image.fromarray(pixels).save(folder / "all" / name / f"{i}.png")
    (folder / "known").mkdir()
    for name in ("bright", "dark"):
        (folder / "known" / name).symlink_to(folder / "all" / name)
    return folder


@pytest.mark.slow
def test_bagan_fills_up_the_small_class(classes):
    train = ("train", "bagan", "--dataset", f"folder:{classes / 'known'}", "--out", classes / "run")
    code, text = here(*train, "--image-size", 16, "--batch-size", 8, "--steps", 9)
    assert code == 0, text
    for model, out in ((classes / "run", "from_run"), (classes / "run" / "saved_model", "from_saved_model")):
        given = () if out == "from_run" else ("--dataset", f"folder:{classes / 'known'}")
        code, text = here("augment", model, "--out", classes / out, *given)
        assert code == 0 and "34 real images and 14 generated ones" in text, text
        with (classes / out / "manifest.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [row["class"] for row in rows].count("dark") == 24
        assert sum(int(row["generated"]) for row in rows if row["class"] == "dark") == 14
        for row in rows:
            assert Image.open(classes / out / row["file"]).size == (16, 16)
            assert row["file"].startswith(
                f"{row['class']}/{'generated' if row['generated'] == '1' else 'real'}_"
            )
    code, text = here("augment", classes / "run", "--out", classes / "from_run")
    assert code == 1 and "is not empty" in text
    code, text = here("augment", classes / "run", "--out", classes / "new", "--dataset", "folder:nowhere")
    assert code == 1 and "nowhere" in text and not (classes / "new").exists()


@pytest.mark.slow
def test_real_and_generated_images_have_the_same_units(tmp_path):
    """A model of 12 bits in 16: the real images are read with its range, in a run or not."""
    rng = np.random.default_rng(0)
    for name, count in (("a", 8), ("b", 4)):
        (tmp_path / "deep" / name).mkdir(parents=True)
        for i in range(count):
            Image.fromarray(rng.integers(0, 4096, (8, 8)).astype("uint16")).save(
                tmp_path / "deep" / name / f"{i}.png"
            )
    data = f"folder:{tmp_path / 'deep'}"
    batches = keras_gan.data.load(data, labels=True, batch_size=4, value_range=(0, 4095))
    gan = keras_gan.ConditionalGAN(
        *keras_gan.networks.dcgan((8, 8, 1), 4, filters=4, num_classes=2), num_classes=2
    )
    gan.compile()
    gan.fit(batches, verbose=0)
    assert keras_gan.data.augment(batches, gan, batch_size=8).stream.value_range == (0, 4095)
    gan.save(tmp_path / "gan.keras")
    gan.export(tmp_path / "exported")
    for model, options in (("gan.keras", ()), ("exported", ()), ("gan.keras", ("--value-range", "0,8190"))):
        out = tmp_path / f"{model}{len(options)}"
        code, text = here("augment", tmp_path / model, "--dataset", data, "--out", out, *options)
        assert code == 0, text
        real = np.stack([np.asarray(Image.open(path)) for path in sorted(out.glob("*/real_*.png"))])
        assert abs(real.mean() - (64 if options else 128)) < 8
    code, text = here(
        "augment", tmp_path / "gan.keras", "--dataset", "mnist_5k", "--out", tmp_path / "x", *options
    )
    assert code == 1 and "`value_range` is of a folder's images" in text


@pytest.mark.slow
def test_semi_supervised_with_a_folder_of_unlabelled_images(classes):
    train = ("train", "semi-supervised", "--dataset", f"folder:{classes / 'all'}", "--out", classes / "semi")
    code, text = here(*train, "--image-size", 16, "--batch-size", 10, "--steps", 10)
    assert code == 0, text
    gan = load_model(classes / "semi")
    assert gan.class_names == ["bright", "dark"] and gan.labels.num_classes == 2
    exported = tf.saved_model.load(str(classes / "semi" / "saved_model"))
    images = np.zeros((2, 16, 16, 1), "uint8")
    np.testing.assert_allclose(exported.classify(images), gan.classify(images), atol=1e-5)
    code, text = here(
        *train[:-1], classes / "few", "--keep-labels", 2, "--image-size", 16, "--batch-size", 10, "--steps", 2
    )
    assert code == 0, text
    code, text = here(
        "train",
        "cgan",
        "--dataset",
        f"folder:{classes / 'all'}",
        "--out",
        classes / "c",
        "--image-size",
        16,
        "--batch-size",
        10,
        "--steps",
        2,
    )
    assert code == 1 and "unlabelled=True" in text
    code, text = here("train", "dcgan", "--keep-labels", 5, "--out", classes / "d")
    assert code == 1 and "--keep-labels" in text
