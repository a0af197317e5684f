"""The mel front end of HiFi-GAN's official code, written a second time in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers import MelSpectrogram


def slaney(hertz):
    """Slaney's scale: 3 mels for 200 Hz below 1,000 Hz, then 27 for a factor of 6.4."""
    return np.where(
        hertz < 1000, 3 * hertz / 200, 15 + 27 * np.log(np.maximum(hertz, 1e-9) / 1000) / np.log(6.4)
    )


def numpy_mel(x, rate, bands, fft, hop, low, high):
    border = (fft - hop) // 2
    x = np.pad(x.astype("float64"), ((0, 0), (border, border)), mode="reflect")
    window = np.hanning(fft + 1)[:-1]
    frames = [np.fft.rfft(x[:, i : i + fft] * window) for i in range(0, x.shape[1] - fft + 1, hop)]
    magnitudes = np.sqrt(np.abs(np.stack(frames, 1)) ** 2 + 1e-9)
    # Corners found by bisection on the scale, not by its inverse.
    corners = []
    for mel in np.linspace(slaney(low), slaney(high), bands + 2):
        a, b = 0.0, rate / 2 + 1
        for _ in range(60):
            middle = (a + b) / 2
            a, b = (middle, b) if slaney(middle) < mel else (a, middle)
        corners.append(a)
    filters = np.zeros((bands, fft // 2 + 1))
    for i in range(bands):
        left, top, right = corners[i : i + 3]
        for k in range(fft // 2 + 1):
            f = k * rate / fft
            if left < f < right:
                height = (f - left) / (top - left) if f <= top else (right - f) / (right - top)
                filters[i, k] = height * 2 / (right - left)
    return np.log(np.maximum(magnitudes @ filters.T, 1e-5))


@pytest.mark.parametrize(
    "options",
    [(22_050, 80, 1024, 256, 0, 8000), (8000, 40, 256, 64, 0, 4000), (16_000, 20, 64, 16, 50, 7600)],
)
def test_equals_numpy(options):
    rate, bands, fft, hop, low, high = options
    x = np.random.default_rng(0).uniform(-0.9, 0.9, (2, 20 * hop)).astype("float32")
    layer = MelSpectrogram(rate, bands, fft, hop, low, high)
    found = layer(x[..., None])
    assert found.shape == (2, 20, bands)
    np.testing.assert_allclose(found, numpy_mel(x, *options), atol=2e-4)
    again = MelSpectrogram.from_config(layer.get_config())
    np.testing.assert_array_equal(again(x[..., None]), found)


def test_silence_and_its_gradient():
    layer, x = MelSpectrogram(8000, 20, 64, 16), tf.zeros((1, 160, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = layer(x)
    assert np.isfinite(found).all() and np.isfinite(tape.gradient(found, x)).all()


def test_a_tone_is_in_its_band():
    rate, bands = 8000, 40
    layer = MelSpectrogram(rate, bands, 512, 128)
    for hertz in (300, 1000, 3000):
        x = np.sin(2 * np.pi * hertz * np.arange(4096) / rate)[None, :, None].astype("float32")
        band = int(np.asarray(layer(x))[0, 16].argmax())
        centre = np.linspace(slaney(0), slaney(rate / 2), bands + 2)[band + 1]
        assert abs(centre - slaney(hertz)) <= (slaney(rate / 2)) / (bands + 1)


def test_wrong_arguments():
    with pytest.warns(UserWarning, match="bands lie between the frequencies of 256 samples"):
        MelSpectrogram(22_050, 80, 256, 64)
    with pytest.raises(ValueError, match="must be even"):
        MelSpectrogram(8000, fft=64, hop=15)
    with pytest.raises(ValueError, match="half the rate"):
        MelSpectrogram(8000, high=8000)
