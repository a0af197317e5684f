"""Several conditions at once."""

import keras
import tensorflow as tf

from keras_gan.conditions.condition import Condition


@keras.saving.register_keras_serializable("keras_gan")
class Several(Condition):
    """Conditions that the networks take one after the other: [latents, first, second, ...].

    Values are tuples; users pass a dict by key, or a tuple.

    Args:
        conditions: list of `Condition`, each with a key of its own.

    Example:
    >>> both = keras_gan.conditions.get((10, keras_gan.conditions.Vectors(4)))
    >>> both.keys
    ('label', 'condition')
    """

    def __init__(self, conditions):
        self.conditions = [
            keras.saving.deserialize_keras_object(c) if isinstance(c, dict) else c for c in conditions
        ]
        if len(set(self.keys)) < len(self.keys):
            raise ValueError(f"Each condition needs a `key` of its own. Received: {self.keys}")
        self.num_classes = next((c.num_classes for c in self.conditions if hasattr(c, "num_classes")), None)

    @property
    def keys(self):
        return tuple(key for condition in self.conditions for key in condition.keys)

    @property
    def spec(self):
        return tuple(condition.spec for condition in self.conditions)

    @property
    def rows(self):
        return self.conditions[0].rows

    def of(self, batch):
        return tuple(condition.of(batch) for condition in self.conditions)

    def draws(self, count, seed):
        return {
            name: value
            for condition in self.conditions
            for name, value in condition.draws(count, seed).items()
        }

    def to_make(self, batch):
        return tuple(condition.to_make(batch) for condition in self.conditions)

    def check_inputs(self, shapes):
        if len(shapes) != 1 + len(self.conditions):
            raise ValueError(
                f"The generator must take [latents, {', '.join(self.keys)}]. Received: generator.input_shape={shapes}"
            )
        for condition, shape in zip(self.conditions, shapes[1:], strict=True):
            condition.check_inputs([shapes[0], shape])

    def check(self, specs, where):
        for condition in self.conditions:
            condition.check(specs, where)

    def check_arrays(self, arrays):
        for condition in self.conditions:
            condition.check_arrays(arrays)

    def requirements(self, batch, where, anew=False):
        return [pair for condition in self.conditions for pair in condition.requirements(batch, where, anew)]

    def as_array(self, given, n, class_names=None):
        if isinstance(given, dict):
            unknown = sorted(set(given) ^ set(self.keys))
            if unknown:
                raise ValueError(f"`labels` must be a dict with {self.keys}. Received: {sorted(given)}")
            given = [given[key] for key in self.keys]
        if not isinstance(given, (tuple, list)) or len(given) != len(self.conditions):
            raise ValueError(f"`labels` must be a dict with {self.keys}, or a tuple in that order.")
        pairs = zip(self.conditions, given, strict=True)
        return tuple(condition.as_array(value, n, class_names) for condition, value in pairs)

    def draw(self, n, seed):
        return tuple(condition.draw(n, seed + i) for i, condition in enumerate(self.conditions))

    def grid(self, rows, seed, examples):
        return tuple(condition.grid(rows, seed + i, examples) for i, condition in enumerate(self.conditions))

    def row_names(self, rows, class_names=None):
        return next(filter(None, (c.row_names(rows, class_names) for c in self.conditions)), None)

    def with_images(self, values, function):
        pairs = zip(self.conditions, values, strict=True)
        return tuple(condition.with_images(value, function) for condition, value in pairs)


def rows_of(condition, rows):
    """Return some rows of a condition: a tensor, an array, a tuple of them, or None."""
    return tf.nest.map_structure(lambda values: None if values is None else values[rows], condition)
