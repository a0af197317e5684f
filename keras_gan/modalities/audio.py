"""Sound."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.data.sounds import joined, write_sound
from keras_gan.modalities.modality import Modality


@keras.saving.register_keras_serializable("keras_gan")
class Audio(Modality):
    """Sound in [-1, 1], returned as float32; shown as spectrograms, written as 16-bit WAV files.

    Args:
        rate: int, samples a second.
        shape: (samples, channels); samples may be None.

    Example:
    >>> keras_gan.modalities.Audio(8000, (4096, 1)).name
    'sounds'
    """

    name = "sounds"
    in_range = drawable = True
    suffix, suffixes = ".wav", (".wav",)

    def __init__(self, rate, shape):
        self.rate = check_int(rate, "rate")
        if len(shape) != 2:
            raise ValueError(f"`shape` must be (samples, channels). Received: {shape!r}")
        super().__init__(shape)

    def get_config(self):
        return {"rate": self.rate, "shape": self.shape}

    def hint_of_rank(self, shape):
        return " Add the channel: `sounds[..., None]`." if shape.rank < 3 else ""

    def hint_of_shape(self, shape):
        return (
            "Load them with that `length` and as many channels (`mono=`), or build the networks for theirs."
        )

    def check_source(self, source, where):
        rate = getattr(source, "rate", None)
        if rate is not None and rate != self.rate:
            raise ValueError(
                f"The sounds of {where} have {rate} samples a second, and the model makes {self.rate}: load them with `rate={self.rate}`, "
                "which resamples them."
            )

    def check_array(self, values, name):
        if not np.issubdtype(values.dtype, np.floating):
            raise ValueError(
                f"{name} must be float32 in [-1, 1]. Received: dtype={values.dtype}. Of 16-bit samples write "
                "`sounds.astype('float32') / 32768`."
            )
        least, most = (values.min(), values.max()) if values.size else (0.0, 0.0)
        if not np.isfinite(least + most):
            raise ValueError(f"The {name.lower()} contain NaN or infinite values.")
        if least < -1.001 or most > 1.001:
            raise ValueError(
                f"{name} must be in [-1, 1]. Received values from {least:.6g} to {most:.6g}. Of 16-bit samples write `sounds / 32768`."
            )

    def requirements(self, values, where, anew=False, fewest=1):
        low, high = tf.reduce_min(values), tf.reduce_max(values)
        found = tf.strings.join([tf.as_string(low), " to ", tf.as_string(high)])
        message = [
            f"Sounds must be in [-1, 1]. {where}: Received values from ",
            found,
            ". Of 16-bit samples write `sounds / 32768`.",
        ]
        within = tf.logical_and(low >= -1.001, high <= 1.001)
        return [*super().requirements(values, where), (within, tf.strings.join(message))]

    def to_storage(self, values):
        return tf.clip_by_value(tf.cast(values, tf.float32), -1.0, 1.0)

    # === Shown and written ===

    def to_pictures(self, values):
        """Return spectrograms as uint8 images of shape (n, 64, width, 3).

        High frequencies are at the top, and the range from black to white is 80 dB. Images of sounds with
        less than 512 samples are 32 pixels high.

        Args:
            values: array of shape (n, samples, channels).
        """
        from matplotlib import colormaps

        sounds = np.asarray(values, "float32").mean(-1)
        fft = 256 if sounds.shape[1] >= 512 else 64
        hop = max(fft // 4, sounds.shape[1] // 192)
        padded = np.pad(sounds, ((0, 0), (fft // 2, fft // 2)))
        frames = np.lib.stride_tricks.sliding_window_view(padded, fft, axis=1)[:, ::hop]
        power = np.abs(np.fft.rfft(frames * np.hanning(fft + 1)[:-1])) / (fft / 4)
        levels = 1 + 20 * np.log10(np.maximum(power, 1e-5)) / 80
        bins = np.linspace(0, fft // 2, min(64, fft // 2) + 1).astype(int)
        rows = np.stack([levels[:, :, a:b].max(-1) for a, b in itertools.pairwise(bins)], axis=1)
        return (colormaps["magma"](np.clip(rows[:, ::-1], 0, 1))[..., :3] * 255).round().astype("uint8")

    def write(self, path, value):
        """Write one sound of shape (samples, channels) as a WAV file of 16 bits."""
        write_sound(path, value, self.rate)

    def write_all(self, path, values):
        """Write sounds, a quarter of a second of silence between them, as one WAV file beside an image."""
        self.write_many(path.with_suffix(self.suffix), values)

    def write_many(self, path, values):
        """Write sounds one after another, as one file."""
        self.write(path, joined(values, self.rate))
        return [path]
