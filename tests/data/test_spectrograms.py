"""Short-time Fourier transforms, Griffin and Lim, and SpecGAN's front end."""

import numpy as np
import pytest

import keras_gan
from keras_gan.data import Spectrograms, spectrograms
from keras_gan.layers import MelSpectrogram


@pytest.mark.parametrize("fft, hop", [(256, 128), (256, 64), (64, 16), (64, 64)])
def test_the_inverse_is_exact(fft, hop):
    x = np.random.default_rng(0).uniform(-1, 1, (2, 8 * 128)).astype("float32")
    spectra = spectrograms.stft(x, fft, hop)
    assert spectra.shape == (2, 1024 // hop, fft // 2 + 1)
    if fft == hop:
        # The window is 0 at the first sample of each frame, which is lost.
        found = spectrograms.istft(spectra, fft, hop)
        np.testing.assert_allclose(
            np.delete(found, np.s_[::hop], 1), np.delete(x, np.s_[::hop], 1), atol=1e-3
        )
        return
    np.testing.assert_allclose(spectrograms.istft(spectra, fft, hop), x, atol=1e-5)


def test_a_frame_is_numpys_transform():
    x = np.random.default_rng(0).uniform(-1, 1, (1, 640)).astype("float32")
    found = spectrograms.stft(x, 64, 32)
    window = np.hanning(65)[:-1]
    # Frame 4 begins at 4 x 32 - 16.
    np.testing.assert_allclose(found[0, 4], np.fft.rfft(x[0, 112:176] * window), atol=1e-4)


def test_griffin_lims_error_never_rises():
    rng = np.random.default_rng(0)
    x = np.cumsum(rng.normal(size=(1, 2048)), axis=1).astype("float32")
    target = np.abs(spectrograms.stft(x / np.abs(x).max(), 128, 32))
    errors = []
    for iterations in (0, 1, 2, 4, 8, 16, 32, 64):
        found = spectrograms.griffin_lim(target, 128, 32, iterations)
        errors.append(np.linalg.norm(np.abs(spectrograms.stft(found, 128, 32)) - target))
    assert (np.diff(errors) <= 1e-4).all() and errors[-1] < 0.5 * errors[0]


def test_griffin_lim_of_mel_has_that_mel():
    x = np.sin(np.arange(4096) * 0.3)[None].astype("float32") * np.linspace(1, 0.1, 4096, dtype="float32")
    layer = MelSpectrogram(8000, 40, 256, 64)
    mel = layer(x[..., None])
    found = spectrograms.griffin_lim_of_mel(mel, layer, 40)
    assert found.shape == (1, 4096, 1)
    other = spectrograms.griffin_lim_of_mel(mel, layer, 0)
    distances = [float(np.abs(np.asarray(layer(sound)) - mel).mean()) for sound in (found, other)]
    assert distances[0] < 0.8 * distances[1]


def test_images_and_back():
    rng = np.random.default_rng(0)
    sounds = np.stack(
        [np.sin(np.arange(2048) * f) * np.exp(-np.arange(2048) / 500) for f in rng.uniform(0.1, 2, 16)]
    )[..., None].astype("float32")
    front_end = Spectrograms(8000, 128, 64).fit(sounds)
    images = front_end.to_images(sounds)
    assert images.shape == (16, 32, 64, 1) and np.abs(images).max() <= 1
    # Each frequency by its own mean and deviation, a third of them: by hand.
    logs = np.log(np.abs(spectrograms.stft(sounds[..., 0], 128, 64)) + 1e-6)[..., 5]
    z = (logs - logs.mean()) / logs.std() / 3
    np.testing.assert_allclose(images[:, :, 5, 0], np.clip(z, -1, 1), atol=1e-3)
    back = front_end.to_sounds(images, 60)
    again = front_end.to_images(back)
    assert np.abs(again - images).mean() < 0.12
    levels = np.round((images + 1) * 127.5).astype("uint8")
    assert np.abs(front_end.to_images(front_end.to_sounds(levels, 60)) - images).mean() < 0.13
    copy = Spectrograms.from_config(front_end.get_config())
    np.testing.assert_allclose(copy.to_images(sounds), images, atol=1e-6)


def test_held_wrong():
    with pytest.raises(ValueError, match="fitted first"):
        Spectrograms(8000).to_images(np.zeros((1, 256, 1)))
    with pytest.raises(ValueError, match=r"shape \(n, samples, 1\)"):
        Spectrograms(8000).fit(np.zeros((1, 256)))
    with pytest.raises(ValueError, match="at most half of it"):
        Spectrograms(8000, 64, 64)
    with pytest.raises(ValueError, match="whole frames of 64"):
        spectrograms.stft(np.zeros((1, 100)), 128, 64)
    with pytest.raises(ValueError, match="fitted `keras_gan.data.Spectrograms`"):
        networks = keras_gan.networks.dcgan((32, 32, 1), 4, filters=2, discriminator_normalization="none")
        keras_gan.SpecGAN(*networks, Spectrograms(8000))
