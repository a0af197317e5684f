"""The base of all models: networks, players that move them, one optimiser a player, one update."""

import contextlib
import warnings

import keras
import numpy as np
import tensorflow as tf

from keras_gan import modalities, replicas
from keras_gan.data.batches import Takes
from keras_gan.data.images import check_value_range
from keras_gan.devices import safe_jit
from keras_gan.layers import Packing
from keras_gan.moving_average import clone, follow
from keras_gan.optimizers import Adam
from keras_gan.regularizers import Constraint
from keras_gan.schedules import value_at
from keras_gan.training import checks
from keras_gan.training.evaluation import Evaluation
from keras_gan.training.loops import Loops, collector_paused
from keras_gan.training.optimizers import Optimizers, prepare_optimizer
from keras_gan.training.state import State


class Game(Loops, keras.Model):
    """Networks that players train, each player with an optimiser and an objective of its own.

    A subclass names networks and players, and defines `update` and `figure_names`; the networks are then given to it in
    that order. In return it is trained by `fit` with the same exact resume, callbacks, moving averages, replicas, mixed
    precision and saved files as every model of this package.

    Args:
        networks: a keras.Model for each name of the attribute `networks`, in its order or by name.
        ema_decay: float in [0, 1), or a schedule over steps, of the moving averages of the networks in `averaged`, with
            decay min(ema_decay, (1 + t) / (10 + t)) at step t; default 0.999; `None` for none.
        seed: int, or `None` for a random one. Seeds everything that training draws.
        modality: `keras_gan.modalities.Modality` of what it is trained on. Default: images where that is of rank 3, vectors
            of rank 1.
        value_range: (low, high), what was black and white in the units of the training data, for `generate(units=True)`. `fit` sets it
            from data sets that have one.
        dataset_name: str, and class_names: list of str by label, of the training data. `fit` sets both from data sets of
            `keras_gan.data`; saved files and exports keep them.

    Attributes:
        networks: names of the networks, attributes of the model.
        players: dict from each player to the names of the networks that it moves, in the order of their turns. One step of
            the last player is a "step" everywhere.
        averaged: names of the networks that have a moving average, the attribute `ema_NAME`.
        loss_names: dict from a player to what the logs call its loss; "PLAYER_loss" where it is not named.
        validation_names: what `validate` computes.
        session: `FitSession` while `fit` runs, else `None`.

    Example:
    >>> class Regression(keras_gan.Game):
    ...     networks, players = ("line",), {"line": ("line",)}
    ...     figure_names = ("line_loss",)
    ...
    ...     def update(self, batch):
    ...         def objective():
    ...             error = self.line(batch["image"], training=True) - 2.0 * batch["image"]
    ...             return keras.ops.mean(error**2), {}
    ...
    ...         return self.minimize("line", objective)
    >>> line = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> game = Regression(line)
    >>> game.compile(line_optimizer=keras.optimizers.Adam(0.05))
    >>> x = np.random.uniform(-1, 1, (256, 1)).astype("float32")
    >>> history = game.fit(x, epochs=20, verbose=0).history
    >>> history["line_loss"][-1] < 1e-3
    True
    """

    networks = ()
    players = {}
    averaged = ()
    loss_names = {}
    validation_names = ()

    # Batches of data that a step takes.
    batches_per_step = 1
    # What the networks take beside latents and images, a `keras_gan.conditions.Condition`, or None.
    condition = None
    # Whether the outputs of its networks say how many classes there are, and not an argument.
    classes_of_outputs = False
    # Whether what is generated is made of images, and not of latents.
    from_images = False
    # Whether what is generated in an evaluation has the labels of the real images beside it.
    keeps_labels = True
    # Regularizers whose constraints hold after each step.
    regularizers = ()
    # Which stage of its training it is in, of a game that has stages, and the figures that this stage leaves out (logged as 0).
    stage = None
    idle_figures = ()

    # === Construction ===

    def __new__(cls, *args, **kwargs):
        if len(args) == 1 and isinstance(args[0], (tuple, list)):
            raise ValueError(
                f"`{cls.__name__}` takes its networks one by one: `{cls.__name__}(*networks)`. Received: a "
                f"{type(args[0]).__name__} of {len(args[0])}"
            )
        return super().__new__(cls, *args, **kwargs)

    def __init__(
        self,
        *networks,
        ema_decay=0.999,
        seed=None,
        modality=None,
        dataset_name=None,
        class_names=None,
        value_range=None,
        **kwargs,
    ):
        if not self.players:
            raise TypeError(
                f"{type(self).__name__} must define `players`: networks by the name of who trains them."
            )
        given = dict(zip(self.networks, networks, strict=False))
        named = {name: kwargs.pop(name) for name in self.networks if name in kwargs}
        given |= named
        if set(given) != set(self.networks) or len(networks) + len(named) != len(self.networks):
            raise ValueError(
                f"{type(self).__name__} takes the networks {', '.join(self.networks)}. Received: {len(networks)} in order, "
                f"and by name {sorted(named)}"
            )
        self.check_networks(**given)
        ema_decay = checks.check_ema_decay(ema_decay)
        super().__init__(**kwargs)
        for name, network in given.items():
            setattr(self, name, network)
        self.ema_decay = ema_decay
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.dataset_name = dataset_name
        self.class_names = checks.check_names_of_classes(class_names)
        self.value_range = check_value_range(value_range)
        self._modality = None if modality is None else modalities.get(modality, ())
        self.session = self._examples = self._compiled_stage = None
        for name in self.averaged:
            average = given[name]
            if ema_decay is not None:
                average = clone(given[name])
                average.set_weights(given[name].get_weights())
                average.trainable = False
            setattr(self, f"ema_{name}", average)
        self.state = State(self)
        self.built = True

    def check_networks(self, **networks):
        """Raise a ValueError where networks, by name, are not what this game is played with."""
        for name, network in networks.items():
            if not isinstance(network, keras.Model):
                raise ValueError(f"`{name}` must be a keras.Model. Received: {type(network).__name__}")

    # Names of the networks in the constructor, where they are others than in `networks`.
    given_networks = None

    def networks_given(self):
        """The networks that the constructor was given, by their names in it."""
        return {name: getattr(self, name) for name in self.networks}

    def get_config(self):
        modality = {"modality": keras.saving.serialize_keras_object(self._modality)} if self._modality else {}
        return {
            **{name: keras.saving.serialize_keras_object(n) for name, n in self.networks_given().items()},
            **modality,
            "ema_decay": keras.saving.serialize_keras_object(self.ema_decay),
            "seed": self.seed,
            "dataset_name": self.dataset_name,
            "class_names": self.class_names,
            **({"value_range": list(self.value_range)} if self.value_range else {}),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        names = cls.given_networks or cls.networks
        networks = {name: keras.saving.deserialize_keras_object(config[name]) for name in names}
        return cls(**{**config, **networks})

    # === Players ===

    def variables_of(self, player):
        """The variables that a player's optimiser moves."""
        return [v for name in self.players[player] for v in getattr(self, name).trainable_variables]

    def optimizer_of(self, player):
        """A player's optimiser."""
        return getattr(self, f"{player}_optimizer")

    def decays_of(self, player):
        """Weight decay and the like that the layers of a player's networks ask for; `minimize` adds them to its loss."""
        return [decay for name in self.players[player] for decay in getattr(self, name).losses]

    def passed_by(self, player):
        """The networks that a player's gradient passes: in float16 it is scaled where one of them is."""
        return [getattr(self, name) for name in self.networks]

    def loss_name(self, player):
        """What the logs call a player's loss."""
        return self.loss_names.get(player, f"{player}_loss")

    @property
    def optimizer(self):
        """All players' optimisers, for Keras' callbacks and trackers; `None` before `compile`.

        `learning_rate` (which can be set), `iterations` and `name` are the last player's, the generator's of a GAN.
        """
        if not self.compiled:
            return None
        return Optimizers({player: self.optimizer_of(player) for player in reversed(self.players)})

    @optimizer.setter
    def optimizer(self, value):
        """Keras sets it to `None`: there is no single one."""

    # === Compilation ===

    def defaults(self):
        """What `compile` uses for each argument left `None`; here an Adam for each player."""
        return {f"{player}_optimizer": Adam() for player in reversed(self.players)}

    def compile(
        self,
        *,
        metrics=None,
        jit_compile="auto",
        steps_per_execution=1,
        run_eagerly=False,
        optimizer=None,
        **parts,
    ):
        """Choose the parts of training. What is left out or `None` is the model's default.

        Args:
            parts: `PLAYER_optimizer` for each player, a Keras optimiser or its name; and what else `defaults` names.
            metrics: list of `keras.metrics.Metric` with `update_state(real, fake)`, images in
                [-1, 1], or aliases such as "fid" (on Inception's features); computed by `evaluate` and validation.
            jit_compile: bool or "auto" (Keras decides; off on a CPU and where XLA would end the process). XLA.
            steps_per_execution: int, steps in one call of the compiled function.
            run_eagerly: bool, for debugging.
            optimizer: the player's, of a game of one; of several, who have one each, a ValueError.

        Raises:
            TypeError: for an argument that the model does not have.
            ValueError: for an unknown part, and for parts that do not go together.
        """
        self.check_known(parts)
        self._compile(parts, metrics, jit_compile, steps_per_execution, run_eagerly, optimizer)

    def check_known(self, parts):
        """Raise a TypeError for an argument of `compile` that `defaults` does not name."""
        known = self.defaults()
        unknown = sorted(set(parts) - set(known))
        if unknown:
            raise TypeError(
                f"`{type(self).__name__}.compile` has no `{unknown[0]}`. It takes {', '.join(sorted(known))}."
            )

    def _compile(self, parts, metrics, jit_compile, steps_per_execution, run_eagerly, optimizer):
        if optimizer is not None and len(self.players) == 1:
            name = f"{next(iter(self.players))}_optimizer"
            if parts.get(name) is not None:
                raise TypeError(f"`optimizer` and `{name}` are the same: give one of them.")
            parts = {**parts, name: optimizer}
        elif optimizer is not None:
            own = " and ".join(f"`{player}_optimizer=`" for player in reversed(self.players))
            count = {2: "two", 3: "three"}.get(len(self.players), len(self.players))
            raise ValueError(
                f"{type(self).__name__} has {count} optimisers, one for each player: pass {own}, objects of their own. "
                f"Received: optimizer={optimizer!r}"
            )
        checks.check_strategy(self.distribute_strategy, jit_compile, steps_per_execution)
        with self.distribute_strategy.scope():
            chosen = {**parts, **self.defaults()}
            chosen |= {name: part for name, part in parts.items() if part is not None}
            self._take_parts(**chosen)
            keras.Model.compile(
                self,
                optimizer=None,
                jit_compile=safe_jit(jit_compile),
                steps_per_execution=steps_per_execution,
                run_eagerly=run_eagerly,
            )
            names = list(self.figure_names)
            if len(set(names)) < len(names):
                twice = sorted({name for name in names if names.count(name) > 1})
                raise ValueError(f"Each figure needs a name of its own in the logs. Twice: {twice}")
            self.state.add_figures(names)
            for part in self.parts():
                part.build(self)
            self.evaluation = Evaluation(metrics, self.validation_names)
        self._compile_arguments = {
            **{name: self.part(name) for name in chosen},
            "metrics": list(self.evaluation.metrics),
            "jit_compile": jit_compile,
            "steps_per_execution": steps_per_execution,
            "run_eagerly": run_eagerly,
        }

    def _take_parts(self, **chosen):
        """Make attributes of what `compile` was given, each under its name."""
        for name in [name for name in chosen if not name.endswith("_optimizer")]:
            setattr(self, name, chosen[name])
        checks.check_trainable(self)
        checks.synchronize_batch_normalization(self)
        optimizers = {player: chosen[f"{player}_optimizer"] for player in reversed(self.players)}
        objects = [id(optimizer) for optimizer in optimizers.values() if not isinstance(optimizer, str)]
        if len(set(objects)) < len(objects):
            names = " and ".join(f"`{player}_optimizer`" for player in optimizers)
            raise ValueError(
                f"{names} must be {len(optimizers) if len(optimizers) > 2 else 'two'} objects: each has "
                "the state of its own player. Make a second one with the same arguments."
            )
        for player, optimizer in optimizers.items():
            variables = self.variables_of(player)
            optimizer = prepare_optimizer(optimizer, self.passed_by(player), variables, player)
            setattr(self, f"{player}_optimizer", optimizer)

    def parts(self):
        """The parts that may keep state, in the order in which they are built."""
        return self.regularizers

    def part(self, name):
        """What `compile` made of an argument."""
        return getattr(self, name)

    def get_compile_config(self):
        if not self.compiled:
            return None
        return {
            name: keras.saving.serialize_keras_object(value)
            for name, value in self._compile_arguments.items()
        }

    def compile_from_config(self, config):
        self.compile(**{name: keras.saving.deserialize_keras_object(value) for name, value in config.items()})

    @property
    def metrics(self):
        """Empty: figures are averaged in `state`, and compiled metrics belong to `evaluate`."""
        return []

    @property
    def figure_names(self):
        """Names of what a step logs."""
        raise NotImplementedError(f"{type(self).__name__} must define `figure_names`.")

    # === The update ===

    def update(self, batch):
        """One step of every player on a batch, a dict; returns its figures, a dict of scalars by `figure_names`.

        It is written with `record` and `minimize`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `update`.")

    def train_step(self, data):
        """One step: the update, and the moving averages after it."""
        with collector_paused():
            batch = self.unpack(data)
            # Nothing, not even a counter, moves for a batch that fails its checks.
            with tf.control_dependencies(list(batch.values())):
                return self._log(self.step(batch))

    def step(self, batch):
        """The update and what follows it; figures as `update`."""
        figures = self.update(batch)
        self._move_averages()
        return figures

    @contextlib.contextmanager
    def record(self, player):
        """A tape on which is recorded how what is computed comes of a player's variables."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([v.value for v in self.variables_of(player)])
            yield tape

    def minimize(self, player, objective, tape=None):
        """One optimiser step of a player.

        Args:
            player: its name.
            objective: function without arguments that returns a scalar loss, and a dict of scalar figures.
            tape: of `record`, where some of what the objective uses was computed before.

        Returns:
            The figures, and the loss by its name among them.
        """
        loss, figures, gradients = self.differentiate(player, objective, tape)
        optimizer, variables = self.optimizer_of(player), self.variables_of(player)
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            gradients = replicas.share_overflow(gradients)
        optimizer.apply(gradients, variables)
        step = self.state.step_of(player)
        for constraint in self.regularizers:
            if isinstance(constraint, Constraint) and constraint.player == player:
                due = tf.equal((step + 1) % constraint.interval, 0)
                replicas.update(
                    variables, lambda v, c=constraint, due=due: tf.where(due, c.after_update(v), v)
                )
        step.assign_add(1)
        return {**figures, self.loss_name(player): loss}

    def differentiate(self, player, objective, tape=None):
        """A player's loss, the objective's figures, and the loss' gradient as its optimiser is to be given it.

        Arguments as `minimize`. In float16 the gradient is scaled: `optimizer_of(player).scale_loss`.
        """
        with self.record(player) if tape is None else tape as recorded:
            loss, figures = objective()
            for decay in self.decays_of(player):
                loss = loss + tf.cast(decay, loss.dtype)
        tape = tape or recorded
        with tape:
            # Optimisers add up what the replicas bring.
            scaled = self.optimizer_of(player).scale_loss(loss / replicas.count_and_index()[0])
        return loss, figures, tape.gradient(scaled, [v.value for v in self.variables_of(player)])

    def _move_averages(self):
        if self.ema_decay is None:
            return
        # The last player's count is from 1 here: this step is done.
        t = tf.cast(self.state.step.value - 1, "float32")
        decay = tf.minimum(value_at(self.ema_decay, t), (1.0 + t) / (10.0 + t))
        for name in self.averaged:
            follow(getattr(self, f"ema_{name}"), getattr(self, name), decay)

    def _log(self, figures):
        """Average the figures over replicas and over the epoch so far; note the first bad one."""
        names = list(self.figure_names)
        unknown = sorted(set(figures) - set(names))
        missing = sorted(set(names) - set(figures) - set(self.idle_figures))
        if unknown or missing:
            raise ValueError(
                f"The update of {type(self).__name__} must compute the figures that `figure_names` lists. Unknown: "
                f"{unknown}; missing: {missing}"
                + (
                    f". What the stage {self.stage!r} leaves out is listed by `idle_figures`."
                    if self.stage
                    else ""
                )
            )
        values = tf.stack([tf.cast(figures.get(name, 0.0), "float32") for name in names])
        return self._named(names, self.state.average(replicas.mean(values)))

    def _named(self, names, values):
        values = tf.unstack(values)
        if isinstance(self.distribute_strategy, tf.distribute.MultiWorkerMirroredStrategy):
            # Keras reduces over axis 0 there.
            values = [tf.reshape(value, (1,)) for value in values]
        logs = dict(zip(names, values, strict=True))
        first = [name for name in map(self.loss_name, self.players) if name in logs]
        return {name: logs[name] for name in [*first, *(n for n in names if n not in first)]}

    # === Stages ===

    def stage_at(self, step):
        """What `stage` is at a step: where it changes, the update is another one, compiled anew. Here there are none."""

    def enter_stage(self):
        """Called before each step of training."""
        if type(self).stage_at is Game.stage_at:
            return
        step, together = int(self.state.step.numpy()), self.steps_per_execution
        stage = self.stage_at(step)
        if together > 1 and self.stage_at(step + together - 1) != stage:
            raise ValueError(
                f"The stage {stage!r} ends between the steps {step} and {step + together}, which `steps_per_execution="
                f"{together}` makes as one. Compile with another number, or let the stage end at a multiple of it."
            )
        self.stage = stage
        if stage != self._compiled_stage:
            self._compiled_stage = stage
            self.make_train_function(force=True)

    # === Data ===

    @property
    def image_shape(self):
        """Shape of what it is trained on, without the batch: that of the input of its first network."""
        return tuple(getattr(self, self.networks[0]).input_shape[1:])

    @property
    def modality(self):
        """What it is trained on, a `keras_gan.modalities.Modality`."""
        return modalities.get(self._modality, self.image_shape)

    @property
    def takes(self):
        """What it takes of data, a `keras_gan.data.batches.Takes`."""
        return Takes(
            self.modality,
            self.condition,
            self.batches_per_step,
            seed=self.seed or 0,
            replicas=self.distribute_strategy.num_replicas_in_sync,
            packed=any(isinstance(layer, Packing) for layer in self._flatten_layers()),
            begun=lambda: self.state.step.value > 0,
        )

    def examples(self, count):
        """A dict of `count` rows of the data that `fit` holds out (or else trains on): see `FitSession.examples`."""
        if self._examples is None:
            raise ValueError(
                "Examples for pictures are taken from the data of `fit` or its `validation_data`, and this model has seen none."
            )
        return {name: np.asarray(values) for name, values in self._examples(count).items()}

    def draw(self, count, seed):
        """What an update or `validate` needs beside data, a dict; arguments as `random.normal`."""
        return {}

    def validate(self, batch):
        """What validation computes of a batch, with what `draw` drew in it.

        Returns:
            A dict of scalars by `validation_names`, and the real and the generated images for metrics, or None.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must define `validate` to be given validation data."
        )

    # === Saved state ===

    def save(self, filepath, **kwargs):
        """Write everything that training needs to a `.keras` file.

        After `import keras_gan`, `keras.saving.load_model` reads it, and `fit` goes on as if nothing
        had happened. "hf://USER/NAME" writes to the Hugging Face Hub, with a model card: see `keras_gan.hub.save`, whose
        `licence` and `metadata` it takes.
        """
        if not str(filepath).endswith(".keras") and not str(filepath).startswith("hf://"):
            raise ValueError(
                "`filepath` must end in .keras, or be a repository of the Hugging Face Hub, hf://USER/NAME. Received: "
                f"{str(filepath)!r}"
            )
        if str(filepath).startswith("hf://"):
            from keras_gan import hub

            hub.save(self, str(filepath), **kwargs)
        else:
            super().save(filepath, **kwargs)

    def save_own_variables(self, store):
        self.state.save(store)

    def load_own_variables(self, store):
        said = self.state.load(store)
        if said and self.compiled:
            warnings.warn(" ".join(said), stacklevel=2)
