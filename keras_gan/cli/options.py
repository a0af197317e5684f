"""What the options of several commands have in common."""

import enum
import pathlib
import tempfile

import typer


class Scale(enum.StrEnum):
    small = "small"
    paper = "paper"


class Precision(enum.StrEnum):
    float32 = "float32"
    mixed_bfloat16 = "mixed_bfloat16"
    mixed_float16 = "mixed_float16"


class Monitor(enum.StrEnum):
    warn = "warn"
    stop = "stop"
    rollback = "rollback"
    off = "off"


class Quantize(enum.StrEnum):
    float16 = "float16"
    int8 = "int8"


class Format(enum.StrEnum):
    saved_model = "saved_model"
    litert = "litert"
    onnx = "onnx"


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


def value_range_of(text):
    """The two numbers of --value-range, or None."""
    try:
        if text is None:
            return None
        low, high = (float(part) for part in text.split(","))
        if low >= high:
            raise ValueError
        return low, high
    except ValueError:
        raise ValueError(
            f"--value-range takes two numbers with a comma, the lower one first, such as 0,4095. Received: {text}"
        ) from None


def names_of(text):
    """Names with commas between, and spaces at will."""
    return [name.strip() for name in text.split(",")]


def left_out(problems):
    """Name what a command left out, sentences, and end it with exit code 1, where there is any."""
    if problems:
        typer.echo(f"Left out: {len(problems)}", err=True)
        for problem in problems[:20]:
            typer.echo(f"  {problem}", err=True)
        raise typer.Exit(1)
