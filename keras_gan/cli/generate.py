"""`keras-gan generate`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, writable


def generate(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder, .keras file or SavedModel.")],
    n: Annotated[
        int | None,
        typer.Option(
            "-n", min=1, help="How many images; of texts, of each. Default: 64, and 8 of each text."
        ),
    ] = None,
    out: Annotated[pathlib.Path, typer.Option(help="Image to write.")] = pathlib.Path("grid.png"),
    seed: Annotated[int, typer.Option()] = 0,
    truncation: Annotated[float, typer.Option(help="Less than 1: more typical, less varied images.")] = 1.0,
    label: Annotated[
        str | None,
        typer.Option(
            help="Class of all images of a conditional model, its number or name (`keras-gan describe` lists "
            "them). Default: random ones."
        ),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(help='What the images are to show, such as "a red heart"; may be given several times.'),
    ] = None,
    columns: Annotated[int | None, typer.Option(min=1)] = None,
    truncation_cutoff: Annotated[
        int | None, typer.Option(min=0, help="Layers that are truncated, of a StyleGAN's run. Default: all.")
    ] = None,
    noise: Annotated[
        str | None, typer.Option(help="Of a StyleGAN's run: const (default), random or none.")
    ] = None,
):
    """Write a grid of generated images."""
    if text and (label is not None or truncation_cutoff is not None or noise or columns):
        raise ValueError(
            "--text goes with -n, --seed, --truncation and --out: each text has a row of its own."
        )
    existing(model)
    if out.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"):
        raise ValueError(f"--out must be an image's name, such as grid.png. Received: {out}")
    writable(out)

    from keras_gan.grid import image_grid
    from keras_gan.runs.generator import Generator

    generator = Generator(model)
    styles = {"truncation_cutoff": truncation_cutoff, "noise": noise}
    styles = {name: value for name, value in styles.items() if value is not None}
    if text:
        # A row for each text.
        columns = n or 8
        images = generator.sample_texts([each for each in text for _ in range(columns)], seed, truncation)
    else:
        images = generator.sample(n or 64, seed, truncation, label, **styles)
    out.parent.mkdir(parents=True, exist_ok=True)
    image_grid(images, columns, row_names=text).save(out)
    typer.echo(str(out))
