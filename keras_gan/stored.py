"""Moved to `keras_gan.runs`; this name goes with the next release."""

import warnings

from keras_gan.runs.generator import Generator
from keras_gan.runs.load import is_model, load_model
from keras_gan.runs.translator import Translator

warnings.warn("`keras_gan.stored` is now `keras_gan.runs`.", FutureWarning, stacklevel=2)

__all__ = ["Generator", "Translator", "is_model", "load_model"]
