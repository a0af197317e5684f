"""Classes."""

import difflib

import keras
import numpy as np
import tensorflow as tf

from keras_gan import random
from keras_gan.arguments import check_int
from keras_gan.conditions.condition import Condition


@keras.saving.register_keras_serializable("keras_gan")
class Labels(Condition):
    """A class, an int in 0 .. num_classes - 1, under the key `label`.

    Args:
        num_classes: int.
        unlabelled: bool, whether the data may contain images without a label, label -1; else they are
            rejected. The generator makes an image of a random class in their place, and the discriminator
            scores both without a class. Networks of `keras_gan.networks` that take a class then use a vector
            of zeros, or the mean of the logits of all classes; `ACGAN` leaves out the classification of the
            real image.

    Example:
    >>> keras_gan.conditions.Labels(10).as_array("7", 3)
    array([7, 7, 7], dtype=int32)
    """

    key = "label"
    missing = -1
    # The argument of the model that allows images without a label, for messages. None: its `condition`.
    argument = None

    def __init__(self, num_classes, unlabelled=False):
        check_int(num_classes, "num_classes")
        self.num_classes = int(num_classes)
        self.unlabelled = bool(unlabelled)

    @property
    def spec(self):
        return tf.TensorSpec([None], tf.int32, name="labels")

    @property
    def rows(self):
        # One row for each class, of the first 32.
        return min(self.num_classes, 32)

    def check_inputs(self, shapes):
        if len(shapes) != 2 or len(shapes[1]) != 1:
            raise ValueError(
                "`num_classes` is the number of classes of the labels; leave it out only for networks that "
                f"take vectors of attributes. Received: num_classes={self.num_classes}, condition of shape "
                f"{shapes[1] if len(shapes) > 1 else None}"
            )

    def check(self, specs, where):
        value = specs.get(self.key)
        if value is None:
            raise ValueError(
                f"{where} has no `label`: a conditional GAN trains on (images, labels), or on dicts with "
                "`image` and `label` (`condition` for vectors). `data.load(..., labels=True)` gives them."
            )
        if not value.dtype.is_integer or value.shape.rank != 1:
            raise ValueError(
                f"Labels must be ints of shape (batch,), one for each image. Received in {where}: "
                f"dtype={value.dtype.name}, shape={value.shape}. {_hint(value)}"
            )

    def requirements(self, batch, where, anew=False):
        value = batch[self.key]
        low, high = tf.as_string(tf.reduce_min(value)), tf.as_string(tf.reduce_max(value))
        message = f"Labels must be in 0 .. {self.num_classes - 1} (num_classes={self.num_classes}). {where}: "
        fix = ", or be -1 for none." if self.unlabelled else f". {self._hint_of_unlabelled}"
        inside = tf.reduce_all((value >= (-1 if self.unlabelled else 0)) & (value < self.num_classes))
        return [(inside, tf.strings.join([message, "received ", low, " to ", high, fix]))]

    @property
    def _hint_of_unlabelled(self):
        how = self.argument or f"condition=conditions.Labels({self.num_classes}, unlabelled=True)"
        return f"Where -1 is for images without a label: `{how}`."

    def draws(self, count, seed):
        if not self.unlabelled:
            return {}
        drawn = random.uniform((count,), seed) * self.num_classes
        return {"drawn_label": tf.minimum(tf.cast(drawn, tf.int32), self.num_classes - 1)}

    def to_make(self, batch):
        labels = self.of(batch)
        return tf.where(labels < 0, batch["drawn_label"], labels) if self.unlabelled else labels

    def as_array(self, given, n, class_names=None):
        """Return a label (an int, or a name of `class_names`), or one for each of n images, as an array."""
        labels = np.asarray(given)
        if labels.dtype.kind in "UO":
            labels = np.asarray(numbers_of_classes(given, class_names))
        if labels.dtype.kind not in "iu" or labels.shape not in ((), (n,)):
            raise ValueError(f"`labels` must be an int, or {n} ints, one for each image. Received: {given!r}")
        if labels.size and (labels.min() < 0 or labels.max() >= self.num_classes):
            raise ValueError(f"`labels` must be in 0 .. {self.num_classes - 1}. Received: {given!r}")
        return np.broadcast_to(labels, (n,)).astype("int32")

    def draw(self, n, seed):
        seed = tf.stack([seed, tf.ones_like(seed)])
        return tf.random.stateless_uniform([n], seed, 0, self.num_classes, tf.int32)

    def fill(self, given, n, seed):
        given = tf.broadcast_to(tf.reshape(given, [-1]), [n])
        self.require(given, lowest=-1)
        return tf.where(given < 0, self.draw(n, seed), given)

    def require(self, values, lowest=0):
        inside = tf.reduce_all((values >= lowest) & (values < self.num_classes))
        tf.debugging.Assert(inside, [f"labels are out of range: 0 to {self.num_classes - 1}", values])

    def grid(self, rows, seed, examples):
        return (np.arange(rows) % self.num_classes).astype("int32")

    def row_names(self, rows, class_names=None):
        return [class_names[row % len(class_names)] for row in range(rows)] if class_names else None


def numbers_of_classes(names, class_names):
    """Return the label of a class name, or the labels of a list; any other name may be a number as text."""
    if not isinstance(names, str):
        return [name if isinstance(name, int) else numbers_of_classes(name, class_names) for name in names]
    if names in (class_names or ()):
        return class_names.index(names)
    if names.isdecimal():
        return int(names)
    if class_names is None:
        raise ValueError(f"`labels` must be numbers: this model has no names of classes. Received: {names!r}")
    near = difflib.get_close_matches(names, class_names, n=1)
    raise ValueError(
        f"There is no class {names!r}. The classes are {', '.join(class_names)}."
        + (f" Did you mean {near[0]!r}?" if near else "")
    )


def _hint(value):
    """Return a hint for labels of a wrong form, from a tensor or array."""
    if value.dtype.name == "string":
        return "Turn names into numbers: `[class_names.index(name) for name in names]`."
    if value.shape.rank == 2 and value.shape[1] == 1:
        return "Take the one column: `labels[:, 0]`" + (
            "." if value.dtype.is_integer else ", and `.astype('int32')`."
        )
    if value.shape.rank == 2:
        return "Of one-hot labels take `labels.argmax(axis=-1)`."
    return "Write `labels.astype('int32')`." if value.shape.rank == 1 else ""
