"""The state of an optimiser, and how another optimiser loads it."""

import contextlib

import keras


def inner(optimizer):
    """Return the optimiser inside a `LossScaleOptimizer`, or the optimiser itself."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def rate_of(optimizer):
    """Return the learning rate that an optimiser was made with: a float, or the config of a schedule."""
    rate = inner(optimizer)._learning_rate
    if isinstance(rate, keras.Variable):
        return float(rate.numpy())
    return keras.saving.serialize_keras_object(rate)


# Optimisers with the same state as Adam.
SAME_STATE = {"ScheduledAdam": "Adam", "AdamW": "Adam"}


@contextlib.contextmanager
def adopting(optimizers, saved_kinds):
    """A context in which optimisers load a state that was saved with another kind of learning rate.

    The saved learning rate may be a schedule and the new one a number, or the reverse.

    Args:
        optimizers: dict from player to optimiser.
        saved_kinds: dict from player to the class name of the saved optimiser, or None if it is unknown.

    Yields:
        A set: the players whose state could not be loaded; their optimisers start with a new state.
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
