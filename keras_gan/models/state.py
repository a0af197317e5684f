"""What a model must remember beside its networks and optimisers."""

import keras
import tensorflow as tf


class State:
    """Counters, running means of the figures, and access to every seed generator of a model.

    All of it is saved with the model, by name.

    Attributes:
        generator_step, discriminator_step: int64, steps that each player has made.
        epoch, epoch_position: int64, epochs of data finished, and steps made in the present one.
        figure_means: float32, means of the step's figures over the present epoch.
        first_bad: int64 of shape (2,): step and index of the first figure that was not finite.
        just_loaded: whether the values come from a file and no epoch has begun since.
    """

    def __init__(self, model):
        self._model = model
        self.just_loaded = False
        self._variables = {}
        for name in ("generator_step", "discriminator_step", "epoch", "epoch_position"):
            self.add(name)
        self.add("first_bad", (2,))

    def add(self, name, shape=(), dtype="int64"):
        """Make (or make anew) a variable that is saved, an attribute of this object."""
        self._variables[name] = keras.Variable(
            tf.zeros(shape, dtype),
            dtype=dtype,
            trainable=False,
            name=name,
            aggregation="only_first_replica",
        )
        setattr(self, name, self._variables[name])

    def step_of(self, player):
        """Steps that "generator" or "discriminator" has made, a variable."""
        return self._variables[f"{player}_step"]

    def average(self, figures):
        """Take in the figures of a step; return their means over the epoch so far."""
        position = self.epoch_position.value
        means = tf.where(
            tf.equal(position, 0),
            figures,
            self.figure_means + (figures - self.figure_means) / tf.cast(position + 1, "float32"),
        )
        self.figure_means.assign(means)
        bad = tf.logical_not(tf.math.is_finite(figures))
        found = tf.stack([self.generator_step.value, tf.argmax(tf.cast(bad, "int32"))])
        is_first = tf.logical_and(tf.reduce_any(bad), tf.equal(self.first_bad[0], 0))
        self.first_bad.assign(tf.where(is_first, found, self.first_bad.value))
        self.epoch_position.assign_add(1)
        return means

    def save(self, store):
        for name, variable in self.by_name().items():
            store[name] = variable.numpy()

    def load(self, store):
        for name, variable in self.by_name().items():
            if name not in store:
                raise ValueError(
                    f"The file has no `{name}`: it was saved from another model, or compiled otherwise."
                )
            value = store[name]
            if tuple(value.shape) != tuple(variable.shape):
                raise ValueError(
                    f"`{name}` has shape {tuple(value.shape)} in the file and "
                    f"{tuple(variable.shape)} here: the model was compiled with other regularizers."
                )
            variable.assign(value)
        self.just_loaded = True

    def seeds(self):
        """The states of all seed generators, in the order of the layers."""
        layers = self._model._flatten_layers()
        return [g.state for layer in layers for g in getattr(layer, "_seed_generators", [])]

    def by_name(self):
        """Every variable by its name in a file."""
        return {**self._variables, **{f"seed_{i}": seed for i, seed in enumerate(self.seeds())}}
