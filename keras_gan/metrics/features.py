"""Moved to `keras_gan.features`; this module will be removed in version 1.1."""

from keras_gan.deprecation import warn_moved
from keras_gan.features import Extractor, inception, train_extractor

warn_moved("`keras_gan.metrics.features`", "`keras_gan.features`", "1.1")

__all__ = ["Extractor", "inception", "train_extractor"]
