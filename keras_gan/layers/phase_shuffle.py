"""Phase shuffle."""

import zlib

import keras
import tensorflow as tf
from keras import ops

from keras_gan import random
from keras_gan.arguments import check_int


@keras.saving.register_keras_serializable("keras_gan")
class PhaseShuffle(keras.layers.Layer):
    """Shifts sound by a few samples, so that the discriminator cannot learn the phase of artefacts.

    In training the shift is drawn anew at each call, and the gap at one end is filled by reflection. In
    inference nothing is shifted.

    Args:
        shift: int, largest shift in samples, to either side. Default 2.
        by_sound: bool, whether each sound of a batch has its own shift, as in the paper. Default False: one
            shift for all, as in the paper's code.
        seed: int; `None` (default) derives it from the layer's name.

    Input and output shape: (batch, samples, channels), with more samples than `shift`.

    Example:
    >>> sound = np.arange(5, dtype="float32").reshape(1, 5, 1)
    >>> keras_gan.layers.PhaseShuffle.shifted(sound, 2).numpy().ravel()
    array([2., 1., 0., 1., 2.], dtype=float32)

    Reference: Donahue et al., "Adversarial Audio Synthesis", 2019, https://arxiv.org/abs/1802.04208
    """

    def __init__(self, shift=2, by_sound=False, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.shift, self.by_sound = check_int(shift, "shift"), bool(by_sound)
        self.seed = zlib.crc32(self.name.encode()) % 2**31 if seed is None else seed
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        if self.by_sound:
            drawn = random.uniform((ops.shape(inputs)[0],), self.seed_generator)
        else:
            # The same on all replicas.
            drawn = tf.random.stateless_uniform((1,), tf.cast(self.seed_generator.next(), tf.int64))
        shifts = ops.cast(ops.floor(drawn * (2 * self.shift + 1)), "int32") - self.shift
        return self.shifted(inputs, shifts)

    @staticmethod
    def shifted(inputs, shifts):
        """Sounds delayed by `shifts` samples (advanced if negative), one shift for all or one for each."""
        inputs = ops.convert_to_tensor(inputs)
        length = inputs.shape[1]
        places = ops.arange(length)[None] - ops.reshape(ops.convert_to_tensor(shifts, "int32"), (-1, 1))
        # Reflected at both ends, without repeating the end itself.
        places = ops.abs(places)
        places = length - 1 - ops.abs(length - 1 - places)
        if places.shape[0] == 1:
            return ops.take(inputs, places[0], axis=1)
        return ops.take_along_axis(inputs, places[:, :, None], axis=1)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "shift": self.shift, "by_sound": self.by_sound, "seed": self.seed}
