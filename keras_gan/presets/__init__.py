"""Pretrained models by name."""

from keras_gan.presets import own, published  # noqa: F401 (they register their presets)
from keras_gan.presets.preset import PRESETS, Preset, preset_of

__all__ = ["PRESETS", "Preset", "from_preset", "preset_of", "save_to_preset"]


def __getattr__(name):
    # A command that lists presets does not start TensorFlow.
    if name not in ("from_preset", "save_to_preset"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from keras_gan.presets import load

    return getattr(load, name)
