"""Runs: their folder, loading models from it, evaluation and reports."""

import importlib

# Imported at first use: a command that only reads a folder does not start TensorFlow.
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
