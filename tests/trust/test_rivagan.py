"""RivaGAN's networks of the package invisible-watermark; without it, what the error says."""

import importlib.util

import numpy as np
import pytest
from PIL import Image

from keras_gan import provenance
from keras_gan.trust import RivaGAN
from tests.cli.test_cli import here

MESSAGE = "10110010111100001010011101001101"
needed = pytest.mark.skipif(
    not importlib.util.find_spec("imwatermark"), reason="pip install --no-deps invisible-watermark"
)


def smooth(n, side=256):
    """Images of soft spots, as photographs have."""
    rng, grid = np.random.default_rng(0), np.linspace(0, 1, side)
    images = np.full((n, side, side, 3), 0.5)
    for image in images:
        for x, y, radius in rng.uniform(0.1, 0.9, (12, 3)):
            spot = np.exp(-((grid[:, None] - y) ** 2 + (grid - x) ** 2) / (0.1 * radius) ** 2)
            image += spot[..., None] * rng.normal(0, 0.4, 3)
    return (255 * images.clip(0, 1)).astype("uint8")


def test_what_it_needs(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        ImportError, match="pip install onnxruntime && pip install --no-deps invisible-watermark"
    ):
        RivaGAN()


@needed
def test_its_bits_are_read():
    mark, images = RivaGAN(), smooth(4)
    marked = mark.embed(images, MESSAGE, batch_size=3)
    assert marked.dtype == "uint8" and marked.shape == images.shape
    assert 10 * np.log10(255**2 / np.mean((marked - images.astype(float)) ** 2)) > 40
    assert (mark.p_values(marked, MESSAGE) < 1e-6).all()
    # Floats in [-1, 1] are the same images.
    np.testing.assert_array_equal(mark.decode(marked.astype("float32") / 127.5 - 1), mark.decode(marked))
    # Unmarked images agree by chance.
    assert (mark.p_values(images, MESSAGE) > 1e-3).all()


@needed
@pytest.mark.parametrize(
    ("images", "message", "error"),
    [
        (np.zeros((1, 64, 64, 3), "uint8"), MESSAGE, "at least 128"),
        (np.zeros((1, 256, 256, 1), "uint8"), MESSAGE, r"\(n, height, width, 3\)"),
        (np.full((1, 256, 256, 3), 255.0), MESSAGE, r"floats in \[-1, 1\]"),
        (np.zeros((1, 256, 256, 3), "uint8"), "1011", "32 bits"),
    ],
)
def test_wrong_input_is_refused(images, message, error):
    with pytest.raises(ValueError, match=error):
        RivaGAN().embed(images, message)


@needed
def test_on_the_command_line(tmp_path):
    sizes = {"a.png": 256, "b.png": 300, "small.png": 32}
    (tmp_path / "in/deeper").mkdir(parents=True)
    for name, side in sizes.items():
        provenance.save(
            Image.fromarray(smooth(1, side)[0]), tmp_path / "in" / name, {"software": "keras_gan"}
        )
    alpha = np.full((256, 256, 1), 255, "uint8")
    alpha[:20], alpha[40:] = 100, 0
    Image.fromarray(np.concatenate([smooth(1)[0], alpha], axis=-1)).save(tmp_path / "in/deeper/c.png")
    code, text = here("trust", "embed", tmp_path / "in", "--message", MESSAGE, "--out", tmp_path / "out")
    # The small image is named, and the others are written.
    assert (
        code == 1 and "3 images carry the message" in text and "small.png" in text and "at least 128" in text
    )
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.png")) == ["a.png", "b.png", "c.png"]
    assert Image.open(tmp_path / "out/b.png").size == (300, 300)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "out/deeper/c.png"))[..., 3:], alpha)
    assert provenance.read(tmp_path / "out/a.png") == {"software": "keras_gan"}
    given = ("--watermark", "rivagan", "--message", MESSAGE, "--out", tmp_path / "bits.csv")
    code, text = here("trust", "read", tmp_path / "out", *given)
    assert code == 0 and "3 of 3 images carry the message" in text
    code, text = here("trust", "embed", tmp_path / "in", "--message", "101", "--out", tmp_path / "other")
    assert code == 1 and "32 bits" in text and not (tmp_path / "other").exists()
