"""The base class of all conditions."""

import numpy as np
import tensorflow as tf

from keras_gan.parts import Part


class Condition(Part):
    """A network input beside latents and images: its key in a batch, its checks, how it is passed or drawn.

    Attributes:
        key: its key in a batch.
        spec: `tf.TensorSpec` of a batch of it.
        rows: number of rows of a sample grid, each with one condition.
        missing: value with which an exported `sample` marks that none was given.
    """

    key = "condition"
    rows = 8
    missing = None

    @property
    def keys(self):
        """All keys of a batch that the condition reads."""
        return (self.key,)

    @property
    def spec(self):
        raise NotImplementedError(f"{type(self).__name__} must define `spec`.")

    def of(self, batch):
        """Return the condition of a batch, as the networks take it."""
        return tf.cast(batch[self.key], self.spec.dtype)

    def draws(self, count, seed):
        """Return what `to_make` needs for a batch of `count`, a dict; arguments as in `random.normal`."""
        return {}

    def to_make(self, batch):
        """Return the generator's condition for a batch, with what `draws` drew for it."""
        return self.of(batch)

    # === Checks ===

    def check_inputs(self, shapes):
        """Raise a ValueError if a generator's inputs, a list of shapes, are not [latents, condition]."""
        wanted = self.spec.shape
        if len(shapes) != 2 or not wanted.is_compatible_with(tf.TensorShape(shapes[1])):
            raise ValueError(
                f"The generator must take [latents, condition of shape {tuple(wanted)}] for {self}. Received: "
                f"generator.input_shape={shapes}"
            )

    def check(self, specs, where):
        """Raise a ValueError if a batch's specs, a dict, lack it or have another form of it."""
        value, spec = specs.get(self.key), self.spec
        if value is None:
            raise ValueError(
                f"{where} has no `{self.key}`: the model's networks take {self}. Batches are dicts with `image` and "
                f"`{self.key}`. Received: {sorted(specs)}"
            )
        same_kind = value.dtype.is_floating if spec.dtype.is_floating else value.dtype.is_integer
        if not same_kind or not value.shape[1:].is_compatible_with(spec.shape[1:]):
            kind = "floats" if spec.dtype.is_floating else "ints"
            raise ValueError(
                f"`{self.key}` must be {kind} of shape {tuple(spec.shape)}. Received in {where}: "
                f"dtype={value.dtype.name}, shape={value.shape}"
                + ("" if same_kind else f". Write `{self.key}.astype({spec.dtype.name!r})`.")
            )

    def check_arrays(self, arrays):
        """Raise a ValueError if its array in a dict has values that are not allowed."""

    def requirements(self, batch, where, anew=False):
        """Return pairs of a boolean tensor that must be true of a batch, and the message if it is false."""
        if not self.spec.dtype.is_floating:
            return []
        finite = tf.reduce_all(tf.math.is_finite(batch[self.key]))
        return [(finite, f"The conditions of {where} contain NaN.")]

    # === Use ===

    def as_array(self, given, n, class_names=None):
        """Return what a user passes, one for all of n images or one for each, as an array of n.

        Args:
            given: array or nested lists.
            n: int.
            class_names: list of str, for labels.
        """
        array, shape, kinds = np.asarray(given), tuple(self.spec.shape[1:]), "iuf"
        if not self.spec.dtype.is_floating:
            kinds = "iu"
        if array.dtype.kind not in kinds or array.shape not in (shape, (n, *shape)):
            raise ValueError(
                f"`labels` must be {'floats' if kinds == 'iuf' else 'ints'} of shape {shape}, or {n} of them. Received: "
                f"shape={array.shape}, dtype={array.dtype}"
            )
        return np.broadcast_to(array, (n, *shape)).astype(self.spec.dtype.as_numpy_dtype)

    def draw(self, n, seed):
        """Return n of them at random from an int64 seed; raise a ValueError if they must be given."""
        raise ValueError(f"`labels` must be given: {self}, of shape {tuple(self.spec.shape[1:])} each.")

    def fill(self, given, n, seed):
        """Return the condition of n images of an exported sampler, from one, from n, or from `missing`."""
        shape = self.spec.shape[1:]
        given = tf.broadcast_to(tf.reshape(given, [-1, *shape]), [n, *shape])
        self.require(given)
        return given

    def require(self, values):
        """Make an exported function fail if a condition is out of range or not given."""
        if self.spec.dtype.is_floating:
            tf.debugging.assert_all_finite(values, "`labels` must be given, as finite vectors")

    def grid(self, rows, seed, examples):
        """Return a condition for each row of a sample grid, an array.

        Args:
            rows: int.
            seed: int, for what is drawn.
            examples: function from a count to a dict of that many rows of the data, or fewer, such as
                `Game.examples`.
        """
        found = np.asarray(examples(rows)[self.key])
        return found[np.arange(rows) % len(found)]

    def row_names(self, rows, class_names=None):
        """Return the texts before the rows of that grid, a list of str, or None."""

    def with_images(self, values, function):
        """Return the condition as networks take it, with a function applied to those that are images."""
        return values
