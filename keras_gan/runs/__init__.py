"""Runs: their folder, models loaded from it, their evaluation and their report."""

import importlib

# Loaded when they are first used: a command that reads a folder starts no TensorFlow.
_PLACES = {
    "Generator": "generator",
    "RunFolder": "folder",
    "Translator": "translator",
    "evaluate_model": "evaluate",
    "load_model": "load",
    "write_report": "report",
}

__all__ = sorted(_PLACES)


def __getattr__(name):
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
