"""Spectrograms of sound, as images."""

import keras
import numpy as np

from keras_gan.data.sounds import joined, write_sound
from keras_gan.data.spectrograms import Spectrograms
from keras_gan.modalities.images import Images


@keras.saving.register_keras_serializable("keras_gan")
class Spectra(Images):
    """Images that `data.Spectrograms` made from sounds.

    They are shown with low frequencies at the bottom and time to the right, and written as sounds.

    Args:
        front_end: `keras_gan.data.Spectrograms`, fitted.
        shape: (frames, frequencies, 1).
    """

    suffix, suffixes = ".wav", (".wav",)

    def __init__(self, front_end, shape):
        self.front_end = Spectrograms.from_config(front_end) if isinstance(front_end, dict) else front_end
        super().__init__(shape)

    @property
    def rate(self):
        """Samples a second."""
        return self.front_end.rate

    def get_config(self):
        return {"front_end": self.front_end.get_config(), "shape": self.shape}

    def to_pictures(self, values):
        return np.asarray(values).swapaxes(1, 2)[:, ::-1]

    def write(self, path, value):
        write_sound(path, self.front_end.to_sounds(np.asarray(value)[None])[0], self.rate)

    def write_all(self, path, values):
        self.write_many(path.with_suffix(self.suffix), values)

    def write_many(self, path, values):
        """Write the sounds of the examples one after another, as one file."""
        sounds = self.front_end.to_sounds(np.asarray(values))
        write_sound(path, joined(sounds, self.rate), self.rate)
        return [path]
