"""Images as conditions."""

import keras
import tensorflow as tf

from keras_gan import modalities
from keras_gan.conditions.condition import Condition


@keras.saving.register_keras_serializable("keras_gan")
class Images(Condition):
    """An image in [-1, 1], such as the image to translate.

    Args:
        shape: (height, width, channels); sizes may be None.
        key: str, its key in a batch. Default "condition".

    Example:
    >>> keras_gan.conditions.Images((None, None, 3)).spec.shape.as_list()
    [None, None, None, 3]
    """

    def __init__(self, shape, key="condition"):
        shape = tuple(shape)
        if len(shape) != 3:
            raise ValueError(f"`shape` must be (height, width, channels). Received: shape={shape}")
        self.shape, self.key = shape, key
        self.modality = modalities.Images(shape)

    @property
    def spec(self):
        return tf.TensorSpec([None, *self.shape], tf.float32, name=self.key)

    def check(self, specs, where):
        value = specs.get(self.key)
        if value is None:
            raise ValueError(
                f"{where} has no `{self.key}`: the model trains on dicts with `{self.key}`, images that its generator is "
                "given, and `image`, what they should become, as `keras_gan.data.paired_folders`, "
                "`unpaired_folders` and `low_high` give them."
            )
        shape = value.shape
        if not value.dtype.is_floating or shape.rank != 4 or not shape[1:].is_compatible_with(self.shape):
            raise ValueError(
                f"`{self.key}` must be floats of shape (batch, {', '.join(map(str, self.shape))}) in [-1, 1]. "
                f"Received in {where}: dtype={value.dtype.name}, shape={value.shape}"
            )

    def check_arrays(self, arrays):
        if self.key in arrays:
            self.modality.check_array(arrays[self.key], "Conditions")

    def with_images(self, values, function):
        return function(values)

    def requirements(self, batch, where, anew=False):
        # Masks and sketches are bright by chance more often than other images.
        return self.modality.requirements(batch[self.key], where, anew, fewest=8, name="Conditions")
