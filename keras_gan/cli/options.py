"""Types, checks and parsers that the options of several commands share."""

import enum
import pathlib
import sys
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
    """Raise a ValueError if there is no such file or folder; names on the Hub (hf://) are not checked."""
    path = pathlib.Path(path).expanduser()
    if not str(path).startswith("hf:/") and not path.exists():
        raise ValueError(f"There is no file or folder {str(path)!r}.{what}")


def preset_named(model):
    """Return the `Preset` of a name, or None for a file, a folder or a name on the Hub.

    Raises:
        ValueError: if there is no such preset, file or folder.
    """
    path = pathlib.Path(model).expanduser()
    marks = ("saved_model.pb", "checkpoints", "model.keras", "config.json")
    # A folder of images of a preset's name does not hide it.
    holds_none = path.is_dir() and not any((path / mark).exists() for mark in marks)
    if str(path).startswith("hf:/") or (path.exists() and not holds_none):
        return None
    name, hint = str(model), " It must be a run folder, a `.keras` file, a SavedModel, or a preset"
    if holds_none and "/" in name:
        return None
    if "/" in name or path.suffix:
        existing(path, f"{hint} (`keras-gan presets`).")
    from keras_gan.presets import preset_of

    try:
        return preset_of(name)
    except ValueError as error:
        if holds_none:  # the command says what is wrong with it
            return None
        raise ValueError(f"There is no file or folder {name!r}.{hint}. {error}") from None


def model_path(model):
    """Return the path of a model: a run, a file, a SavedModel, a name on the Hub, or a preset.

    A published checkpoint is converted to a SavedModel in the cache folder.
    """
    preset = preset_named(model)
    if preset is None:
        return pathlib.Path(model).expanduser()
    weights = preset.fetch()
    if preset.address is None:
        return weights
    from keras_gan import __version__

    folder = preset.derived / f"saved_model-{__version__}"
    if not (folder / "metadata.json").exists():
        from keras_gan import register
        from keras_gan.convert import convert

        register()
        convert(weights, folder, preset.prefix)
    return folder


def loaded(model):
    """Load the model that a command is given: of a run, a `.keras` file, the Hub, or a preset."""
    preset = preset_named(model)
    if preset is not None:
        from keras_gan.presets import from_preset

        return from_preset(preset.name)
    from keras_gan.runs.load import load_model

    return load_model(pathlib.Path(model).expanduser())


def writable(path, option="--out", folder=False):
    """Raise a ValueError if a file, or the files of a folder, cannot be written; nothing is created yet."""
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
    """Parse an option of numbers joined by commas."""
    try:
        return [kind(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(
            f"{name} takes numbers with commas between, such as {example}. Received: {text}"
        ) from None


def value_range_of(text):
    """Parse the two numbers of --value-range; None stays None."""
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
    """Split names joined by commas; spaces around them are removed."""
    return [name.strip() for name in text.split(",")]


def left_out(problems):
    """Print the problems, sentences on what a command left out, and exit with code 1 if there are any."""
    if problems:
        typer.echo(f"Left out: {len(problems)}", err=True)
        for problem in problems[:20]:
            typer.echo(f"  {problem}", err=True)
        raise typer.Exit(1)


def print_table(columns, rows):
    """Print rows of text under names of columns, in the width of the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None)
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))  # brackets are no markup
    Console(width=None if sys.stdout.isatty() else 140).print(table)
