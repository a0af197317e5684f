"""What the options of several commands have in common."""

import pathlib
import tempfile


def existing(path, what=" It must be a run folder, a `.keras` file or a SavedModel."):
    """Raise a ValueError where there is no such file or folder; names of the Hub (hf://) are not looked up."""
    path = pathlib.Path(path).expanduser()
    if not str(path).startswith("hf:/") and not path.exists():
        raise ValueError(f"There is no {str(path)!r}.{what}")


def writable(path, option="--out", folder=False):
    """Raise a ValueError where a file, or a folder's files, cannot be written; nothing is made yet."""
    path = pathlib.Path(path)
    if not folder and path.is_dir():
        raise ValueError(f"{option} {path} is a folder: give the name of a file.")
    there = path.absolute() if folder else path.absolute().parent
    while not there.exists():
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise ValueError(f"{option} {path} cannot be written: {error.strerror}.") from None


def as_label(text):
    """A class of the command line: a number as an int, a name as it is, None as None."""
    return int(text) if text is not None and text.isdecimal() else text
