"""Moved to `keras_gan.features`; this name goes with the next release."""

import warnings

from keras_gan.features import Extractor, inception, train_extractor

warnings.warn("`keras_gan.metrics.features` is now `keras_gan.features`.", FutureWarning, stacklevel=2)

__all__ = ["Extractor", "inception", "train_extractor"]
