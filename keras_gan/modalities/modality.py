"""The base class of all modalities."""

import tensorflow as tf

from keras_gan.data.arrays import check_floats
from keras_gan.parts import Part


class Modality(Part):
    """What a model generates: how it is checked and stored.

    Args:
        shape: shape of one example, without the batch; sizes may be None.

    Attributes:
        name: its name in messages.
        in_range: whether its values lie in [-1, 1].
        drawable: whether `to_pictures` can show it.
        suffix: suffix of a file with one example.
        suffixes: suffixes of the files that `write_many` writes, other than image files.
    """

    name = "examples"
    in_range = drawable = False
    suffix = None
    suffixes = ()

    def __init__(self, shape):
        self.shape = tuple(shape)

    # === Checks ===

    def check(self, spec, where):
        """Raise a ValueError if the spec of a batch has another dtype or shape."""
        if not spec.dtype.is_floating:
            raise ValueError(
                f"{self.name.capitalize()} must be float32. Received in {where}: dtype={spec.dtype.name}."
            )
        shape, wanted = spec.shape, (None, *self.shape)
        if shape.rank is None:
            raise ValueError(
                f"The {self.name} of {where} have an unknown shape. Give it: `output_signature` of `from_generator`, "
                "or `tf.ensure_shape` in a `map`."
            )
        if shape.rank != len(wanted):
            batched = tuple(shape) == self.shape
            hint = " Data sets must be batched: `dataset.batch(64, drop_remainder=True)`." if batched else ""
            raise ValueError(
                f"{self.name.capitalize()} must have shape (batch, *{self.shape}). Received in {where}: {shape}."
                f"{hint or self.hint_of_rank(shape)}"
            )
        for have, want in zip(shape[1:], self.shape, strict=True):
            if None not in (have, want) and have != want:
                raise ValueError(
                    f"The networks take {self.name} of shape {self.shape}. Received in {where}: {tuple(shape[1:])}. "
                    f"{self.hint_of_shape(tuple(shape[1:]))}"
                )

    def check_source(self, source, where):
        """Raise a ValueError if the `Stream` of a data set has other properties, such as a sampling rate."""

    def hint_of_rank(self, shape):
        """Return a hint for data of another rank."""
        return ""

    def hint_of_shape(self, shape):
        """Return a hint for data of another shape."""
        return "Load them in that shape, or build the networks for theirs."

    def check_array(self, values, name):
        """Raise a ValueError for an array with values that are not allowed; messages call it `name`."""
        check_floats(values, name, self.in_range)

    def requirements(self, values, where, anew=False, fewest=1):
        """Return pairs of a boolean tensor that must be true of a batch's values, and the message if not.

        Args:
            values: tensor.
            where: str, where the batch comes from.
            anew: bool tensor, whether this is the very first batch of a training, which is checked more
                closely.
            fewest: int, minimum number of examples for the checks of `anew`: fewer could fail them by chance.
        """
        finite = tf.reduce_all(tf.math.is_finite(values))
        return [(finite, f"The {self.name} of {where} contain NaN or infinite values.")]

    # === Storage ===

    def to_storage(self, values):
        """Return generated values in the form in which they are returned and written; a tensor."""
        return values

    # === Shown and written ===

    def to_pictures(self, values):
        """Return stored examples as uint8 images of one size, grey, RGB or RGBA."""
        raise TypeError(f"{self.name.capitalize()} are not shown as images.")

    def write(self, path, value):
        """Write one stored example as a file."""
        raise TypeError(f"{self.name.capitalize()} are not written as files.")

    def write_all(self, path, values):
        """Write, beside an image at `path`, what the image cannot show of the examples: here, nothing."""

    def write_many(self, path, values):
        """Write stored examples into one file if `suffixes` has its ending, else one each; return paths."""
        raise TypeError(f"{self.name.capitalize()} are not written as {path.suffix}.")
