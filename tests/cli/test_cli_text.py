"""Texts from the command line: clip, then dfgan or stackgan2, `generate --text`, `caption`."""

import json

import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan.grid import image_grid
from keras_gan.runs import report
from tests.cli.test_cli import here

FEW = ("--batch-size", "8", "--image-size", "16", "--steps", "2")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Squares of three colours, with captions in a CSV."""
    folder, lines = tmp_path_factory.mktemp("texts") / "pictures", ["file,caption"]
    folder.mkdir()
    for i in range(24):
        name = ("red", "green", "blue")[i % 3]
        Image.new("RGB", (16, 16), name).save(folder / f"{i}.png")
        lines.append(f"{i}.png,a {name} square")
    (folder.parent / "captions.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def clip(pictures):
    out = pictures.parent / "clip"
    captions = ("--dataset", f"folder:{pictures}", "--captions", pictures.parent / "captions.csv")
    code, text = here("train", "clip", *captions, *FEW[:4], "--steps", "60", "--out", out)
    assert code == 0, text
    return out, captions


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["dfgan", "stackgan2"])
def test_from_captions_to_images_of_texts(recipe, clip, tmp_path):
    folder, captions = clip
    out = tmp_path / "run"
    code, text = here("train", recipe, *captions, "--text-encoder", folder, *FEW, "--out", out)
    assert code == 0, text
    assert (out / "samples" / "epoch-0001.png").exists()
    texts = ("--text", "a red square", "--text", "a blue square", "-n", "4")
    grids = []
    for model in (out, out / "saved_model"):
        code, text = here("generate", model, *texts, "--out", tmp_path / "grid.png")
        assert code == 0, text
        grids.append(np.asarray(Image.open(tmp_path / "grid.png"), int))
    assert np.abs(grids[0] - grids[1]).max() <= 1 and grids[0].shape[0] == 2 * 50
    # Without a text, captions of the training data are drawn.
    code, text = here("generate", out, "-n", "4", "--out", tmp_path / "grid.png")
    assert code == 0, text
    for model in (out, out / "saved_model"):
        code, text = here("generate", model, "--text", "a pink square", "--out", tmp_path / "b.png")
        assert code == 1 and "vocabulary" in text and not (tmp_path / "b.png").exists()
    code, text = here("generate", out, "--label", "red", "--out", tmp_path / "b.png")
    assert code == 1 and "it takes texts, --text" in text
    assert set(json.loads((out / "saved_model" / "metadata.json").read_text())["words"]) == {
        *("a", "square", "red", "green", "blue")
    }
    code, text = here(
        "evaluate", out, "--reference", captions[1].removeprefix("folder:"), "--metrics", "swd", "-n", "16"
    )
    assert code == 0, text
    pictures = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            report, "image_grid", lambda *args, **names: pictures.append(names) or image_grid(*args, **names)
        )
        code, text = here("report", out)
    assert code == 0, text
    names = pictures[0]["row_names"]
    assert len(names) == 8 and set(names) == {"a blue square", "a green square", "a red square"}
    code, text = here(*("caption", out, tmp_path), "--texts", captions[3])
    assert code == 1 and "ranks no texts" in text


@pytest.mark.slow
def test_text_to_image(clip, tmp_path):
    """Prior and decoder in folders of their own, and the model of both."""
    folder, captions = clip
    train = ("train", "text-to-image", *captions, "--text-encoder", folder, "--out", tmp_path / "run")
    code, text = here(*train, *FEW)
    assert code == 0, text
    run = tmp_path / "run"
    for stage in ("prior", "decoder"):
        assert (
            f"{stage} on folder:" in text and len((run / stage / "history.csv").read_text().splitlines()) == 2
        )
    assert (run / "decoder" / "samples" / "epoch-0001.png").exists() and not (
        run / "prior" / "samples"
    ).exists()
    assert np.asarray(Image.open(run / "samples" / "texts.png")).shape[0] > 3 * 16
    grids = []
    for model in (run, run / "saved_model"):
        code, text = here(
            *("generate", model, "--text", "a red square", "-n", "4", "--out"), tmp_path / "grid.png"
        )
        assert code == 0, text
        grids.append(np.asarray(Image.open(tmp_path / "grid.png"), int))
        about = keras_gan.provenance.read(tmp_path / "grid.png")
        assert about["model"] == "TextToImage" and about["texts"] == ["a red square"]
        assert about["step"] == 2
    assert np.abs(grids[0] - grids[1]).max() <= 1
    code, text = here(*train, *FEW)
    assert code == 1 and "holds a run already" in text
    code, text = here(*train, *FEW[:4], "--steps", 4, "--resume")
    assert code == 0 and "step 4/4" in text, text
    code, text = here("describe", run)
    assert code == 0 and "TextToImage" in text


@pytest.mark.slow
def test_what_text_to_image_refuses(clip, tmp_path):
    folder, captions = clip
    train = ("train", "text-to-image", *captions, "--out", tmp_path / "run")
    given = ("--text-encoder", folder)
    for options, message in (
        ((), "takes texts as vectors"),
        ((*given, "--flip"), "mirrored image"),
        ((*given, "--freeze-d", 1), "train prior and decoder by themselves"),
        ((*given, "--extractor", "mobilenet"), "of --text-encoder minilm"),
        ((*given, "--hold-out", "test"), "not --hold-out"),
        ((*given, "--image-size", 8, "--batch-size", 8), "give --image-size and --channels"),
    ):
        code, text = here(*train, *options)
        assert code == 1 and message in text, text
    with pytest.raises(ValueError, match="prior, decoder"):
        keras_gan.recipes.build("text-to-image", (16, 16, 3))


@pytest.mark.slow
def test_a_run_goes_on_with_the_same_texts(clip, pictures, tmp_path):
    """Of the same folder: another vocabulary, and another encoder at the same place."""
    _, captions = clip
    own = tmp_path / "clip"
    code, text = here("train", "clip", *captions, *FEW, "--out", own)
    assert code == 0 and "SavedModel:" in text, text
    gan = ("train", "dfgan", *captions, "--text-encoder", own, *FEW[:4], "--out", tmp_path / "run", "--steps")
    code, text = here(*gan, "2")
    assert code == 0, text
    code, text = here("train", "clip", *captions, *FEW[:4], "--steps", "4", "--out", own, "--resume")
    assert code == 0, text
    code, text = here(*gan, "3", "--resume")
    assert code == 1 and "another text encoder, or other captions" in text
    code, text = here("describe", tmp_path / "run")
    assert code == 0 and "words of its texts: 5" in text, text
    code, text = here("describe", own)
    assert code == 0 and "class: CLIP" in text, text
    path = pictures.parent / "captions.csv"
    before = path.read_text()
    path.write_text(before.replace("green", "purple"))
    try:
        code, text = here("train", "clip", *captions, *FEW[:4], "--steps", "6", "--out", own, "--resume")
        assert code == 1 and "another text encoder, or other captions" in text
        code, text = here("train", "clip", *captions, *FEW, "--init-from", own, "--out", tmp_path / "new")
        assert code == 1 and "vocabulary" in text
    finally:
        path.write_text(before)


@pytest.mark.slow
def test_caption(clip, pictures, tmp_path):
    texts = tmp_path / "texts.txt"
    texts.write_text("a red square\na green square\n\na blue square\n")
    code, text = here("caption", clip[0], pictures / "1.png", "--texts", texts, "--top", "2")
    assert code == 0 and text.splitlines()[1].endswith("a green square") and len(text.splitlines()) == 3, text
    code, text = here("caption", clip[0], pictures, "--texts", texts, "--top", "1")
    assert code == 0 and len(text.splitlines()) == 48
    texts.write_text("a pink square\n")
    code, text = here("caption", clip[0], pictures / "1.png", "--texts", texts)
    assert code == 1 and "vocabulary: 'pink'" in text
    texts.write_text("\n")
    code, text = here("caption", clip[0], pictures / "1.png", "--texts", texts)
    assert code == 1 and "has no texts" in text
    code, text = here("generate", clip[0], "--out", tmp_path / "a.png")
    assert code == 1 and "which makes no images" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "dfgan"), "--text-encoder runs/clip; or take all-MiniLM-L6-v2"),
        (("train", "dfgan", "--text-encoder", "nowhere"), "--text-encoder is minilm, or a run"),
        (("train", "clip", "--text-encoder", "minilm"), "clip takes --dataset, --captions"),
        (("train", "dcgan", "--captions", "a.csv"), "dcgan takes --dataset"),
        (("train", "clip", "--captions", "a.csv"), "There is no file 'a.csv' of captions"),
        (("train", "clip", "--loss", "hinge"), "no adversarial loss"),
        (
            ("train", "clip", "--hold-out", "test", "--metrics", "swd"),
            "of generated images, and clip makes none",
        ),
        (("generate", "x", "--text", "a", "--label", "3"), "--text goes with"),
        (("caption", "x", "y", "--texts", "z"), "There is no file or folder 'x'"),
    ],
)
def test_what_is_refused_before_anything_is_computed(arguments, message):
    code, text = here(*arguments)
    assert code != 0 and message in text


def test_a_model_of_labels_takes_no_texts(tmp_path):
    networks = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=3)
    keras_gan.ConditionalGAN(*networks, num_classes=3).save(tmp_path / "gan.keras")
    code, text = here("generate", tmp_path / "gan.keras", "--text", "a three", "--out", tmp_path / "a.png")
    assert code == 1 and "takes classes: give a label" in text
