"""What losses and regularizers share: a config that holds every argument, and lookup by alias."""

import difflib
import inspect

import keras


class Part:
    """A serialisable object that is passed to `compile`.

    A subclass stores each constructor argument under its own name; `get_config` finds them there.
    """

    def get_config(self):
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __repr__(self):
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


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
