"""`keras-gan recipes` and `doctor`."""

import typer

from keras_gan.cli.options import print_table


def recipes():
    """List the recipes."""
    from keras_gan.recipes import RECIPES

    print_table(
        ("recipe", "scale", "data", "size", "batch", "steps", "what"),
        [
            (
                name,
                scale,
                recipe.dataset,
                recipe.image_size or "data's",
                recipe.batch_size,
                recipe.steps,
                recipe.summary,
            )
            for name, scales in RECIPES.items()
            for scale, recipe in scales.items()
        ],
    )


def doctor():
    """Try out this machine: devices, precision, XLA, two replicas; about a minute."""
    from keras_gan.doctor import examine

    problems = 0
    for line in examine():
        problems += line.startswith("[wrong]")
        typer.echo(line)
    if problems:
        raise typer.Exit(1)
