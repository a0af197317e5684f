"""Models from image to image on the command line, in this process."""

import json

import numpy as np
import pytest
from PIL import Image

import keras_gan
from tests.cli.test_cli import here

SHORT = ("--steps", "2", "--batch-size", "2", "--monitor", "off")


def folder(path, n=4, size=16, seed=0):
    path.mkdir()
    for i, image in enumerate(np.random.default_rng(seed).integers(0, 256, (n, size, size, 3))):
        Image.fromarray(image.astype("uint8")).save(path / f"{i}.png")
    return path


@pytest.mark.parametrize("recipe", ["srgan", pytest.param("esrgan", marks=pytest.mark.slow)])
@pytest.mark.slow
def test_super_resolution_trains_reports_and_upscales(tmp_path, recipe):
    pictures, run = folder(tmp_path / "a"), tmp_path / "run"
    code, out = here(
        *("train", recipe, *SHORT, "--dataset", f"folder:{pictures}", "--image-size", 16, "--out", run)
    )
    assert code == 0, out
    assert json.loads((run / "config.json").read_text())["factor"] == 2
    Image.new("RGB", (37, 21)).save(tmp_path / "picture.jpg")
    for model in (run, run / "saved_model"):
        assert here("upscale", model, tmp_path / "picture.jpg", "--tile", 16, "--overlap", 4)[0] == 0
        assert Image.open(tmp_path / "picture_x2.png").size == (74, 42)
    assert here("report", run)[0] == 0
    page = (run / "report.html").read_text()
    assert page.count("class='cut'") == 4 and "alt='target'" in page
    code, out = here("generate", run)
    assert code == 1 and "translate" in out


@pytest.mark.slow
def test_pairs_and_two_domains(tmp_path):
    a, b = (folder(tmp_path / kind, 4, 64, seed) for seed, kind in enumerate("ab"))
    for recipe, metrics in (("pix2pix", "psnr,ssim"), ("cyclegan", "swd")):
        run = tmp_path / recipe
        options = ("--a", a, "--b", b, "--test-a", a, "--test-b", b, "--metrics", metrics, "--out", run)
        code, out = here("train", recipe, *SHORT, *options)
        assert code == 0 and f"val_{metrics.split(',')[0]}" in out, out
        for i, model in enumerate((run, run / "saved_model")):
            written = tmp_path / f"{recipe}{i}"
            sheet = tmp_path / f"{recipe}{i}.png"
            assert here("translate", model, a, written, "--sheet", sheet)[0] == 0
            assert Image.open(sheet).size[0] > 8 * 64
            assert sorted(path.name for path in written.iterdir()) == [f"{n}.png" for n in range(4)]
            assert Image.open(written / "0.png").size == (64, 64)
        assert here("report", run)[0] == 0
        assert f"{metrics} of held-out images are among the curves" in (run / "report.html").read_text()
    code, out = here("translate", run, a, tmp_path / "x", "--direction", "c2d")
    assert code == 1 and "a2b, b2a" in out
    code, out = here("translate", run, a, tmp_path / "x", "--label", "b2a")
    assert code == 1 and "give --direction" in out
    assert here("translate", run, a, tmp_path / "back", "--direction", "b2a")[0] == 0


def test_what_does_not_fit_is_said(tmp_path):
    for arguments, message in (
        (("train", "pix2pix"), "needs --a FOLDER"),
        (("train", "cyclegan", "--a", "x", "--dataset", "mnist_5k"), "not --dataset"),
        (("train", "cyclegan", "--a", "x", "--b", "y", "--metrics", "swd"), "--test-a"),
        (("train", "cyclegan", "--a", "x", "--b", "y", "--direction", "b2a"), "not --direction"),
        (("train", "pix2pix", "--a", "x", "--skip-bad"), "not --skip-bad"),
        (("train", "pix2pix", "--a", "x", "--data-dir", "y"), "not --data-dir"),
        (("train", "srgan", "--degradation", "blur"), "`degradation` must be one of"),
        (("train", "pix2pix", "--a", "x", "--test-b", "y"), "go together"),
        (("train", "dcgan", "--a", "x", "--crop", "8"), "not --a, --crop"),
        (("train", "cyclegan", "--a", str(tmp_path / "x"), "--b", "y"), "no folder"),
        (("translate", tmp_path / "none", tmp_path, tmp_path / "out"), "There is no"),
        (("convert", tmp_path / "none.pth", "--to", tmp_path / "out"), "There is no file"),
    ):
        code, out = here(*arguments)
        assert code == 1 and message in out, out


@pytest.mark.slow
def test_cyclegan_translates_whole_pictures_of_other_sizes_than_its_training(tmp_path):
    networks = keras_gan.networks
    translators = [networks.resnet((None, None, 3), blocks=1, filters=2) for _ in range(2)]
    judges = [networks.patchgan((16, 16, 3), receptive_field=16, filters=2) for _ in range(2)]
    gan = keras_gan.CycleGAN(*translators, *judges)
    gan.save(tmp_path / "gan.keras")
    gan.export(tmp_path / "saved_model")
    picture = folder(tmp_path / "pictures", 1, 37) / "0.png"
    expected = gan.translate(np.array(Image.open(picture))[None])[0]
    for name in ("gan.keras", "saved_model"):
        assert here("translate", tmp_path / name, picture.parent, tmp_path / f"of_{name}")[0] == 0
        np.testing.assert_array_equal(np.array(Image.open(tmp_path / f"of_{name}" / "0.png")), expected)


@pytest.mark.slow
def test_parts_of_pictures_of_any_size(tmp_path):
    """With --crop no size is filled in, and another split is another folder."""
    for split in ("train", "test"):
        (tmp_path / "pictures" / split).mkdir(parents=True)
        for i, size in enumerate([(30, 21), (25, 40)]):
            Image.new("RGB", size, (50 * i, 99, 9)).save(tmp_path / "pictures" / split / f"{split}{i}.png")
    arguments = ("train", "srgan", *SHORT, "--dataset", f"folder:{tmp_path / 'pictures'}", "--crop", 16)
    with pytest.warns(UserWarning, match="2 of the 2 held-out images are among the training's"):
        code, out = here(*arguments, "--hold-out", "test", "--metrics", "psnr", "--out", tmp_path / "run")
    assert code == 0 and "val_psnr" in out, out
    code, out = here(*arguments, "--hold-out", "nonsense", "--out", tmp_path / "other")
    assert code == 1 and "nonsense" in out


def test_nothing_is_overwritten(tmp_path):
    pictures = folder(tmp_path / "a")
    keras_gan.SRGAN(
        keras_gan.networks.srresnet(2, filters=2, blocks=1),
        keras_gan.networks.srgan_discriminator((16, 16, 3), filters=2, units=2),
    ).export(tmp_path / "model")
    Image.open(pictures / "0.png").save(pictures / "0.jpg")
    for arguments, message in (
        (("translate", tmp_path / "model", pictures, pictures), "another folder"),
        (("translate", tmp_path / "model", pictures, tmp_path / "out"), "endings alone"),
        (("upscale", tmp_path / "model", pictures / "0.png", "--out", pictures / "0.png"), "another --out"),
        (("upscale", tmp_path / "model", pictures / "0.png", "--out", tmp_path / "x.xyz"), "no ending"),
    ):
        code, out = here(*arguments)
        assert code == 1 and message in out, out


@pytest.mark.slow
def test_label_maps(tmp_path):
    """Trained on, translated, and shown in the report, by run and SavedModel."""
    b, run = folder(tmp_path / "b", 4, 32), tmp_path / "run"
    (tmp_path / "a").mkdir()
    for i in range(4):
        Image.fromarray(np.random.default_rng(i).integers(0, 3, (32, 32)).astype("uint8")).save(
            tmp_path / "a" / f"{i}.png"
        )
    options = ("--a", tmp_path / "a", "--b", b, "--classes-a", 3, "--image-size", 32, "--out", run)
    code, out = here("train", "pix2pix", *SHORT, *options)
    assert code == 0, out
    made = []
    checkpoint = next((run / "checkpoints").glob("step-*"))
    for i, model in enumerate((run, run / "saved_model", checkpoint)):
        sheet = tmp_path / f"sheet{i}.png"
        code, out = here("translate", model, tmp_path / "a", tmp_path / f"made{i}", "--sheet", sheet)
        assert code == 0, out
        # Classes have colours, as in the grids.
        first = np.array(Image.open(sheet))[20:60, 5:30].reshape(-1, 3)
        assert len(np.unique(first, axis=0)) == 3 and first.max() > 150
        made.append(np.array(Image.open(tmp_path / f"made{i}" / "0.png")).astype(int))
    assert made[0].shape == (32, 32, 3) and np.abs(made[0] - made[1]).max() <= 1
    np.testing.assert_array_equal(made[0], made[2])
    # A run of before `degradation` was noted goes on.
    config = json.loads((run / "config.json").read_text())
    del config["degradation"]
    (run / "config.json").write_text(json.dumps(config))
    assert here("train", "pix2pix", *SHORT, *options, "--resume")[0] == 0
    assert here("report", run)[0] == 0
    page = (run / "report.html").read_text()
    assert "goes without it" in page and "Not measured yet" in page
    Image.new("L", (64, 32)).save(tmp_path / "a" / "wide.png")
    code, out = here("translate", run, tmp_path / "a", tmp_path / "made")
    assert code == 0 and "1 of 5 images are not of the shape 32 x 32" in out
    for arguments, message in (
        (("translate", run, tmp_path / "a" / "0.png", tmp_path / "x"), "a folder of its own"),
        (("translate", run, tmp_path / "a", tmp_path / "x", "--direction", "b2a"), "leave the direction out"),
    ):
        code, out = here(*arguments)
        assert code == 1 and message in out, out


@pytest.mark.slow
def test_photographs_are_cut_and_not_made_small(tmp_path):
    for i in range(2):
        Image.new("RGB", (70, 60), (9, 9, 90 * i)).save(tmp_path / f"{i}.png")
    run = tmp_path / "run"
    code, out = here(
        *("train", "srgan", *SHORT, "--dataset", f"folder:{tmp_path}", "--degradation", "real", "--out", run)
    )
    assert code == 0, out
    config = json.loads((run / "config.json").read_text())
    assert (config["crop"], config["image_size"], config["flip"]) == (48, None, True)
    assert here("train", "srgan", *SHORT, "--no-flip", "--out", tmp_path / "digits")[0] == 0
    assert json.loads((tmp_path / "digits" / "config.json").read_text())["flip"] is False


@pytest.mark.slow
def test_domains(tmp_path):
    """Class folders are domains: trained, translated into one by name, from the run and from its SavedModel."""
    domains, run = tmp_path / "domains", tmp_path / "run"
    domains.mkdir()
    for seed, name in enumerate(("bright", "dark")):
        folder(domains / name, 4, 16, seed)
    options = ("--dataset", f"folder:{domains}", "--image-size", 16, "--out", run)
    code, out = here("train", "stargan", "--steps", "2", "--batch-size", "2", *options)
    assert code == 0 and "goes without it" in out, out
    translated = []
    for i, model in enumerate((run, run / "saved_model")):
        code, out = here("translate", model, domains / "dark", tmp_path / f"made{i}", "--label", "bright")
        assert code == 0, out
        translated.append(np.asarray(Image.open(tmp_path / f"made{i}" / "0.png"), int))
    assert np.abs(translated[0] - translated[1]).max() <= 1
    assert here("report", run)[0] == 0
    for wrong, message in (
        (("--label", "brigth"), "no class 'brigth'"),
        ((), "Say into which class"),
        (("--direction", "bright"), "give --label, one of bright, dark"),
    ):
        code, out = here("translate", run, domains / "dark", tmp_path / "x", *wrong)
        assert code == 1 and message in out, out
    code, out = here("generate", run)
    assert code == 1 and "translate" in out
