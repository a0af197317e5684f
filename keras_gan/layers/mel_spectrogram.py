"""Mel spectrograms of sound."""

import warnings

import keras
import numpy as np
from keras import ops

from keras_gan.arguments import check_int
from keras_gan.data.spectrograms import hann


@keras.saving.register_keras_serializable("keras_gan")
class MelSpectrogram(keras.layers.Layer):
    """Log mel spectrogram, as HiFi-GAN, MelGAN and Tacotron 2 take it.

        log max(M |STFT x|, 1e-5)

    A frame is `fft` samples under a Hann window; frames are `hop` apart. The sound is padded by reflection
    with (fft - hop) / 2 samples at each end, so that it has length / hop frames. M is Slaney's filter bank:
    bands of area 1, spaced linearly up to 1 kHz and logarithmically above.

    Args:
        rate: int, samples per second.
        bands: int. Default 80.
        fft, hop: int, samples. Defaults 1024 and 256, for 22,050 Hz.
        low, high: frequency limits of the bands, in Hz. Default 0 and half the rate (the official settings of
            HiFi-GAN have 8,000).

    Input shape: (batch, samples, 1), in [-1, 1]. Output shape: (batch, samples / hop, bands).

    Example:
    >>> mel = keras_gan.layers.MelSpectrogram(8000, bands=40, fft=256, hop=64)
    >>> mel(np.zeros((1, 640, 1), "float32")).shape
    TensorShape([1, 10, 40])

    Reference: Kong et al., 2020 (`meldataset.py` of its code); Slaney, "Auditory Toolbox", 1998
    """

    def __init__(self, rate, bands=80, fft=1024, hop=256, low=0.0, high=None, **kwargs):
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        self.rate, self.bands = check_int(rate, "rate"), check_int(bands, "bands")
        self.fft, self.hop = check_int(fft, "fft"), check_int(hop, "hop")
        self.low, self.high = float(low), float(rate / 2 if high is None else high)
        if (fft - hop) % 2 or fft < hop:
            raise ValueError(f"`fft` - `hop` must be even, and not negative. Received: fft={fft}, hop={hop}")
        if not 0.0 <= self.low < self.high <= rate / 2:
            raise ValueError(
                f"`low` and `high` must rise from 0 to half the rate, {rate / 2:g} Hz. Received: low={self.low:g}, high={self.high:g}"
            )
        self.filters = mel_filters(rate, fft, bands, self.low, self.high)
        empty = int((self.filters.max(1) == 0).sum())
        if empty:
            warnings.warn(
                f"{empty} of {bands} bands lie between the frequencies of {fft} samples and stay silent: "
                "use fewer `bands` or a larger `fft`.",
                stacklevel=2,
            )
        self.window = hann(fft)

    def magnitudes(self, inputs):
        """|STFT x| of shape (batch, frames, fft / 2 + 1)."""
        border, parts = (self.fft - self.hop) // 2, -(-self.fft // self.hop)
        x = ops.pad(ops.cast(inputs, "float32")[..., 0], [[0, 0], [border, border]], mode="reflect")
        length = x.shape[1] or ops.shape(x)[1]
        count = (length - self.fft) // self.hop + 1
        # Frames are made of blocks of `hop` samples: the gradient of `ops.stft` is summed in a varying order.
        x = ops.pad(x, [[0, 0], [0, parts * self.hop]])[:, : (count + parts - 1) * self.hop]
        blocks = ops.reshape(x, (-1, count + parts - 1, self.hop))
        frames = ops.concatenate([blocks[:, i : i + count] for i in range(parts)], axis=-1)[..., : self.fft]
        real, imaginary = ops.rfft(frames * self.window)
        return ops.sqrt(ops.square(real) + ops.square(imaginary) + 1e-9)

    def call(self, inputs):
        bands = ops.matmul(self.magnitudes(inputs), ops.transpose(ops.convert_to_tensor(self.filters)))
        return ops.log(ops.maximum(bands, 1e-5))

    def compute_output_shape(self, input_shape):
        length = input_shape[1]
        return (input_shape[0], None if length is None else length // self.hop, self.bands)

    def get_config(self):
        names = ("rate", "bands", "fft", "hop", "low", "high")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def mel_filters(rate, fft, bands, low, high):
    """Slaney's triangular filters, float32 of shape (bands, fft / 2 + 1)."""
    # Linear below 1 kHz, with 15 bands; logarithmic above.
    linear, step, of_1k = 200.0 / 3, np.log(6.4) / 27, 15.0

    def to_mel(hertz):
        return hertz / linear if hertz < 1000.0 else of_1k + np.log(hertz / 1000.0) / step

    mels = np.linspace(to_mel(low), to_mel(high), bands + 2)
    corners = np.where(mels < of_1k, mels * linear, 1000.0 * np.exp(step * (mels - of_1k)))
    frequencies = np.arange(fft // 2 + 1) * rate / fft
    rising = (frequencies - corners[:-2, None]) / np.diff(corners)[:-1, None]
    falling = (corners[2:, None] - frequencies) / np.diff(corners)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * 2.0 / (corners[2:] - corners[:-2])[:, None]).astype("float32")
