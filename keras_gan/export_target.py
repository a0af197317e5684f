"""Checks of the names of exports, which a command runs before it imports anything heavy."""

import pathlib

FORMATS = ("saved_model", "litert", "onnx")
# Required ending of a file's name.
ENDINGS = {"litert": ".tflite", "onnx": ".onnx"}


def check_target(filepath, format):
    """Return the path; raise a ValueError if its name does not fit the format or the path is taken."""
    if format not in FORMATS:
        raise ValueError(f"`format` must be one of {FORMATS}. Received: {format!r}")
    path = pathlib.Path(filepath)
    ending = ENDINGS.get(format)
    if ending is None and path.suffix in (".h5", ".hdf5", ".keras", ".pb", ".zip", *ENDINGS.values()):
        wanted = {end: name for name, end in ENDINGS.items()}.get(path.suffix)
        hint = f"pass format={wanted!r} (--format {wanted})" if wanted else "leave the ending out"
        raise ValueError(f"A SavedModel is a folder, and {path.name!r} is the name of a file: {hint}.")
    if ending is not None and path.suffix != ending:
        raise ValueError(f"A file for {format} must end in {ending}. Received: {path.name!r}")
    if ending is not None and path.is_dir():
        raise ValueError(f"{path} is a folder: give the name of a file.")
    if ending is None and path.is_file():
        raise ValueError(f"{path} is a file: a SavedModel is a folder.")
    return path
