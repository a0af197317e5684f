"""Moved to `keras_gan.runs`; version 1.1 removes this name."""

from keras_gan.deprecation import warn_moved
from keras_gan.runs.generator import Generator
from keras_gan.runs.load import is_model, load_model
from keras_gan.runs.translator import Translator

warn_moved("`keras_gan.stored`", "`keras_gan.runs`", "1.1")

__all__ = ["Generator", "Translator", "is_model", "load_model"]
