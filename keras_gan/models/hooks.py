"""Checks of the names, arguments and results of a model's hooks.

They run when a class is defined, or when its graph is traced.
"""

import functools
import inspect

from keras_gan.deprecation import warn_moved

CONDITION = "pass `condition=`, one of `keras_gan.conditions`, to the constructor"
NOISE = "pass `noise=`, a `keras_gan.noise.Noise`, to the constructor"

# Hooks of earlier releases that are no longer called, and what to define instead.
GONE = {
    "generator_variables": "define `variables_of(player)`",
    "discriminator_variables": "define `variables_of(player)`",
    "_update": "define `update(batch)`",
    "_minimize": "define `minimize(player, objective, tape)`",
    "only_logged": "define `figures(turn)`",
    "discriminator_outputs_used": "define `heads`",
    "draw_latents": NOISE,
    "move_latents": NOISE,
    "check_condition": CONDITION,
    "condition_requirements": CONDITION,
    "as_condition": CONDITION,
    "random_condition": CONDITION,
    "export_condition": CONDITION,
    "assert_condition": CONDITION,
    "no_label": CONDITION,
    "condition_spec": CONDITION,
}

# Names of earlier releases, which version 1.1 will remove.
RENAMED = {
    "generator_variables": ('variables_of("generator")', lambda gan: gan.variables_of("generator")),
    "discriminator_variables": (
        'variables_of("discriminator")',
        lambda gan: gan.variables_of("discriminator"),
    ),
    "draw_latents": ("noise.draw", lambda gan: gan.noise.draw),
    "move_latents": ("noise.move", lambda gan: gan.noise.move),
    "as_condition": (
        "condition.as_array",
        lambda gan: functools.partial(gan.condition.as_array, class_names=gan.class_names),
    ),
}

# Hooks that take a player's turn.
OF_TURN = (
    "discriminator_objective",
    "generator_objective",
    "discriminator_terms",
    "generator_terms",
    "figures",
)


def renamed(gan, name):
    """The attribute that replaces a name of an earlier release; it warns."""
    new, of = RENAMED[name]
    warn_moved(f"`{name}`", f"`{new}`", "1.1", stacklevel=4)
    return of(gan)


def check(cls):
    """Raise a TypeError if a subclass of `GAN` defines a hook of an earlier release."""
    if inspect.isfunction(vars(cls).get("condition")):
        raise TypeError(f"{cls.__name__} defines `condition(batch)`, which is now `condition_of(batch)`.")
    for name in GONE.keys() & vars(cls):
        raise TypeError(f"{cls.__name__} defines `{name}`, which nothing calls any more: {GONE[name]}.")
    for name in OF_TURN:
        hook = vars(cls).get(name)
        if inspect.isfunction(hook) and len(inspect.signature(hook).parameters) != 2:
            raise TypeError(
                f"`{name}` of {cls.__name__} must take a `Turn`, which has `real`, `fake`, `condition`, `latents`, "
                f"`real_logits`, `fake_logits`, `batch` and more: `def {name}(self, turn)`."
            )


def check_given(model, hook, given, names):
    """Raise a ValueError if a hook returns other metrics than the model declares."""
    if not isinstance(given, dict) or set(given) != set(names):
        received = list(given) if isinstance(given, dict) else repr(given)
        raise ValueError(
            f"`{hook}` of {type(model).__name__} must return a dict of what is declared, {list(names)}. Received: {received}"
        )


def moved(part, given):
    """Return the metrics that a part's `after_step` returned.

    Raises:
        ValueError: if they are not a dict.
    """
    if not isinstance(given, dict):
        raise ValueError(
            f"`after_step` of {type(part).__name__} must return a dict of metrics, `{{}}` for none. "
            f"Received: {given!r}"
        )
    return given
