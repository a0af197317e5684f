"""PSNR, SSIM and perceptual distances of images and their targets."""

import keras
import numpy as np
import pytest

from keras_gan import metrics
from tests.contracts import metric_contract


def network():
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.layers.Input((8, 8, 1)),
            keras.layers.Conv2D(4, 3, name="one"),
            keras.layers.Conv2D(3, 3, name="two"),
        ]
    )


MAKE = {
    "psnr": metrics.PSNR,
    "ssim": metrics.SSIM,
    "perceptual_distance": lambda: metrics.PerceptualDistance(network(), ["one", "two"]),
}


@pytest.mark.parametrize("name", MAKE)
def test_contract(name):
    metric_contract(MAKE[name], [name], of_pairs=True)


def pair(shape=(3, 24, 20, 3)):
    rng = np.random.default_rng(0)
    real = rng.integers(0, 256, shape)
    noise = rng.normal(0, [[[[4]]], [[[20]]], [[[60]]]], shape)
    return real.astype("uint8"), np.clip(real + noise, 0, 255).astype("uint8")


@pytest.mark.parametrize("border", [0, 4])
@pytest.mark.parametrize("channels", ["rgb", "y"])
def test_equal_to_scikit_image(channels, border):
    measure = pytest.importorskip("skimage.metrics")
    from skimage.color import rgb2ycbcr

    real, fake = pair()
    inside = slice(border, -border) if border else slice(None)
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    ratios, similarities = [], []
    for a, b in zip(real[:, inside, inside], fake[:, inside, inside], strict=True):
        if channels == "y":
            a, b = (rgb2ycbcr(x)[..., :1] for x in (a, b))
        a, b = a.astype("float64"), b.astype("float64")
        ratios.append(measure.peak_signal_noise_ratio(a, b, data_range=255))
        similarities.append(measure.structural_similarity(a, b, channel_axis=-1, **options))
    np.testing.assert_allclose(metrics.psnr(real, fake, channels, border), ratios, rtol=1e-5)
    np.testing.assert_allclose(metrics.ssim(real, fake, channels, border), similarities, rtol=1e-4)
    for metric, expected in ((metrics.PSNR, ratios), (metrics.SSIM, similarities)):
        metric = metric(channels, border)
        metric.update_state(real[:2], fake[:2])
        metric.update_state(real[2:] / 127.5 - 1.0, fake[2:] / 127.5 - 1.0)
        np.testing.assert_allclose(metric.result(), np.mean(expected), rtol=1e-4)


def test_floats_are_rounded_to_levels():
    real, fake = pair()
    floats = (fake + np.random.default_rng(1).uniform(-0.4, 0.4, fake.shape)) / 127.5 - 1.0
    np.testing.assert_allclose(metrics.psnr(real, floats), metrics.psnr(real, fake), rtol=1e-6)


def test_what_does_not_fit_is_said():
    images = np.zeros((2, 12, 12, 3), "uint8")
    for make, message in (
        (lambda: metrics.PSNR("yuv"), "rgb"),
        (lambda: metrics.PSNR(border=-1), "border"),
        (lambda: metrics.SSIM(border=1).update_state(images, images), "inside the border"),
        (lambda: metrics.PerceptualDistance(network(), ["three"]).check((8, 8, 1)), "no layer 'three'"),
        (lambda: metrics.PerceptualDistance(network(), ["one"], [[1], [2]]), "one array for each"),
        (
            lambda: metrics.PerceptualDistance(network(), ["one"], [[1]]).check((8, 8, 1)),
            "channels",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            make()


def test_luma_is_of_rgb_and_grey_alone():
    images = np.zeros((2, 16, 16, 4), "uint8")
    for figure in (metrics.psnr, metrics.ssim):
        with pytest.raises(ValueError, match="4 channels"):
            figure(images, images, channels="y")
    with pytest.raises(ValueError, match="4 channels"):
        metrics.PSNR(channels="y").check((16, 16, 4))
