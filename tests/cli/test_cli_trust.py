"""`keras-gan trust`."""

import csv

import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import provenance
from tests.cli.test_cli import here
from tests.trust import test_credentials
from tests.trust.test_generated import smooth

keys = test_credentials.keys


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trust")
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((24, 24, 1), latent_dim=8, filters=4))
    gan.save(folder / "gan.keras")
    made = gan.generate(6, seed=77)
    for name, images in (("real", smooth(100, 0)), ("asked", np.concatenate([smooth(5, 1), made]))):
        (folder / name / "deeper").mkdir(parents=True)
        for i, image in enumerate(images):
            Image.fromarray(image[..., 0]).save(folder / name / ("deeper" if i % 2 else "") / f"{i:02d}.png")
    return folder


@pytest.mark.parametrize("method", ["spectrum", pytest.param("residual", marks=pytest.mark.slow)])
def test_generated_images_stand_first(folder, tmp_path, method):
    given = (
        folder / "asked",
        "--reference",
        folder / "real",
        "--model",
        folder / "gan.keras",
        "--method",
        method,
    )
    code, text = here("trust", "detect", *given, "--out", tmp_path / "out")
    assert code == 0 and "11 images scored" in text and "jpeg 75" in text, text
    with (tmp_path / "out" / "scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    # Untrained, the generator is easily found out.
    assert {row["file"].split("/")[-1] for row in rows[:6]} == {f"{i:02d}.png" for i in range(5, 11)}
    assert [row["generated"] for row in rows[:6]] == ["1"] * 6 and "Taken for generated: " in text
    assert (tmp_path / "out" / "sheet.png").exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"--method": "guess"}, "`method` must be one of spectrum, residual"),
        ({"--reference": "asked"}, "must have 32 images at least. Received: 11"),
        ({"--rate": "0.01"}, "give 400 of them"),
        ({"--reference": "no"}, "There is no file or folder"),
        ({"--model": "real"}, "real"),
    ],
)
def test_wrong_input_is_refused(folder, tmp_path, changed, message):
    given = {"--reference": "real", "--model": "gan.keras", "--method": "spectrum", **changed}
    rate = given.pop("--rate", "0.05")
    options = [x for k, v in given.items() for x in (k, v if k == "--method" else folder / v)]
    options += ["--false-positive-rate", rate]
    code, text = here("trust", "detect", folder / "asked", *options, "--out", tmp_path / "out")
    assert code == 1 and message in text and not (tmp_path / "out").exists(), text


def test_generated_pictures_say_what_made_them(folder, tmp_path):
    for name, options in (("a.png", ()), ("b.png", ("--no-provenance",))):
        code, text = here(
            "generate", folder / "gan.keras", "-n", 4, "--seed", 9, "--out", tmp_path / name, *options
        )
        assert code == 0, text
    assert provenance.read(tmp_path / "a.png")["seed"] == 9 and provenance.read(tmp_path / "b.png") == {}
    code, text = here("trust", "inspect", tmp_path / "a.png")
    assert code == 0 and "model: GAN" in text and "seed: 9" in text and "trainedAlgorithmicMedia" in text
    code, text = here("trust", "inspect", tmp_path / "b.png")
    assert code == 0 and "That proves nothing" in text
    (tmp_path / "c.png").write_bytes(b"no image")
    assert here("trust", "inspect", tmp_path / "c.png")[0] == 1


def test_signed_on_the_command_line(keys, tmp_path):
    provenance.save(Image.new("RGB", (16, 16)), tmp_path / "a.png", provenance.about("GAN", seed=3))
    options = ("--certificates", keys / "chain.pem", "--key", keys / "key.pem")
    code, text = here("trust", "sign", tmp_path / "a.png", "--out", tmp_path / "b.png", *options)
    assert code == 0, text
    code, text = here("trust", "inspect", tmp_path / "b.png")
    assert (
        code == 0
        and "content credentials: intact, of a signer whom nobody known vouches for" in text
        and "issuer: A studio" in text
    )
    assert "problems: signingCredential.untrusted" in text


@pytest.mark.slow
@pytest.mark.slow
def test_a_generator_of_classes_is_watermarked(folder, tmp_path):
    networks = keras_gan.networks.dcgan((24, 24, 1), latent_dim=8, filters=4, num_classes=3)
    keras_gan.ConditionalGAN(*networks, num_classes=3).save(tmp_path / "gan.keras")
    given = ("trust", "watermark", tmp_path / "gan.keras", "--images", folder / "real", "--message", "1011")
    options = ("--steps", 3, "--batch-size", 8, "--generator-steps", 2, "--out", tmp_path / "marked")
    code, text = here(*given, *options)
    assert code == 0 and "generator, step 2/2" in text, text
    marked = keras_gan.runs.load_model(tmp_path / "marked" / "model.keras")
    one, two = (marked.generate(2, seed=0, labels=label) for label in (0, 1))
    assert one.shape == (2, 24, 24, 1) and (one != two).any()


def test_a_generator_is_watermarked_and_its_images_are_read(folder, tmp_path):
    out = tmp_path / "marked"
    given = (
        "trust",
        "watermark",
        folder / "gan.keras",
        "--images",
        folder / "real",
        "--steps",
        3,
        "--batch-size",
        8,
    )
    code, text = here(*given, "--generator-steps", 2, "--message", "10110010", "--out", out)
    assert code == 0 and "watermark, step 3/3" in text and "The message did not take" in text, text
    assert {path.name for path in out.iterdir()} == {
        "watermark.keras",
        "model.keras",
        "saved_model",
        "sheet.png",
    }
    # The reader of images that are out already would be lost.
    code, text = here(*given, "--generator-steps", 2, "--message", "1011", "--out", out)
    assert code == 1 and "would be lost: give another folder" in text
    assert here("generate", out / "model.keras", "-n", 4, "--out", tmp_path / "grid.png")[0] == 0
    read = ("trust", "read", folder / "real", "--watermark", out / "watermark.keras", "--message", "10110010")
    code, text = here(*read, "--out", tmp_path / "bits.csv")
    assert code == 0 and "0 of 100 images carry the message" in text and "8 bits are too few" in text, text
    with (tmp_path / "bits.csv").open() as file:
        rows = list(csv.DictReader(file))
    chances = [float(row["p_value"]) for row in rows]
    assert (
        len(rows) == 100
        and chances == sorted(chances)
        and set("".join(row["bits"] for row in rows)) <= {"0", "1"}
    )
    assert "All images together: " in text
    for wrong, message in (
        ((*read, "--out", tmp_path / "bits.png"), "must end in .csv"),
        ((*read[:-1], "1011", "--out", tmp_path / "b.csv"), "must be 8 bits"),
        (
            ("trust", "read", folder / "real", "--watermark", folder / "gan.keras", "--message", "1"),
            "not a watermark",
        ),
        ((*given, "--message", "1" * 37, "--out", tmp_path / "x"), "carry at most 36 bits"),
        ((*given, "--message", "12", "--out", tmp_path / "x"), "must be of 0 and 1"),
        ((*given[:4], folder / "gan.keras", "--message", "1", "--out", tmp_path / "x"), "There is no folder"),
        (("generate", out / "watermark.keras", "--out", tmp_path / "x.png"), "makes no images of latents"),
    ):
        code, text = here(*wrong)
        assert code == 1 and message in text and not (tmp_path / "x").exists(), text
