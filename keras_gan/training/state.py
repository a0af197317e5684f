"""State of a model in addition to its networks and optimisers."""

import keras
import numpy as np
import tensorflow as tf


class State:
    """Counters, running means of the metrics, and access to every seed generator of a model.

    All of it is saved with the model, by name.

    Attributes:
        PLAYER_step: int64, number of steps of each player; `step` is the last player's.
        epoch, epoch_position: int64, number of finished epochs, and of steps in the current epoch.
        figure_means: float32, means of the step's metrics over the current epoch.
        figure_steps: int64, number of steps in these means: since the start of the epoch, or since a resume
            with other metrics.
        first_bad: int64 of shape (2,): step and index of the first metric that was not finite.
        just_loaded: whether the values come from a file and no epoch has begun since.
    """

    def __init__(self, model):
        self._model = model
        self.just_loaded = False
        self._variables = {}
        self._needed, self._figures = set(), []
        self._last = list(model.players)[-1]
        for player in reversed(model.players):
            self.add(f"{player}_step", needed=True)
        for name in ("epoch", "epoch_position"):
            self.add(name, needed=True)
        self.add("figure_steps")
        self.add("first_bad", (2,))

    def add(self, name, shape=(), dtype="int64", needed=False):
        """Create (or recreate) a variable that is saved, as an attribute of this object; return it.

        A loaded file must contain `needed` variables; other variables that are missing in it are reset.
        """
        self._needed |= {name} if needed else set()
        self._variables[name] = keras.Variable(
            tf.zeros(shape, dtype),
            dtype=dtype,
            trainable=False,
            name=name,
            aggregation="only_first_replica",
        )
        setattr(self, name, self._variables[name])
        return self._variables[name]

    def add_figures(self, names):
        """Create the means of the step's metrics."""
        self._figures = list(names)
        self.add("figure_means", (len(names),), "float32")

    def step_of(self, player):
        """Number of steps of a player, a variable."""
        return self._variables[f"{player}_step"]

    @property
    def step(self):
        """Number of steps of the last player, for a GAN the generator; a variable."""
        return self.step_of(self._last)

    def average(self, figures):
        """Update the means with the metrics of a step; return the means over the epoch so far."""
        begins = tf.equal(self.epoch_position.value, 0)
        steps = tf.where(begins, tf.zeros((), "int64"), self.figure_steps.value)
        means = tf.where(
            tf.equal(steps, 0),
            figures,
            self.figure_means + (figures - self.figure_means) / tf.cast(steps + 1, "float32"),
        )
        self.figure_means.assign(means)
        self.figure_steps.assign(steps + 1)
        bad = tf.logical_not(tf.math.is_finite(figures))
        found = tf.stack([self.step.value, tf.argmax(tf.cast(bad, "int32"))])
        is_first = tf.logical_and(tf.reduce_any(bad), tf.equal(self.first_bad[0], 0))
        self.first_bad.assign(tf.where(is_first, found, self.first_bad.value))
        self.epoch_position.assign_add(1)
        return means

    def save(self, store):
        for name, variable in self.by_name().items():
            store[name] = variable.numpy()
        store["figure_names"] = np.frombuffer("\n".join(self._figures).encode(), "uint8")

    def load(self, store):
        """Load the values of a file; return the differences, a list of sentences.

        The state of the parts of `compile` (ADA's p, LeCam's averages, the epoch's means of metrics) is reset
        if the file does not contain it, or contains another shape.
        """
        stored = {name: np.asarray(store[name][()]) for name in store.keys()}  # noqa: SIM118 (an h5 group)
        names, said = stored.pop("figure_names", None), []
        if "figure_steps" not in stored:  # a file of an earlier release
            stored["figure_steps"] = stored.get("epoch_position", np.zeros((), "int64"))
        if names is not None and names.tobytes().decode().split("\n") != self._figures:
            stored["figure_means"] = np.zeros(0)
        for name, variable in self.by_name().items():
            if name in stored and stored[name].shape == tuple(variable.shape):
                variable.assign(stored[name])
            elif name in self._needed or name.startswith("seed_"):
                raise ValueError(f"The file has no `{name}` of this shape: it was saved from another model.")
            elif name == "figure_means":
                said.append("The logged metrics differ: this epoch's means are over the steps from now on.")
            else:
                variable.assign(tf.zeros_like(variable.value))
                said.append(f"The file has no `{name}` of this shape: it begins anew.")
        if any(line.startswith("The logged metrics") for line in said):
            self.figure_steps.assign(0)
        gone = sorted(set(stored) - set(self.by_name()))
        if gone:
            said.append(f"The file also has {', '.join(gone)}, which the model does not use.")
        self.just_loaded = True
        return said

    def seeds(self):
        """The states of all seed generators, in the order of the layers."""
        layers = self._model._flatten_layers()
        return [g.state for layer in layers for g in getattr(layer, "_seed_generators", [])]

    def by_name(self):
        """All variables by their names in a file."""
        return {**self._variables, **{f"seed_{i}": seed for i, seed in enumerate(self.seeds())}}
