"""What losses, regularizers and augmentations share: a config, state, lookup by alias, and what their hooks are given."""

import dataclasses
import difflib
import inspect

import keras
import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Turn:
    """What is at hand when it is a player's turn; all that hooks are given.

    Attributes:
        real, fake: images of shape (batch, ...); the fakes carry a gradient in the generator's turn.
        condition: what the networks take beside them, or None.
        latents: of the fakes, or None where a model has none.
        real_logits, fake_logits: what the discriminator says of them; `real_logits` is None in the
            generator's turn where the loss does not ask for it.
        real_heads, fake_heads: dicts of the discriminator's other outputs, by the names that the model gives them.
        player: "discriminator" or "generator".
        batch: dict of the real images and what accompanies them.
        step: int64, steps that the player had made before.
    """

    real: object
    fake: object
    condition: object = None
    latents: object = None
    real_logits: object = None
    fake_logits: object = None
    real_heads: object = None
    fake_heads: object = None
    player: str = "discriminator"
    batch: object = None
    step: object = 0

    def differentiable(self):
        """The tensors in it through which the player's objective depends on the player's variables."""
        found = [self.real_logits, self.fake_logits, self.real_heads, self.fake_heads]
        if self.player == "generator":
            found += [self.fake, self.latents, self.condition, self.batch]
        return [x for x in tf.nest.flatten(found) if x is not None and x.dtype.is_floating]


class Part:
    """A serialisable object that is passed to `compile`.

    A subclass stores each constructor argument under its own name; `get_config` finds them there.

    What it remembers between steps it makes in `build` and moves in `after_step`; all else that it computes leaves no
    trace, so that it may be computed twice.

    Attributes:
        figure_names: what it adds to the logs.
    """

    figure_names = ()

    def build(self, gan):
        """Make what the part keeps (`gan.state.add`) or needs of the networks; called by `compile`."""

    def after_step(self, gan, turn, figures):
        """Move what the part keeps; called after each step of the discriminator and of the generator.

        Args:
            gan: the model.
            turn: `Turn` of the player, without logits.
            figures: dict of the step's figures.

        Returns:
            Dict of further figures, by `figure_names`.
        """
        return {}

    def get_config(self):
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __repr__(self):
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def as_list(parts):
    """A list of parts or aliases, from a list, from one, or from None."""
    if parts is None:
        return []
    return list(parts) if isinstance(parts, (list, tuple)) else [parts]


def get(identifier, kind, aliases):
    """Turn an alias, a config or an object into a part of the class `kind`."""
    if isinstance(identifier, kind):
        return identifier
    if isinstance(identifier, dict):
        return get(keras.saving.deserialize_keras_object(identifier), kind, aliases)
    if isinstance(identifier, str) and identifier in aliases:
        return aliases[identifier]()
    near = difflib.get_close_matches(str(identifier).lower().replace("-", "_"), aliases, n=1)
    raise ValueError(
        f"There is no {kind.__name__} {identifier!r}. It must be one of the names {sorted(aliases)}, or an "
        f"instance of {kind.__name__}." + (f" Did you mean {near[0]!r}?" if near else "")
    )
