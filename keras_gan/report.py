"""Moved to `keras_gan.runs.report`; version 1.1 removes this name."""

from keras_gan.deprecation import warn_moved
from keras_gan.runs.report import write_report

warn_moved("`keras_gan.report`", "`keras_gan.runs.report`", "1.1")

__all__ = ["write_report"]
