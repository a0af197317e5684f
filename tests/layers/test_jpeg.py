"""JPEG against Pillow's."""

import io

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from scipy import ndimage

from keras_gan.layers import JPEG


def picture(channels, size=(48, 64)):
    noise = np.random.default_rng(0).normal(size=(*size, channels))
    smooth = ndimage.gaussian_filter(noise, (3, 3, 0)) / 0.1
    return np.clip(127.5 + 80 * smooth + 6 * noise, 0, 255).astype("uint8")


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("quality", [30, 50, 75, 95])
def test_nearly_pillows(channels, quality):
    levels, buffer = picture(channels), io.BytesIO()
    Image.fromarray(levels.squeeze()).save(buffer, "JPEG", quality=quality, subsampling=2)
    wanted = np.asarray(Image.open(buffer)).reshape(levels.shape).astype("float32")
    found = (JPEG(quality)(levels[None] / 127.5 - 1.0).numpy()[0] + 1.0) * 127.5
    # A tie rounded the other way is a quarter of a level, and colour is interpolated there in other shares.
    assert np.abs(found - wanted).mean() < (0.4 if channels == 1 else 1.5)
    assert np.abs(found - wanted).mean() < 0.3 * np.abs(levels - wanted).mean()


@pytest.mark.parametrize("size", [(8, 8), (13, 9), (17, 30)])
def test_any_size_and_other_qualities_for_each_image(size):
    x = np.stack([picture(3, size)] * 2).astype("float32") / 127.5 - 1.0
    both = JPEG()(x, quality=np.array([20.0, 90.0], "float32")).numpy()
    for i, quality in enumerate((20, 90)):
        np.testing.assert_allclose(both[i], JPEG(quality)(x).numpy()[i], atol=1e-5)
    assert both.shape == x.shape and np.abs(both).max() <= 1.0


def test_the_gradient_is_that_without_rounding():
    x = tf.constant(picture(1)[None] / 510.0 - 0.25, "float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(JPEG(50)(x) * np.linspace(0, 1, 64)[None, None, :, None])
    np.testing.assert_allclose(tape.gradient(y, x)[0, 4, :, 0], np.linspace(0, 1, 64), atol=1e-4)


def test_config_and_wrong_input():
    layer = JPEG.from_config(JPEG(30, name="j").get_config())
    assert layer.quality == 30 and layer.name == "j"
    for quality in (0, 101, 7.5):
        with pytest.raises(ValueError, match="`quality` must be"):
            JPEG(quality)
    with pytest.raises(ValueError, match="8 x 8 pixels"):
        JPEG()(keras.ops.zeros((1, 6, 8, 3)))
    with pytest.raises(ValueError, match="1 or 3"):
        JPEG()(keras.ops.zeros((1, 8, 8, 2)))
