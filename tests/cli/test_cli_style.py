"""`keras-gan` on StyleGANs: project, edit, interpolate, and training with an augmentation."""

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan
from tests.cli.test_cli import here
from tests.models.test_stylegan2 import style_gan


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("style") / "gan.keras"
    style_gan().save(path)
    return path


@pytest.fixture(scope="module")
def extractor(tmp_path_factory):
    path = tmp_path_factory.mktemp("extractor") / "pixels.keras"
    keras.Sequential([keras.layers.Input((8, 8, 3)), keras.layers.Flatten()]).save(path)
    return path


@pytest.mark.slow
def test_project_and_edit_what_was_found(model, extractor, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype("uint8")
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    code, out = here(
        *("project", model, tmp_path / "picture.png", "--steps", "5"),
        *("--extractor", extractor, "--out", tmp_path / "found"),
    )
    assert code == 0 and "distance" in out, out
    assert np.load(tmp_path / "found/w.npy").shape == (1, 6, 8)
    assert Image.open(tmp_path / "found/projection.gif").n_frames == 5
    assert (tmp_path / "found/projection.png").exists()
    code, out = here(
        *("edit", model, "--w", tmp_path / "found/w.npy", "--direction", "1"),
        *("--layers", "0-2", "--out", tmp_path / "edited.png"),
    )
    assert code == 0 and (tmp_path / "edited.png").exists(), out


@pytest.mark.slow
def test_evaluate_of_the_model_itself(model, extractor, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    code, out = here(
        *("evaluate", model, "--reference", "mnist_5k", "--metrics", "ppl,ppl_w", "-n", "4"),
        *("--extractor", extractor, "--out", tmp_path / "evaluation.json"),
    )
    assert code == 0 and "ppl_w" in out, out
    assert '"epsilon": 0.0001' in (tmp_path / "evaluation.json").read_text()


@pytest.mark.slow
def test_the_w_of_another_model_is_refused(model, tmp_path):
    np.save(tmp_path / "w.npy", np.zeros((1, 10, 8), "float32"))
    code, out = here("edit", model, "--w", tmp_path / "w.npy", "--out", tmp_path / "e")
    assert code != 0 and "of another model" in out, out


def test_transparent_pictures(tmp_path):
    (tmp_path / "pictures").mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 16, 4)).astype("uint8")
    for i, picture in enumerate(pixels):
        Image.fromarray(picture).save(tmp_path / f"pictures/{i}.png")
    code, out = here(
        *("train", "dcgan", "--dataset", f"folder:{tmp_path / 'pictures'}", "--channels", "4"),
        *("--steps", "1", "--batch-size", "8", "--out", tmp_path / "run"),
    )
    assert code == 0 and Image.open(next((tmp_path / "run/samples").glob("*.png"))).mode == "RGBA", out


@pytest.mark.parametrize("method", ["sefa", "ganspace"])
def test_a_sheet_for_each_direction(model, method, tmp_path):
    code, out = here(
        "edit", model, "--method", method, "--count", "2", "-n", "2", "--out", tmp_path / "edits"
    )
    assert code == 0, out
    assert sorted(p.name for p in (tmp_path / "edits").iterdir()) == [f"{method}_0.png", f"{method}_1.png"]


@pytest.mark.slow
def test_a_direction_of_a_classifier(model, tmp_path):
    """Of the mean brightness, as logits of dark and bright."""
    images = keras_gan.data.from_uint8(style_gan().generate(100, seed=0)).numpy()
    median = float(np.median(images[..., 0].mean(axis=(1, 2))))
    inputs = keras.layers.Input((16, 16, 3))
    brightness = keras.layers.Reshape((1,))(keras.layers.GlobalAveragePooling2D()(inputs)[..., :1])
    logits = keras.layers.Concatenate()(
        [keras.layers.Rescaling(0.0)(brightness), keras.layers.Rescaling(1.0, -median)(brightness)]
    )
    keras.Model(inputs, logits).save(tmp_path / "bright.keras")
    arguments = ("edit", model, "--method", "attribute", "--classifier", tmp_path / "bright.keras")
    code, out = here(*arguments, "--attribute", "1", "--out", tmp_path / "edited.png", "--columns", "5")
    assert code == 0 and "held-out images rightly" in out, out
    pixels = np.asarray(Image.open(tmp_path / "edited.png"), float)[16:, :, 0]  # below the caption
    parts = [part.mean() for part in np.array_split(pixels, 5, axis=1)]
    assert parts[0] < parts[2] < parts[4]
    code, out = here(*arguments, "--attribute", "2", "--out", tmp_path / "edited.png")
    assert code != 0 and "2 classes" in out, out


@pytest.mark.slow
def test_mixing_and_truncation_sheets(model, tmp_path):
    code, out = here("mix", model, "--rows", "0,1", "--columns", "5,6,7", "--out", tmp_path / "made/mix.png")
    assert code == 0 and Image.open(tmp_path / "made/mix.png").size == (4 * 50, 3 * 50), out
    code, out = here("truncate", model, "--values", "0,1", "--columns", "3", "--out", tmp_path / "t.png")
    assert code == 0, out
    pixels = np.asarray(Image.open(tmp_path / "t.png"))
    cells = [cell for row in np.split(pixels, 2) for cell in np.split(row, 3, axis=1)]
    # Wholly truncated, all are the mean's image.
    assert (cells[0] == cells[1]).all() and (cells[0] == cells[2]).all() and (cells[3] != cells[4]).any()


@pytest.mark.slow
def test_generate_with_styles(model, tmp_path):
    made = {}
    for name, options in {
        "plain": (),
        "all": ("--truncation", "0.3"),
        "cut": ("--truncation", "0.3", "--truncation-cutoff", "0"),
        "none": ("--noise", "none"),
    }.items():
        code, out = here("generate", model, "-n", "4", *options, "--out", tmp_path / f"{name}.png")
        assert code == 0, out
        made[name] = np.asarray(Image.open(tmp_path / f"{name}.png"))
    assert (made["cut"] == made["plain"]).all() and (made["all"] != made["plain"]).any()
    keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 3), latent_dim=4, filters=4)).save(tmp_path / "dc.keras")
    code, out = here("generate", tmp_path / "dc.keras", "--noise", "none", "--out", tmp_path / "x.png")
    assert code != 0 and "no styles" in out


@pytest.mark.slow
def test_ways_in_w_and_z(model, tmp_path):
    pictures = []
    for space in ("w", "z"):
        code, out = here(
            "interpolate", model, "--space", space, "--out", tmp_path / f"{space}.png", "--rows", "1"
        )
        assert code == 0, out
        pictures.append((tmp_path / f"{space}.png").read_bytes())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("edit", "MODEL", "--method", "pca"), "--method must be sefa, ganspace or attribute"),
        (("edit", "MODEL", "--layers", "a"), "--layers must be"),
        (("edit", "MODEL", "--direction", "8"), "8 directions"),
        (("edit", "MODEL", "--method", "attribute"), "go together"),
        (("mix", "MODEL", "--rows", "0,b"), "--rows takes numbers"),
        (("mix", "MODEL", "--layers", "4-6"), "0 to 5. Received: 4 to 6"),
        (("mix", "MODEL", "--layers", "3-0"), "two that rise"),
        (("edit", "MODEL", "--reach", "nan"), "finite numbers"),
        (("edit", "MODEL", "--w", "pyproject.toml"), "not the w.npy"),
        (("edit", "MODEL", "--w", "nothing.npy"), "There is no file nothing.npy"),
        (("train", "stylegan2", "--metrics", "nope"), "eq_t, eq_r. Received: ['nope']"),
        (("train", "dcgan", "--channels", "2"), "channels"),
        (("train", "pix2pix", "--channels", "3"), "not --channels"),
        (("mix", "MODEL", "--label", "1"), "no classes"),
        (("truncate", "MODEL", "--values", "0;1"), "--values takes numbers"),
        (("generate", "MODEL", "--noise", "loud"), "loud"),
        (("project", "MODEL", "x.png", "--video", "avi"), "gif or mp4"),
        (("edit", "MODEL", "--layers", "0-9"), "0 to 5"),
        (("interpolate", "MODEL", "--space", "s"), "`space` must be"),
        (("train", "dcgan", "--augmentation", "adda"), "Did you mean 'ada'"),
        (("train", "stylegan2", "--image-size", "28"), "power of two"),
    ],
)
def test_refused(model, arguments, words, tmp_path):
    code, out = here(*(model if a == "MODEL" else a for a in arguments), "--out", tmp_path / "out.gif")
    assert code != 0 and words in " ".join(out.split()), out


@pytest.mark.slow
def test_train_with_an_augmentation(tmp_path):
    options = (
        "--steps",
        "2",
        "--batch-size",
        "8",
        "--augmentation",
        "diffaugment",
        "--out",
        tmp_path / "run",
    )
    code, out = here("train", "dcgan", *options)
    assert code == 0, out
    assert '"augmentation": "diffaugment"' in (tmp_path / "run/config.json").read_text()
