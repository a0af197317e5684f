"""The two players' optimisers."""

import contextlib

import keras
import tensorflow as tf

from keras_gan.models import checks


class Optimizers:
    """Both optimisers, as Keras' callbacks and experiment trackers expect one.

    `ReduceLROnPlateau` and `LearningRateScheduler` act on each of `optimizers`; what there can be only one of is the
    generator's.
    """

    built = True

    def __init__(self, generator, discriminator):
        self.optimizers = [generator, discriminator]

    @property
    def variables(self):
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]

    @property
    def learning_rate(self):
        """The generator's, now; setting it sets the generator's alone."""
        return self.optimizers[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.optimizers[0].learning_rate = value

    @property
    def iterations(self):
        """Steps that the generator's has made."""
        return self.optimizers[0].iterations

    @property
    def name(self):
        return type(inner(self.optimizers[0])).__name__.lower()

    def get_config(self):
        """The arguments of both, by player: `generator_learning_rate`, `discriminator_beta_1`, ..."""
        players = zip(("generator", "discriminator"), self.optimizers, strict=True)
        return {
            "name": self.name,
            **{
                f"{player}_{name}": value
                for player, o in players
                for name, value in inner(o).get_config().items()
            },
        }


def inner(optimizer):
    """The optimiser inside a `LossScaleOptimizer`, or itself."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def rate_of(optimizer):
    """The learning rate of an optimiser as it is asked for: a float, or the config of a schedule."""
    rate = inner(optimizer)._learning_rate
    if isinstance(rate, keras.Variable):
        return float(rate.numpy())
    return keras.saving.serialize_keras_object(rate)


def prepare_optimizer(optimizer, networks, variables, player):
    """Return an optimiser that is built for a player.

    Loss-scaled where one of the networks that the player's gradient passes computes in float16.
    """
    optimizer = keras.optimizers.get(optimizer)
    strategy = tf.distribute.get_strategy()
    checks.check_optimizer(optimizer, strategy, player)
    layers = [layer for network in networks for layer in network._flatten_layers()]
    in_float16 = any(layer.compute_dtype == "float16" for layer in layers)
    if in_float16 and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    if not optimizer.built:
        # `learning_rate_generator` in the logs of `ReduceLROnPlateau`, not `learning_rate_adam_3`.
        optimizer.name = player
        optimizer.build(variables)
    checks.check_variables(optimizer, variables, player)
    return optimizer


# Optimisers whose state is Adam's.
SAME_STATE = {"ScheduledAdam": "Adam", "AdamW": "Adam"}


@contextlib.contextmanager
def adopting(optimizers, saved_kinds):
    """Let optimisers load the state of ones whose learning rate was a schedule where theirs is a number, or the reverse.

    Args:
        optimizers: dict from player to optimiser.
        saved_kinds: dict from player to the class name of the saved one, or None where it is not known.

    Yields:
        A set: the players whose state could not be taken, and begins anew.
    """
    lost, patched = set(), []
    for player, optimizer in optimizers.items():
        for part in {id(o): o for o in (optimizer, inner(optimizer))}.values():
            part.load_own_variables = _loader(part, player, saved_kinds.get(player), lost)
            patched.append(part)
    try:
        yield lost
    finally:
        for part in patched:
            del part.load_own_variables


def _loader(optimizer, player, saved_kind, lost):
    core = inner(optimizer)
    kind = type(core).__name__
    same = saved_kind is None or SAME_STATE.get(saved_kind, saved_kind) == SAME_STATE.get(kind, kind)

    def load(store):
        saved = [store[str(i)] for i in range(len(store.keys()))]
        here = optimizer.variables
        rate_at = 1 + next(i for i, variable in enumerate(here) if variable is core.iterations)
        has_rate = isinstance(core._learning_rate, keras.Variable)
        if len(saved) == len(here) + 1 and not has_rate:
            del saved[rate_at]
        elif len(saved) == len(here) - 1 and has_rate:
            saved.insert(rate_at, core._learning_rate.numpy())
        fits = [tuple(value.shape) for value in saved] == [tuple(variable.shape) for variable in here]
        if not (same and fits):
            lost.add(player)
            return
        for variable, value in zip(here, saved, strict=True):
            variable.assign(value)

    return load
