"""`keras-gan explain`."""

import csv

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan
from tests.cli.test_cli import here


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 3), latent_dim=8, filters=4)).save(folder / "gan.keras")
    inputs = keras.Input((16, 16, 3))
    classes = keras.layers.Dense(2, "softmax")(keras.layers.Flatten()(inputs))
    keras.Model(inputs, classes).save(folder / "classifier.keras")
    (folder / "real").mkdir()
    for i, pixels in enumerate(np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3), dtype="uint8")):
        Image.fromarray(pixels).save(folder / "real" / f"{i}.png")
    return folder


def test_sheets_units_and_balance(model, tmp_path):
    code, text = here(
        *("explain", model / "gan.keras", "--out", tmp_path, "--images", model / "real", "--samples", 16),
        *("--classifier", model / "classifier.keras", "--count", 3),
    )
    assert code == 0, text
    names = {path.name for path in tmp_path.iterdir()}
    assert names >= {"saliency_generated.png", "saliency_real.png", "balance.csv"}
    # Untrained, it makes grey images, without any colour.
    assert "No generated image is red anywhere." in text and "units.csv" not in names
    width, height = Image.open(tmp_path / "saliency_real.png").size
    assert width >= 5 * 16 and height >= 3 * 16
    with (tmp_path / "balance.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["0", "1"]
    assert sum(float(row["data"]) for row in rows) == pytest.approx(1.0)
    assert "0: generated" in text


def test_units_are_listed_best_first(model, tmp_path):
    networks = keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4)
    networks[0].set_weights([10.0 * w if w.ndim > 1 else w for w in networks[0].get_weights()])
    keras_gan.GAN(*networks).save(tmp_path / "gan.keras")
    code, text = here("explain", tmp_path / "gan.keras", "--out", tmp_path / "out", "--samples", 16)
    assert code == 0 and "it is not known what the model was trained on" in text, text
    with (tmp_path / "out" / "units.csv").open() as file:
        rows = list(csv.DictReader(file))
    agreement = [float(row["iou"]) for row in rows]
    assert agreement == sorted(agreement, reverse=True) and agreement[0] > 0
    assert {row["concept"] for row in rows} <= {"bright", "dark"}
    assert (tmp_path / "out" / "units.png").exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("nothing.keras",), "There is no file or folder"),
        (("gan.keras", "--concepts", "bright,fast"), "There is no concept 'fast' of such images"),
        (("gan.keras", "--classifier", "gan.keras"), "takes images of"),
        (("gan.keras", "--classifier", "classifier.keras"), "The balance needs real images"),
        (("classifier.keras",), "explained are GANs that make images"),
        (("gan.keras", "--layer", "no"), "There are: "),
        (("gan.keras", "--images", "empty"), "has no images that Pillow reads"),
    ],
)
def test_wrong_input_is_refused(model, tmp_path, given, message):
    (model / "empty").mkdir(exist_ok=True)
    given = [model / part if "." in part or part == "empty" else part for part in given]
    code, text = here("explain", *given, "--out", tmp_path / "out", "--samples", 8)
    assert code == 1 and message in text, text
    assert not (tmp_path / "out").exists()
