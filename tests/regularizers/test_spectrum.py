"""The spectral penalty."""

import numpy as np
import pytest

import keras_gan
from keras_gan.parts import Turn
from keras_gan.regularizers import SpectrumPenalty
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


class Shape:
    image_shape = (8, 6, 2)


def test_value():
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 5, 8, 6, 2)).astype("float32")
    spectra = []
    for images in (real, fake):
        strength = np.log(np.abs(np.fft.fft2((images.mean(axis=-1) + 1) / 2))).mean(axis=0)
        bins = {}
        for i, fy in enumerate(np.fft.fftfreq(8)):
            for j, fx in enumerate(np.fft.fftfreq(6)):
                bins.setdefault(int(8 * np.hypot(fy, fx) + 1e-9), []).append(strength[i, j])
        spectra.append(np.array([np.mean(bins[k]) for k in sorted(bins)]))
    wanted = ((spectra[0] - spectra[1]) ** 2).mean()
    found = SpectrumPenalty().penalty(Shape, Turn(real, fake))
    np.testing.assert_allclose(found, wanted, rtol=1e-3)
    check_config(SpectrumPenalty(0.5, 2), {"weight": 0.5, "interval": 2})


def test_images_moved_or_mirrored_cost_nothing():
    real = np.random.default_rng(0).uniform(-1, 1, (5, 8, 6, 2)).astype("float32")
    for fake in (np.roll(real, 3, axis=2), real[:, ::-1], real[::-1]):
        np.testing.assert_allclose(SpectrumPenalty().penalty(Shape, Turn(real, fake)), 0.0, atol=1e-6)


def test_contract():
    part_contract(regularizers=["spectrum"])


def test_held_wrong():
    with pytest.raises(ValueError, match="`spectrum` is of images"):
        keras_gan.GAN(*keras_gan.networks.mlp(2)).compile(regularizers=["spectrum"])
    assert isinstance(tiny_gan(regularizers=["spectrum"]).regularizers[0], SpectrumPenalty)
