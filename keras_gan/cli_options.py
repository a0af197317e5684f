"""What the options of several commands have in common."""

import pathlib
import tempfile


def existing(path, what=" It must be a run folder, a `.keras` file or a SavedModel."):
    """Raise a ValueError where there is no such file or folder; names of the Hub (hf://) are not looked up."""
    path = pathlib.Path(path).expanduser()
    if not str(path).startswith("hf:/") and not path.exists():
        raise ValueError(f"There is no file or folder {str(path)!r}.{what}")


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


def numbers(text, kind, name, example):
    """Numbers of an option, with commas between."""
    try:
        return [kind(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(
            f"{name} takes numbers with commas between, such as {example}. Received: {text}"
        ) from None
