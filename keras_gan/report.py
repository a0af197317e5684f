"""Moved to `keras_gan.runs.report`; this name goes with the next release."""

import warnings

from keras_gan.runs.report import write_report

warnings.warn("`keras_gan.report` is now `keras_gan.runs.report`.", FutureWarning, stacklevel=2)

__all__ = ["write_report"]
