"""What losses, regularizers and augmentations share: config, state, lookup by alias, hooks' arguments."""

import dataclasses
import difflib
import inspect

import keras
import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Turn:
    """The data of one player's turn, passed to all hooks.

    Attributes:
        real, fake: images of shape (batch, ...); the fakes carry a gradient in the generator's turn.
        condition: what the networks take in addition to images or latents, or None.
        latents: latents of the fakes, or None if the model has none.
        real_logits, fake_logits: the discriminator's logits for them; `real_logits` is None in the
            generator's turn if the loss does not need it.
        mismatched_logits: the logits of the real images with the conditions of others, if a part counts them.
        real_heads, fake_heads: dicts of the discriminator's other outputs, by the names in the model.
        player: "discriminator" or "generator".
        batch: dict of the real images and what comes with them.
        step: int64, number of steps that the player has made before.
    """

    real: object
    fake: object
    condition: object = None
    latents: object = None
    real_logits: object = None
    fake_logits: object = None
    mismatched_logits: object = None
    real_heads: object = None
    fake_heads: object = None
    player: str = "discriminator"
    batch: object = None
    step: object = 0

    def differentiable(self):
        """Return the tensors through which the player's objective depends on the player's variables."""
        found = [self.real_logits, self.fake_logits, self.mismatched_logits, self.real_heads, self.fake_heads]
        if self.player == "generator":
            found += [self.fake, self.latents, self.condition, self.batch]
        return [x for x in tf.nest.flatten(found) if x is not None and x.dtype.is_floating]


class Part:
    """A serialisable object that is passed to `compile`.

    A subclass stores each constructor argument in an attribute of the same name, where `get_config` reads it.

    It creates its state in `build` and updates it in `after_step`. Its other methods have no side effects, so
    that they may be called twice.

    Attributes:
        figure_names: names of the values that it adds to the logs.
    """

    figure_names = ()

    def build(self, gan):
        """Create the part's state (`gan.state.add`), and what it needs of networks; `compile` calls it."""

    def after_step(self, gan, turn, figures):
        """Update the part's state; called after each step of the discriminator and of the generator.

        Args:
            gan: the model.
            turn: `Turn` of the player, without logits.
            figures: dict of the values that the step logs.

        Returns:
            Dict of further values to log, by `figure_names`.
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
    """Return a list of parts or aliases, from a list, from one of them, or from None."""
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
