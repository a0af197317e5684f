"""Published checkpoints of the official code -> Keras networks and SavedModels."""

from keras_gan.convert.convert import as_gan, convert, load

__all__ = ["as_gan", "convert", "load"]
