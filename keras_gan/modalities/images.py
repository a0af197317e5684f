"""Images."""

import keras
import tensorflow as tf

from keras_gan.data.images import to_picture, to_uint8
from keras_gan.modalities.modality import Modality


# Conditions have classes of the same name.
@keras.saving.register_keras_serializable("keras_gan", "ImagesModality")
class Images(Modality):
    """Images in [-1, 1], stored as uint8 in [0, 255].

    Args:
        shape: (height, width, channels); sizes may be None.

    Example:
    >>> keras_gan.modalities.Images((28, 28, 1)).drawable
    True
    """

    name = "images"
    in_range = True

    @property
    def drawable(self):
        return self.shape[-1] in (1, 3, 4)

    def check(self, spec, where):
        if not spec.dtype.is_floating:
            raise ValueError(
                f"Images must be float32 in [-1, 1]. Received in {where}: dtype={spec.dtype.name}. Write "
                "`dataset.map(keras_gan.data.from_uint8)` for 0..255."
            )
        super().check(spec, where)

    def hint_of_rank(self, shape):
        return " Add the channel: `images[..., None]`." if shape.rank < 4 else ""

    def hint_of_shape(self, shape):
        if (*shape[1:], shape[0]) == self.shape:
            return "Put the channels last: `np.moveaxis(images, 1, -1)`."
        return (
            "Load them with that `image_size` and `channels`, or build the networks with that `image_shape`."
        )

    def requirements(self, values, where, anew=False, fewest=1, name="Images"):
        low, high = tf.reduce_min(values), tf.reduce_max(values)
        finite = tf.reduce_all(tf.math.is_finite(values))
        found = tf.strings.join(["Received values from ", tf.as_string(low), " to ", tf.as_string(high)])
        start = tf.strings.join([f"{name} must be in [-1, 1]. {where}: ", found, ". "])
        few = tf.shape(values)[0] < fewest
        bright = tf.reduce_any([tf.logical_not(anew), few, low < 0, tf.equal(low, high)])
        return [
            (finite, f"The {name.lower()} of {where} contain NaN or infinite values."),
            (
                tf.logical_and(low >= -1.001, high <= 1.001),
                tf.strings.join([start, "If they are 0..255, write `images / 127.5 - 1`."]),
            ),
            (bright, tf.strings.join([start, f"They look like [0, 1]: write `{name.lower()} * 2 - 1`."])),
        ]

    def to_storage(self, values):
        return to_uint8(values)

    # === Shown and written ===

    suffix = ".png"

    def to_pictures(self, values):
        return values

    def write(self, path, value):
        to_picture(value).save(path)
