"""`keras-gan explain`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, model_path, names_of, writable


def explain(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder or .keras file of a GAN of images.")],
    out: Annotated[
        pathlib.Path,
        typer.Option(help="Folder to write: sheets of saliency maps and of units, units.csv, balance.csv."),
    ] = pathlib.Path("explained"),
    images: Annotated[
        pathlib.Path | None, typer.Option(help="Folder of real images. Default: the run's data.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Number of images on a saliency sheet.")] = 8,
    concepts: Annotated[
        str | None,
        typer.Option(
            help="Concepts for the units, joined by commas: bright, dark, red, green, blue. Default: all."
        ),
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="Layer of the generator. Default: one at half the images' size.")
    ] = None,
    classifier: Annotated[
        pathlib.Path | None,
        typer.Option(
            help=".keras file of a classifier of such images, in [-1, 1]; shows how often each class is made."
        ),
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="Class of a conditional model, its number or name.")
    ] = None,
    samples: Annotated[int, typer.Option(min=8, help="Number of images on which units are compared.")] = 256,
    data_dir: Annotated[str | None, typer.Option(help="TFDS folder of the run's data.")] = None,
    seed: Annotated[int, typer.Option()] = 0,
):
    """Show which pixels the discriminator depends on and what the generator's units draw.

    With a classifier, measure how often each class is made.
    """
    for path in (images, classifier):
        if path is not None:
            existing(path, "")
    writable(out, "--out", folder=True)
    model = model_path(model)

    from keras_gan.runs.explanation import explain_run

    written = explain_run(
        model,
        out,
        images=images,
        count=count,
        concepts=names_of(concepts) if concepts else None,
        layer=layer,
        classifier=classifier,
        label=int(label) if label and label.isdigit() else label,
        samples=samples,
        data_dir=data_dir,
        seed=seed,
        report=typer.echo,
    )
    for path in written:
        typer.echo(str(path))
