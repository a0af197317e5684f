"""Moved to `keras_gan.runs.report`; this name goes with version 1.1."""

from keras_gan.deprecation import warn_moved
from keras_gan.runs.report import write_report

warn_moved("`keras_gan.report`", "`keras_gan.runs.report`", "1.1")

__all__ = ["write_report"]
