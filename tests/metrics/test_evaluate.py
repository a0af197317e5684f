import json

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import metrics
from keras_gan.grid import image_grid
from keras_gan.metrics.evaluate import named_metrics, table
from keras_gan.metrics.reference import chosen_indices
from keras_gan.runs.evaluate import evaluate_model
from tests.helpers import tiny_gan
from tests.metrics.networks import convolution, pixels


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_figures_are_those_of_the_functions():
    real, fake = np.random.default_rng(0).integers(0, 256, (2, 60, 16, 16, 1)).astype("uint8")
    extractor = metrics.Extractor(pixels())
    extractor.classifier = metrics.Extractor(convolution())
    names = ["fid", "kid", "prdc", "mind", "cmmd", "inception_score", "swd", "ms_ssim"]
    figures = metrics.evaluate(fake, real, extractor, names, n=50, seed=3)
    for figure in figures.values():
        assert {"value", "n_generated", "seed", "versions", "image_shape"} <= set(figure)
    assert (figures["fid"]["n_generated"], figures["fid"]["n_reference"]) == (50, 60)
    assert figures["kid"]["n_reference"] == 50 and figures["kid"]["extractor_sha256"] == extractor.sha256
    # Again, and with the cache cold, the very same.
    again = metrics.evaluate(fake, real, extractor, names, n=50, seed=3)
    assert again == figures
    features = [np.asarray(extractor(x[chosen_indices(60, 50, 3)])) for x in (real, fake)]
    prdc = metrics.functional.prdc(*features, k=5)
    assert {name: figures[name]["value"] for name in prdc} == pytest.approx(prdc)
    assert figures["mind"]["value"] == metrics.functional.monge_distance(*features, seed=3)
    assert figures["cmmd"]["value"] == metrics.functional.maximum_mean_discrepancy(*features)
    assert "precision" in table(figures)


@pytest.mark.parametrize("kind", ["keras", "saved_model", "folder"])
def test_models_and_stored_images(tmp_path, kind):
    gan = tiny_gan()
    reference = tmp_path / "reference"
    reference.mkdir()
    for i in range(12):
        pixels_ = np.random.default_rng(i).integers(0, 256, (9, 9, 1)).astype("uint8")
        image_grid(pixels_[None], 1).resize((9, 9)).save(reference / f"{i}.png")
    if kind == "keras":
        model, home = tmp_path / "gan.keras", tmp_path
        gan.save(model)
    elif kind == "saved_model":
        model = home = tmp_path / "exported"
        gan.export(model)
    else:
        model = home = tmp_path / "images"
        model.mkdir()
        for i, image in enumerate(gan.generate(12, seed=1)):
            keras.utils.save_img(model / f"{i}.png", image, scale=False)
    network = tmp_path / "network.keras"
    pixels(2).save(network)
    lines = []
    figures, path = evaluate_model(model, reference, ["fid", "prdc"], 12, network, report=lines.append)
    assert path == home / "evaluation.json"
    stored = json.loads(path.read_text())
    assert stored["figures"] == json.loads(json.dumps(figures)) and stored["split"] == "train"
    assert figures["fid"]["image_shape"] == [8, 8, 1] and lines[-1] == "prdc"


def test_a_run_and_its_saved_model_give_the_same_figures(tmp_path):
    gan = tiny_gan()
    gan.save(tmp_path / "gan.keras")
    gan.export(tmp_path / "exported")
    pixels(2).save(tmp_path / "network.keras")
    found = [
        evaluate_model(tmp_path / name, "mnist_5k", ["fid"], 300, tmp_path / "network.keras", split="test")[0]
        for name in ("gan.keras", "exported")
    ]
    assert found[0]["fid"]["value"] == pytest.approx(found[1]["fid"]["value"], rel=1e-5)


def test_bad_input_is_refused_before_anything_is_generated(tmp_path):
    gan = tiny_gan()
    gan.save(tmp_path / "gan.keras")
    (tmp_path / "loose").mkdir()
    Image.new("L", (8, 8)).save(tmp_path / "loose/a.png")
    loose = f"folder:{tmp_path / 'loose'}"
    for arguments, message in (
        ((tmp_path / "gan.keras", "mnist_5k", ["fod"]), "fid, kid, mind, cmmd, prdc"),
        ((tmp_path / "none.keras", "mnist_5k", ["fid"]), "There is no"),
        ((tmp_path / "gan.keras", "minst_5k", ["fid"]), "no data set"),
        ((tmp_path / "gan.keras", "mnist_5k", ["fid"], 10, "mobilnet"), "no extractor"),
        (
            (tmp_path / "gan.keras", "mnist_5k", ["fid"], 10, "none.keras"),
            "none.keras does not exist.*'inception'",
        ),
        (
            (tmp_path / "gan.keras", loose, ["fid"], 1, "trained"),
            "one folder per class, or give another extractor",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            evaluate_model(*arguments)
    assert not (tmp_path / "evaluation.json").exists()


def test_an_evaluation_keeps_the_earlier_ones(tmp_path):
    gan = tiny_gan()
    gan.save(tmp_path / "gan.keras")
    picture = np.random.default_rng(0).integers(0, 256, (16, 8, 8, 1)).astype("uint8")
    (tmp_path / "real").mkdir()
    for i, image in enumerate(picture):
        image_grid(image[None], 1).save(tmp_path / "real" / f"{i}.png")
    # Metrics without features ask for no extractor's weights.
    for metric in ("swd", "kid", "swd"):
        options = {"extractor": "inception"} if metric == "swd" else {"extractor": extractor_file(tmp_path)}
        _, path = evaluate_model(tmp_path / "gan.keras", tmp_path / "real", [metric], n=16, **options)
    stored = json.loads(path.read_text())
    assert "swd_8" in stored["figures"] or any(name.startswith("swd") for name in stored["figures"])
    assert ["kid" in earlier["figures"] for earlier in stored["earlier"]] == [True, False]
    path.write_text("no json")
    with pytest.raises(ValueError, match="is no evaluation"):
        evaluate_model(tmp_path / "gan.keras", tmp_path / "real", ["swd"], n=16)


def extractor_file(folder):
    pixels().save(folder / "extractor.keras")
    return folder / "extractor.keras"


def test_pairs_of_two_folders(tmp_path):
    """By name, whatever the endings; equal to the functions."""
    images = np.random.default_rng(0).integers(0, 256, (2, 5, 16, 16, 3)).astype("uint8")
    names = ["a", "a-1", "b", "a.b", "c"]
    for kind, arrays in zip(("made", "targets"), images, strict=True):
        (tmp_path / kind).mkdir()
        for i, (name, image) in enumerate(zip(names, arrays, strict=True)):
            ending = "bmp" if kind == "targets" and i % 2 else "png"
            keras.utils.save_img(tmp_path / kind / f"{name}.{ending}", image, scale=False)
    figures, _ = evaluate_model(tmp_path / "made", str(tmp_path / "targets"), ["psnr", "ssim"])
    assert figures["psnr"]["value"] == pytest.approx(np.mean(metrics.psnr(*images)), rel=1e-5)
    assert figures["ssim"]["value"] == pytest.approx(np.mean(metrics.ssim(*images)), rel=1e-4)
    (tmp_path / "made" / "c.png").rename(tmp_path / "made" / "d.png")
    with pytest.raises(ValueError, match=r"only in .*made, such as \['d'\]"):
        evaluate_model(tmp_path / "made", str(tmp_path / "targets"), ["psnr"])
    with pytest.raises(ValueError, match="keras-gan translate"):
        evaluate_model(tmp_path / "made", "mnist_5k", ["psnr"])
    with pytest.raises(ValueError, match="5 images and 4 targets"):
        metrics.evaluate(images[0], images[1][:4], None, ["psnr"])


@pytest.mark.slow
def test_what_is_measured_of_a_model_itself(tmp_path):
    small = {"latent_dim": 4, "mapping_layers": 1, "channel_base": 64, "channel_max": 4}
    gan = keras_gan.StyleGAN3(
        *keras_gan.networks.stylegan3((16, 16, 3), **small, synthesis_layers=4, critical_layers=2)
    )
    gan.save(tmp_path / "gan.keras")
    folder = tmp_path / "images"
    folder.mkdir()
    for i, image in enumerate(gan.generate(3, seed=0)):
        Image.fromarray(image).save(folder / f"{i}.png")
    network = keras.Sequential([keras.layers.Input((16, 16, 3)), keras.layers.Flatten()])
    network.save(tmp_path / "flat.keras")
    names = ["ppl_w", "eq_t", "eq_r"]
    options = {"n": 4, "extractor": tmp_path / "flat.keras"}
    figures, _ = evaluate_model(tmp_path / "gan.keras", folder, names, **options)
    made = named_metrics(names, tmp_path / "flat.keras")
    for metric in made:
        metric.num_samples = 4
        metric.prepare(gan.image_shape, gan)
        assert figures[metric.name]["value"] == pytest.approx(metric.result(), rel=1e-3)
        assert figures[metric.name]["n_generated"] == 4
    with pytest.raises(ValueError, match="`eq_t` is of a model"):
        evaluate_model(folder, folder, ["eq_t"])
    with pytest.raises(ValueError, match="ppl need a model"):
        keras_gan.metrics.evaluate(
            np.zeros((4, 8, 8, 1), "uint8"), np.zeros((4, 8, 8, 1), "uint8"), network, ["ppl"]
        )
