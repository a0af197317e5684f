"""Models in files; what the commands do with them is in test_cli*.py."""

import json

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan.runs import load, translator
from keras_gan.runs.generator import Generator
from keras_gan.runs.translator import Translator
from tests.helpers import tiny_gan


def test_alpha_and_the_colours_beneath(tmp_path):
    pixels = np.zeros((4, 6, 4), "uint8")
    pixels[1:3, 2:4] = (10, 20, 30, 128)
    image = Image.fromarray(pixels)
    colours, alpha = translator.colours_and_alpha(image)
    np.testing.assert_array_equal(colours, np.broadcast_to((10, 20, 30), (4, 6, 3)))
    np.testing.assert_array_equal(alpha[..., 0], pixels[..., 3])
    assert translator.alpha_of(Image.new("RGB", (2, 2))) is None
    assert translator.alpha_of(Image.new("RGBA", (2, 2), (0, 0, 0, 255))) is None
    made = translator.with_alpha(np.zeros((8, 12, 1), "uint8"), alpha)
    assert made.mode == "RGBA" and made.size == (12, 8)


def test_a_generator_checks_what_it_is_asked(tmp_path, images):
    gan = tiny_gan()
    gan.save(tmp_path / "gan.keras")
    generator = Generator(tmp_path / "gan.keras")
    np.testing.assert_array_equal(generator.sample(2, 1), gan.generate(2, seed=1))
    for arguments, message in (
        (dict(n=0), "positive"),
        (dict(n=1, label="imp"), "no classes"),
        (dict(n=1, label=3), "no classes"),
    ):
        with pytest.raises(ValueError, match=message):
            generator.sample(**arguments)
    with pytest.raises(ValueError, match="It must be a run folder"):
        Generator(tmp_path / "nowhere")
    assert load.is_model("hf://me/digits") and not load.is_model(tmp_path)


def test_value_range_of_the_run_and_of_the_call(tmp_path):
    """Grey images of 12 bits in 16, as the run that was trained on such notes it, and as a call asks for."""
    x = keras.Input((8, 8, 1))
    generator = keras.Model(x, keras.layers.Conv2D(1, 3, padding="same", activation="tanh")(x))
    gan = keras_gan.Pix2Pix(
        generator, keras_gan.networks.patchgan((8, 8, 1), condition_channels=1, filters=2, receptive_field=16)
    )
    gan.save(tmp_path / "model.keras")
    values = np.linspace(0, 4095, 64).reshape(8, 8).astype("uint16")
    Image.fromarray(values).save(tmp_path / "image.png")
    expected = (values * (255 / 4095)).round()
    (tmp_path / "config.json").write_text(json.dumps({"value_range": "0,4095"}))
    for chosen in (
        Translator(tmp_path / "model.keras"),
        Translator(tmp_path / "model.keras", value_range=(0, 4095)),
    ):
        pixels, alpha = chosen.read(tmp_path / "image.png")
        np.testing.assert_array_equal(pixels[..., 0], expected)
        assert alpha is None
    with pytest.raises(ValueError, match="no direction 'b2a'"):
        chosen.translate_folder(tmp_path, tmp_path / "out", "b2a")
