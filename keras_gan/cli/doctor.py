"""`keras-gan recipes` and `doctor`."""

import sys

import typer


def recipes():
    """List the recipes."""
    from rich.console import Console
    from rich.table import Table

    from keras_gan.recipes import RECIPES

    table = Table(box=None)
    for column in ("recipe", "scale", "data", "size", "batch", "steps", "what"):
        table.add_column(column)
    for name, scales in RECIPES.items():
        for scale, recipe in scales.items():
            size = recipe.image_size or "data's"
            row = (name, scale, recipe.dataset, size, recipe.batch_size, recipe.steps, recipe.summary)
            table.add_row(*map(str, row))
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def doctor():
    """Try out this machine: devices, precision, XLA, two replicas; about a minute."""
    from keras_gan.doctor import examine

    problems = 0
    for line in examine():
        problems += line.startswith("[wrong]")
        typer.echo(line)
    if problems:
        raise typer.Exit(1)
