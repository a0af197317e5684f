"""`keras-gan translate` and `upscale`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, model_path, value_range_of, writable


def translate(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder, .keras file or SavedModel.")],
    images: Annotated[pathlib.Path, typer.Argument(help="Folder of images; folders below it too.")],
    out: Annotated[pathlib.Path, typer.Argument(help="Folder to write PNGs of the same names into.")],
    direction: Annotated[str | None, typer.Option(help="CycleGAN only: a2b (default) or b2a.")] = None,
    label: Annotated[
        str | None, typer.Option(help="StarGAN only: the class, or the attributes joined by commas.")
    ] = None,
    sheet: Annotated[
        pathlib.Path | None, typer.Option(help="Image to write with some of them before and after.")
    ] = None,
    value_range: Annotated[
        str | None,
        typer.Option(
            help="LOW,HIGH: values of 16-bit or float images that become black and white. Default: the run's."
        ),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Exit without an error if images cannot be read.")
    ] = False,
):
    """Translate all images of a folder (pix2pix, cyclegan, stargan, converted networks)."""
    if direction is not None and label is not None:
        raise ValueError("Give --direction, of a CycleGAN, or --label, of a StarGAN, not both.")
    existing(images, "")
    levels = value_range_of(value_range)
    if sheet:
        writable(sheet, "--sheet")
    writable(out, "OUT", folder=True)
    model = model_path(model)

    from keras_gan.runs.translator import Translator

    translator = Translator(model, levels)
    by_label = translator.kind != "direction"
    if (direction if by_label else label) is not None:
        option = "--label" if by_label else "--direction"
        raise ValueError(
            f"{model} translates into a {translator.kind}: give {option}, one of {', '.join(translator.directions)}."
        )
    chosen = label if by_label else direction
    written, problems = translator.translate_folder(images, out, chosen, sheet, report=typer.echo)
    typer.echo(f"{written} images in {out}")
    if problems:
        typer.echo(f"Left out: {len(problems)}", err=True)
        for problem in problems[:20]:
            typer.echo(f"  {problem}", err=True)
        if not skip_bad:
            raise typer.Exit(1)


def upscale(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder, .keras file or SavedModel.")],
    image: Annotated[pathlib.Path, typer.Argument(help="An image of any size.")],
    out: Annotated[pathlib.Path | None, typer.Option(help="Image to write. Default: NAME_x4.png.")] = None,
    tile: Annotated[int, typer.Option(min=16, help="Side of a tile, in pixels of the image.")] = 128,
    overlap: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Pixels around a tile that the network sees too. Default: its receptive field, 64 at most.",
        ),
    ] = None,
    value_range: Annotated[
        str | None,
        typer.Option(
            help="LOW,HIGH: values of 16-bit or float images that become black and white. Default: the run's."
        ),
    ] = None,
):
    """Enlarge an image (srgan, esrgan, converted networks), in tiles."""
    existing(image, "")
    levels = value_range_of(value_range)
    if out:
        writable(out)
    model = model_path(model)

    from keras_gan.runs.translator import Translator

    typer.echo("Loading the network")
    made = Translator(model, levels).upscale_file(image, out, tile, overlap, report=typer.echo)
    typer.echo(str(made))
