"""Detectors of generated images, on images with the traces of an upsampling."""

import numpy as np
import pytest
from scipy import ndimage

from keras_gan.trust import PERTURBATIONS, ResidualDetector, SpectrumDetector, robustness
from keras_gan.trust.perturbations import blurred, cropped, jpeg, resized


def smooth(n, seed, channels=1):
    """Smooth noise, 24 x 24: what stands for real images."""
    noise = np.random.default_rng(seed).normal(size=(n, 24, 24, channels))
    noise = ndimage.gaussian_filter(noise, (0, 1, 1, 0), mode="wrap")
    return np.clip(127.5 + 300 * noise, 0, 255).astype("uint8")


def upsampled(n, seed, channels=1):
    """The same at half the size, doubled, and sharpened a little by a fixed filter, as a generator's convolution would."""
    half = smooth(n, seed, channels)[:, ::2, ::2].repeat(2, axis=1).repeat(2, axis=2).astype("float32")
    return np.clip(1.2 * half - 0.2 * ndimage.uniform_filter(half, (0, 3, 3, 0)), 0, 255).astype("uint8")


@pytest.mark.parametrize(
    "detector",
    [SpectrumDetector(), pytest.param(ResidualDetector(filters=8, epochs=8), marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_traces_are_found_in_images_not_seen_before(detector, channels):
    detector.fit(smooth(200, 0, channels), upsampled(160, 1, channels))
    real, made = smooth(80, 2, channels), upsampled(80, 3, channels)
    found = robustness(detector, real, made, ["none", "jpeg 75"])
    assert found["none"] > 0.98 and found["jpeg 75"] > 0.8
    scores = detector.score(made)
    assert scores.shape == (80,) and scores.min() >= 0 and scores.max() <= 1 and scores.mean() > 0.8
    # Of one kind nothing can be told.
    assert (
        abs(robustness(detector, smooth(80, 4, channels), smooth(80, 5, channels), ["none"])["none"] - 0.5)
        < 0.15
    )


@pytest.mark.slow
def test_the_same_seed_learns_the_same():
    scores = [
        ResidualDetector(filters=4, epochs=2, seed=3).fit(smooth(40, 0), upsampled(40, 1)).score(smooth(9, 2))
        for _ in range(2)
    ]
    assert (scores[0] == scores[1]).all()


def test_perturbations():
    images = smooth(4, 0, 3)
    for name, change in PERTURBATIONS.items():
        changed = change(images)
        assert changed.shape == images.shape and changed.dtype == np.uint8, name
        assert (changed == images).all() == (name == "none")
    assert (
        np.abs(jpeg(images, 95).astype(int) - images).mean()
        < np.abs(jpeg(images, 50).astype(int) - images).mean()
    )
    clear = np.concatenate([images, images[..., :1]], axis=-1)
    assert (jpeg(clear, 50)[..., :3] == jpeg(images, 50)).all() and (
        jpeg(clear, 50)[..., 3] == clear[..., 3]
    ).all()
    flat = np.full((2, 24, 24, 1), 90, "uint8")
    for change in (lambda x: resized(x, 0.5), lambda x: blurred(x, 1.0), lambda x: cropped(x, 0.8)):
        assert (change(flat) == 90).all()
    point = np.zeros((1, 24, 24, 1), "uint8")
    point[0, 12, 12] = 255
    assert blurred(point, 1.0)[0, 12, 12, 0] == round(255 / (2 * np.pi), 0)
    corner = np.zeros((1, 20, 20, 1), "uint8")
    corner[0, 2:18, 2:18] = 200
    assert (cropped(corner, 0.8) == 200).all()


@pytest.mark.parametrize("detector", [SpectrumDetector(), ResidualDetector(filters=4, epochs=1)])
def test_wrong_input_is_refused(detector):
    with pytest.raises(ValueError, match="learnt nothing yet"):
        type(detector)().score(smooth(2, 0))
    with pytest.raises(ValueError, match="`real` must be uint8"):
        detector.fit(smooth(8, 0) / 255.0, smooth(8, 0))
    with pytest.raises(ValueError, match="`generated` must be images of shape"):
        detector.fit(smooth(8, 0), smooth(8, 0)[:, :20])
    with pytest.raises(ValueError, match="8 images of each"):
        detector.fit(smooth(8, 0), smooth(7, 0))
    detector.fit(smooth(8, 0), smooth(8, 1))
    with pytest.raises(ValueError, match="`images` must be images of shape"):
        detector.score(smooth(2, 0, 3))
    with pytest.raises(ValueError, match="`regularization`"):
        SpectrumDetector(0)
