"""All that makes, measures or shows images, with 1, 2, 3 and 4 channels: it works, or says that it does not."""

import numpy as np
import pytest

import keras_gan
from keras_gan.grid import image_grid
from tests.helpers import tiny_gan, tiny_networks

CHANNELS = (1, 2, 3, 4)


def gan_and_images(channels, **parts):
    images = np.random.default_rng(0).uniform(-1, 1, (32, 16, 16, channels)).astype("float32")
    return tiny_gan(networks=tiny_networks(channels, size=16), **parts), images


@pytest.mark.parametrize(
    "channels", [4, *(pytest.param(c, marks=pytest.mark.slow) for c in CHANNELS if c != 4)]
)
@pytest.mark.slow
def test_trained_measured_and_exported(tmp_path, channels):
    gan, images = gan_and_images(channels, metrics=["swd", "ms_ssim"], augmentation="diffaugment")
    history = gan.fit(images, batch_size=16, validation_data=images, verbose=0).history
    assert np.isfinite([history["val_swd"], history["val_ms_ssim"]]).all()
    assert gan.generate(2, seed=0).shape == (2, 16, 16, channels)
    import tensorflow as tf

    loaded = tf.saved_model.load(gan.export(tmp_path / "saved"))
    np.testing.assert_array_equal(loaded.sample(2, 0), gan.generate(2, seed=0))
    assert keras_gan.latent.interpolation_sheet(gan, 1, 3).shape == (3, 16, 16, channels)
    monitor = keras_gan.callbacks.TrainingMonitor(every=1, budget=None, samples=8)
    gan.fit(images, batch_size=16, verbose=0, callbacks=[monitor])
    assert monitor.looks


@pytest.mark.parametrize("channels", CHANNELS)
def test_shown(tmp_path, channels):
    gan, images = gan_and_images(channels)
    grid = keras_gan.callbacks.SampleGrid(tmp_path / "grids", rows=1, columns=2)
    if channels == 2:
        with pytest.raises(ValueError, match="grey, RGB or RGBA"):
            gan.fit(images, batch_size=16, verbose=0, callbacks=[grid])
        with pytest.raises(ValueError, match="1, 3 or 4"):
            image_grid(gan.generate(2, seed=0))
        assert int(gan.state.generator_step) == 0
        return
    gan.fit(images, batch_size=16, verbose=0, callbacks=[grid])
    pictures = [image_grid(gan.generate(2, seed=seed)) for seed in range(3)]
    for name in ("walk.gif", "walk.mp4"):
        if name.endswith("mp4"):
            pytest.importorskip("imageio_ffmpeg", reason="pip install 'keras-gan[video]'")
        keras_gan.latent.save_animation(pictures, tmp_path / name)
        assert (tmp_path / name).stat().st_size > 100
    keras_gan.plots.grid(gan.generate(2, seed=0))


@pytest.mark.parametrize("channels", CHANNELS)
def test_extractors_of_three_channels(channels):
    import keras

    network = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten()])
    extractor = keras_gan.metrics.Extractor(network)
    images = np.random.default_rng(0).integers(0, 256, (2, 16, 16, channels)).astype("uint8")
    if channels == 2:
        with pytest.raises(ValueError, match="takes images with 3 channels"):
            extractor(images)
        return
    features = np.asarray(extractor(images))
    if channels == 4:
        alpha = images[..., 3:] / 255
        white = np.round(images[..., :3] * alpha + 255 * (1 - alpha)).astype("uint8")
        np.testing.assert_allclose(features, extractor(white), atol=1e-3)
    assert features.shape == (2, 192)


def test_transparent_colours_do_not_leave_in_animations(tmp_path):
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 4)).astype("uint8")
    pixels[..., 3] = 0
    keras_gan.latent.save_animation([image_grid(pixels)] * 3, tmp_path / "walk.gif")
    with Image.open(tmp_path / "walk.gif") as walk:
        assert (np.asarray(walk.convert("RGB")) == 255).all()
