"""Published checkpoints of the official code -> Keras networks and SavedModels."""

from keras_gan.convert.convert import convert, load

__all__ = ["convert", "load"]
