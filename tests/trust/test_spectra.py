"""Spectra in closed form."""

import numpy as np
import pytest

from keras_gan.trust import log_spectrum, radial_spectrum


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (3, 12, 12, 1), dtype="uint8")


def test_inserted_zeros_repeat_the_spectrum(images):
    larger = np.zeros((3, 24, 24, 1), "uint8")
    larger[:, ::2, ::2] = images
    np.testing.assert_allclose(log_spectrum(larger), np.tile(log_spectrum(images), (1, 2, 2)), atol=1e-6)


def test_doubled_pixels_multiply_it_by_cosines(images):
    doubled = log_spectrum(images.repeat(2, axis=1).repeat(2, axis=2))
    cosine = np.abs(np.cos(np.pi * np.fft.fftfreq(24)))
    # At half a period a pixel it is zero, and the logarithm is as low as rounding lets it be.
    kept = np.ones((24, 24), bool)
    kept[12], kept[:, 12] = False, False
    factor = 20 * np.log10(4 * np.maximum(np.outer(cosine, cosine), 1e-300))
    repeated = np.tile(log_spectrum(images), (1, 2, 2))
    np.testing.assert_allclose(doubled[:, kept], (repeated + factor)[:, kept], atol=1e-5)
    assert doubled[:, ~kept].max() < -150


def test_a_wave_is_in_the_bin_of_its_frequency():
    x, y = np.meshgrid(np.arange(20), np.arange(20))
    for fx, fy in ((3, 0), (0, 7), (3, 4), (6, 8)):
        wave = np.cos(2 * np.pi * (fx * x + fy * y) / 20)[None, ..., None]
        assert radial_spectrum(wave)[0, 1:].argmax() + 1 == np.hypot(fx, fy)


def test_every_frequency_counts_in_the_mean_of_its_bin_alone(images):
    spectrum, found = log_spectrum(images)[0], np.zeros((9, 2))
    for i, row in enumerate(spectrum):
        for j, value in enumerate(row):
            fy, fx = (min(k, 12 - k) for k in (i, j))
            found[int(np.hypot(fy, fx))] += (value, 1)
    np.testing.assert_allclose(radial_spectrum(images)[0], found[:, 0] / found[:, 1])


def test_floats_and_bytes_are_alike(images):
    np.testing.assert_allclose(log_spectrum(images / 127.5 - 1.0), log_spectrum(images), atol=1e-6)
    with pytest.raises(ValueError, match="`images` must have the shape"):
        radial_spectrum(images[0])
