"""Base class of all models: networks, players that train them, one optimiser per player, one update."""

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
    """Networks that players train; each player has its own optimiser and objective.

    A subclass names networks and players, and defines `update` and `figure_names`. Its constructor takes the
    networks in the order of these names. `fit` then trains it with the same exact resume, callbacks, moving
    averages, replicas, mixed precision and saved files as every model of this package.

    Args:
        networks: a keras.Model for each name of the attribute `networks`, in its order or by name.
        ema_decay: float in [0, 1), or a schedule over steps, for the moving averages of the networks in
            `averaged`, with decay min(ema_decay, (1 + t) / (10 + t)) at step t; default 0.999; `None` for no
            moving averages.
        seed: int, or `None` for a random one. It seeds everything that training draws.
        modality: `keras_gan.modalities.Modality` of the training data. Default: images for data of rank 3,
            vectors for data of rank 1.
        value_range: (low, high), the values of black and white in the units of the training data, for
            `generate(units=True)`. `fit` sets it from data sets that have one.
        dataset_name: str, name of the training data. class_names: list of str, its class names by label.
            `fit` sets both from data sets of `keras_gan.data`; saved files and exports keep them.

    Attributes:
        networks: names of the networks, which are attributes of the model.
        players: dict from each player to the names of the networks that it trains, in the order of the
            players' turns. One step of the last player counts as a "step" everywhere.
        averaged: names of the networks that have a moving average, the attribute `ema_NAME`.
        loss_names: dict from a player to the name of its loss in the logs. Default: "PLAYER_loss".
        validation_names: names of the values that `validate` computes.
        session: `FitSession` while `fit` runs, otherwise `None`.

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

    # Number of batches of data that a step takes.
    batches_per_step = 1
    # The networks' input in addition to latents and images, a `keras_gan.conditions.Condition`, or None.
    condition = None
    # Whether the number of classes comes from the outputs of the networks, and not from an argument.
    classes_of_outputs = False
    # Whether the model generates from images, and not from latents.
    from_images = False
    # Whether images generated in an evaluation have the labels of the real images beside them.
    keeps_labels = True
    # Regularizers; their constraints are applied after each step.
    regularizers = ()
    # The current stage, for a model with stages, and the metrics that it does not compute (logged as 0).
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
                f"{type(self).__name__} must define `players`: a dict from players to the networks that they "
                "train."
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
        """Raise a ValueError if networks, passed by name, do not fit this model."""
        for name, network in networks.items():
            if not isinstance(network, keras.Model):
                raise ValueError(f"`{name}` must be a keras.Model. Received: {type(network).__name__}")

    # Names of the networks in the constructor, if they differ from those in `networks`.
    given_networks = None

    def networks_given(self):
        """The networks passed to the constructor, by the names of its arguments."""
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
        """The variables that a player's optimiser updates."""
        return [v for name in self.players[player] for v in getattr(self, name).trainable_variables]

    def optimizer_of(self, player):
        """A player's optimiser."""
        return getattr(self, f"{player}_optimizer")

    def decays_of(self, player):
        """Regularisation losses, such as weight decay, of the layers in a player's networks.

        `minimize` adds them to the player's loss.
        """
        return [decay for name in self.players[player] for decay in getattr(self, name).losses]

    def passed_by(self, player):
        """The networks that a player's gradient passes through; if one uses float16, the loss is scaled."""
        return [getattr(self, name) for name in self.networks]

    def loss_name(self, player):
        """Name of a player's loss in the logs."""
        return self.loss_names.get(player, f"{player}_loss")

    @property
    def optimizer(self):
        """All players' optimisers, for Keras' callbacks and trackers; `None` before `compile`.

        `learning_rate` (which can be set), `iterations` and `name` are those of the last player, for a GAN
        the generator.
        """
        if not self.compiled:
            return None
        return Optimizers({player: self.optimizer_of(player) for player in reversed(self.players)})

    @optimizer.setter
    def optimizer(self, value):
        """Do nothing: Keras sets it to `None`, because there is no single optimiser."""

    # === Compilation ===

    def defaults(self):
        """Values that `compile` uses for arguments left `None`; here an Adam for each player."""
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
        """Choose the parts of training. Arguments left out or `None` take the model's default.

        Args:
            parts: `PLAYER_optimizer` for each player, a Keras optimiser or its name; and the other arguments
                that `defaults` names.
            metrics: list of `keras.metrics.Metric` with `update_state(real, fake)`, images in
                [-1, 1], or aliases such as "fid" (on Inception's features); computed by `evaluate` and
                validation.
            jit_compile: bool or "auto", whether to compile with XLA. With "auto" Keras decides, but it is off
                on a CPU and where XLA would end the process.
            steps_per_execution: int, steps in one call of the compiled function.
            run_eagerly: bool, for debugging.
            optimizer: the optimiser of a model with one player. With several players, each of which has its
                own, it raises a ValueError.

        Raises:
            TypeError: for an argument that the model does not have.
            ValueError: for an unknown part, and for parts that cannot be combined.
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
                raise ValueError(f"Each metric needs a name of its own in the logs. Twice: {twice}")
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
        """Set the arguments of `compile` as attributes, each under its name."""
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
        """The parts that may have state, in the order in which they are built."""
        return self.regularizers

    def part(self, name):
        """The object that `compile` made from an argument."""
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
        """Empty: `state` averages the values of a step, and `evaluate` computes the compiled metrics."""
        return []

    @property
    def figure_names(self):
        """Names of the metrics that a step logs."""
        raise NotImplementedError(f"{type(self).__name__} must define `figure_names`.")

    # === The update ===

    def update(self, batch):
        """One step of every player on a batch, a dict; returns a dict of scalar metrics by `figure_names`.

        A subclass implements it with `record` and `minimize`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `update`.")

    def train_step(self, data):
        """One step: the update, then the moving averages."""
        with collector_paused():
            batch = self.unpack(data)
            # A batch that fails its checks must not change any variable, not even a counter.
            with tf.control_dependencies(list(batch.values())):
                return self._log(self.step(batch))

    def step(self, batch):
        """The update, then the moving averages; returns metrics as `update`."""
        figures = self.update(batch)
        self._move_averages()
        return figures

    @contextlib.contextmanager
    def record(self, player):
        """A tape that records how values are computed from a player's variables."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([v.value for v in self.variables_of(player)])
            yield tape

    def minimize(self, player, objective, tape=None):
        """One optimiser step of a player.

        Args:
            player: its name.
            objective: function without arguments that returns (loss, metrics): a scalar, and a dict of
                scalars.
            tape: of `record`, if values that the objective uses were computed before.

        Returns:
            The metrics, with the loss under its name.
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
        """A player's loss, the objective's metrics, and the gradient of the loss, as its optimiser takes it.

        Arguments as in `minimize`. In float16 the gradient is scaled: `optimizer_of(player).scale_loss`.
        """
        with self.record(player) if tape is None else tape as recorded:
            loss, figures = objective()
            for decay in self.decays_of(player):
                loss = loss + tf.cast(decay, loss.dtype)
        tape = tape or recorded
        with tape:
            # Optimisers sum the gradients of the replicas.
            scaled = self.optimizer_of(player).scale_loss(loss / replicas.count_and_index()[0])
        return loss, figures, tape.gradient(scaled, [v.value for v in self.variables_of(player)])

    def _move_averages(self):
        if self.ema_decay is None:
            return
        # The last player's counter already includes this step, so that it starts at 1 here.
        t = tf.cast(self.state.step.value - 1, "float32")
        decay = tf.minimum(value_at(self.ema_decay, t), (1.0 + t) / (10.0 + t))
        for name in self.averaged:
            follow(getattr(self, f"ema_{name}"), getattr(self, name), decay)

    def _log(self, figures):
        """Average metrics over replicas and the epoch so far; record the first one that is not finite."""
        names = list(self.figure_names)
        unknown = sorted(set(figures) - set(names))
        missing = sorted(set(names) - set(figures) - set(self.idle_figures))
        if unknown or missing:
            raise ValueError(
                f"The update of {type(self).__name__} must compute the metrics that `figure_names` lists. "
                "Unknown: "
                f"{unknown}; missing: {missing}"
                + (
                    f". `idle_figures` lists those that the stage {self.stage!r} does not compute."
                    if self.stage
                    else ""
                )
            )
        values = tf.stack([tf.cast(figures.get(name, 0.0), "float32") for name in names])
        return self._named(names, self.state.average(replicas.mean(values)))

    def _named(self, names, values):
        values = tf.unstack(values)
        if isinstance(self.distribute_strategy, tf.distribute.MultiWorkerMirroredStrategy):
            # With this strategy Keras reduces over axis 0.
            values = [tf.reshape(value, (1,)) for value in values]
        logs = dict(zip(names, values, strict=True))
        first = [name for name in map(self.loss_name, self.players) if name in logs]
        return {name: logs[name] for name in [*first, *(n for n in names if n not in first)]}

    # === Stages ===

    def stage_at(self, step):
        """Name of the stage at a step; when it changes, the update is compiled anew. Default: no stages."""

    def enter_stage(self):
        """Called before each step of training."""
        if type(self).stage_at is Game.stage_at:
            return
        step, together = int(self.state.step.numpy()), self.steps_per_execution
        stage = self.stage_at(step)
        if together > 1 and self.stage_at(step + together - 1) != stage:
            raise ValueError(
                f"The stage {stage!r} ends between the steps {step} and {step + together}, which "
                f"`steps_per_execution={together}` runs in one call. Compile with another number, or let the "
                "stage end at a multiple of it."
            )
        self.stage = stage
        if stage != self._compiled_stage:
            self._compiled_stage = stage
            self.make_train_function(force=True)

    # === Data ===

    @property
    def image_shape(self):
        """Shape of the training data without the batch: the input shape of the first network."""
        return tuple(getattr(self, self.networks[0]).input_shape[1:])

    @property
    def modality(self):
        """Type of the training data, a `keras_gan.modalities.Modality`."""
        return modalities.get(self._modality, self.image_shape)

    @property
    def takes(self):
        """Requirements on the training data, a `keras_gan.data.batches.Takes`."""
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
        """A dict of `count` rows of the held-out or else the training data: see `FitSession.examples`."""
        if self._examples is None:
            raise ValueError(
                "Examples for sample grids come from the data of `fit` or its `validation_data`, and this "
                "model has seen none."
            )
        return {name: np.asarray(values) for name, values in self._examples(count).items()}

    def draw(self, count, seed):
        """Random values that an update or `validate` needs, a dict; arguments as in `random.normal`."""
        return {}

    def validate(self, batch):
        """Compute the validation values of a batch, which contains the values of `draw`.

        Returns:
            A dict of scalars by `validation_names`, and the real and the generated images for metrics, or
            None.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `validate` to take validation data.")

    # === Saved state ===

    def save(self, filepath, **kwargs):
        """Write everything that training needs to a `.keras` file.

        After `import keras_gan`, `keras.saving.load_model` reads it, and `fit` continues bit-identically.
        With "hf://USER/NAME" it writes to the Hugging Face Hub, with a model card, and takes the arguments
        `licence` and `metadata` of `keras_gan.hub.save`.
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
