"""Sound as images and back: short-time Fourier transforms, Griffin and Lim's phases, and SpecGAN's front end."""

import keras
import numpy as np

from keras_gan.arguments import check_int


def hann(size):
    """The periodic Hann window, float32."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype("float32")


def stft(sounds, fft, hop):
    """Compute the short-time Fourier transform with a Hann window.

    Args:
        sounds: array of shape (n, samples); samples is a multiple of `hop`.
        fft, hop: int, samples of a frame, and from one frame to the next; `fft` - `hop` must be even.
            (fft - hop) / 2 zeros are added before and after.

    Returns:
        complex64 array of shape (n, samples / hop, fft / 2 + 1).

    Example:
    >>> from keras_gan.data import spectrograms
    >>> x = np.random.default_rng(0).normal(size=(1, 512))
    >>> back = spectrograms.istft(spectrograms.stft(x, 64, 16), 64, 16)
    >>> bool(np.abs(back - x).max() < 1e-5)
    True
    """
    sounds = np.asarray(sounds, "float32")
    if sounds.ndim != 2 or sounds.shape[1] % hop or (fft - hop) % 2:
        raise ValueError(
            f"`sounds` must have shape (n, samples), whole frames of {hop} samples, and `fft` - `hop` be even. Received: "
            f"shape={sounds.shape}, fft={fft}, hop={hop}"
        )
    border = (fft - hop) // 2
    x = np.pad(sounds, ((0, 0), (border, border)))
    frames = np.lib.stride_tricks.sliding_window_view(x, fft, axis=1)[:, ::hop]
    return np.fft.rfft(frames * hann(fft)).astype("complex64")


def istft(spectra, fft, hop):
    """Return the sounds whose transform is nearest to the spectra in least squares; arguments as in `stft`.

    For spectra of `stft` with hop <= fft / 2, these are the original sounds.
    """
    window, border = hann(fft), (fft - hop) // 2
    frames = np.fft.irfft(spectra, fft).astype("float32") * window
    n, count = frames.shape[:2]
    total, weight = np.zeros((n, count * hop + 2 * border), "float32"), np.zeros(count * hop + 2 * border)
    for i in range(count):
        total[:, i * hop : i * hop + fft] += frames[:, i]
        weight[i * hop : i * hop + fft] += window**2
    inside = slice(border, border + count * hop)
    return total[:, inside] / np.maximum(weight[inside], 1e-8).astype("float32")


def griffin_lim(magnitudes, fft, hop, iterations=32, seed=0):
    """Reconstruct sounds from magnitudes alone, by a search for phases that fit them.

    Args:
        magnitudes: array of shape (n, frames, fft / 2 + 1).
        fft, hop: as in `stft`.
        iterations: int. The distance ||magnitudes - |STFT x||| never rises.
        seed: int, for the initial phases.

    Returns:
        float32 array of shape (n, frames x hop).

    Example:
    >>> from keras_gan.data import spectrograms
    >>> tone = np.sin(np.arange(2048) / 3)[None]
    >>> found = spectrograms.griffin_lim(np.abs(spectrograms.stft(tone, 256, 64)), 256, 64)
    >>> found.shape
    (1, 2048)

    Reference: Griffin & Lim, "Signal Estimation from Modified Short-Time Fourier Transform", 1984
    """
    check_int(iterations, "iterations", least=0)
    magnitudes = np.asarray(magnitudes, "float32")
    phases = np.exp(2j * np.pi * np.random.default_rng(seed).random(magnitudes.shape))
    for _ in range(iterations):
        spectra = stft(istft(magnitudes * phases, fft, hop), fft, hop)
        phases = spectra / np.maximum(np.abs(spectra), 1e-8)
    return istft(magnitudes * phases, fft, hop)


def griffin_lim_of_mel(mel, layer, iterations=32, seed=0):
    """Reconstruct sounds from mel spectrograms without a network: the baseline that a vocoder must beat.

    Multiplicative steps find non-negative magnitudes that have these bands; `griffin_lim` then finds the
    phases.

    Args:
        mel: array of shape (n, frames, bands), as `layer` returns it.
        layer: `keras_gan.layers.MelSpectrogram`.
        iterations, seed: as in `griffin_lim`.

    Returns:
        float32 array of shape (n, frames x hop, 1).
    """
    bands, filters = np.exp(np.asarray(mel, "float32")), layer.filters
    magnitudes = np.maximum(bands @ np.linalg.pinv(filters).T, 1e-6)
    for _ in range(100):
        magnitudes *= (bands @ filters) / np.maximum(magnitudes @ filters.T @ filters, 1e-12)
    return griffin_lim(magnitudes, layer.fft, layer.hop, iterations, seed)[..., None]


@keras.saving.register_keras_serializable("keras_gan")
class Spectrograms:
    """SpecGAN's front end: turns sounds into images in [-1, 1], on which any image GAN trains, and back.

    An image is log(|STFT| + 1e-6). Each frequency is normalised by its own mean and standard deviation over
    the data, clipped at `limit` deviations and divided by them. The height is time and the width frequency,
    without the highest one. `griffin_lim` converts images back.

    Args:
        rate: int, samples a second.
        fft, hop: int. Defaults 256 and 128: 16,384 samples are an image of 128 x 128.
        limit: float, in standard deviations. Default 3.
        mean, deviation: arrays of shape (fft / 2,), which `fit` computes.

    Example:
    >>> sounds = np.random.default_rng(0).uniform(-1, 1, (8, 2048, 1)).astype("float32")
    >>> front_end = keras_gan.data.Spectrograms(8000, fft=64, hop=64 // 2).fit(sounds)
    >>> images = front_end.to_images(sounds)
    >>> images.shape, front_end.to_sounds(images, iterations=2).shape
    ((8, 64, 32, 1), (8, 2048, 1))

    Reference: Donahue et al., "Adversarial Audio Synthesis", 2019, https://arxiv.org/abs/1802.04208
    """

    def __init__(self, rate, fft=256, hop=128, limit=3.0, mean=None, deviation=None):
        self.rate, self.fft, self.hop = (
            check_int(value, name) for value, name in ((rate, "rate"), (fft, "fft"), (hop, "hop"))
        )
        if hop > fft // 2 or fft % 2 or (fft - hop) % 2:
            raise ValueError(
                f"`fft` must be even, and `hop` even and at most half of it, so that sounds come back. Received: fft={fft}, hop={hop}"
            )
        self.limit = float(limit)
        self.mean, self.deviation = (
            None if x is None else np.asarray(x, "float32") for x in (mean, deviation)
        )

    def get_config(self):
        names = ("rate", "fft", "hop", "limit")
        found = {name: getattr(self, name) for name in names}
        arrays = {"mean": self.mean, "deviation": self.deviation}
        return {**found, **{name: None if x is None else x.tolist() for name, x in arrays.items()}}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def _logarithms(self, sounds):
        sounds = np.asarray(sounds, "float32")
        if sounds.ndim != 3 or sounds.shape[2] != 1:
            raise ValueError(f"`sounds` must have shape (n, samples, 1). Received: shape={sounds.shape}")
        return np.log(np.abs(stft(sounds[..., 0], self.fft, self.hop)) + 1e-6)[..., :-1]

    def fit(self, sounds):
        """Compute mean and deviation of each frequency from sounds (n, samples, 1); return the object."""
        found = self._logarithms(sounds)
        self.mean, self.deviation = found.mean((0, 1)), np.maximum(found.std((0, 1)), 1e-3)
        return self

    def _check_fitted(self):
        if self.mean is None:
            raise ValueError("`Spectrograms` must be fitted first: `fit(sounds)` of the training data.")

    def to_images(self, sounds):
        """Return float32 images of shape (n, samples / hop, fft / 2, 1) in [-1, 1]."""
        self._check_fitted()
        z = (self._logarithms(sounds) - self.mean) / (self.limit * self.deviation)
        return np.clip(z, -1.0, 1.0)[..., None].astype("float32")

    def to_sounds(self, images, iterations=16, seed=0):
        """Turn images (floats in [-1, 1] or uint8) into float32 sounds (n, samples, 1) in [-1, 1]."""
        self._check_fitted()
        images = np.asarray(images)
        if images.dtype == np.uint8:
            images = images.astype("float32") / 127.5 - 1.0
        if images.shape[2:] != (self.fft // 2, 1):
            raise ValueError(
                f"`images` must have shape (n, frames, {self.fft // 2}, 1). Received: shape={images.shape}"
            )
        magnitudes = np.exp(images[..., 0] * self.limit * self.deviation + self.mean) - 1e-6
        magnitudes = np.maximum(np.pad(magnitudes, ((0, 0), (0, 0), (0, 1))), 0.0)
        found = griffin_lim(magnitudes, self.fft, self.hop, iterations, seed)
        return np.clip(found, -1.0, 1.0)[..., None]
