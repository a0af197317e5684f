"""`keras-gan explain`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, model_path, names_of, writable


def explain(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder or .keras file of a GAN of images.")],
    out: Annotated[
        pathlib.Path,
        typer.Option(help="Folder to write: sheets of saliency and units, units.csv, balance.csv."),
    ] = pathlib.Path("explained"),
    images: Annotated[
        pathlib.Path | None, typer.Option(help="Folder of real images. Default: the run's data.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Images of a sheet of saliency.")] = 8,
    concepts: Annotated[
        str | None,
        typer.Option(
            help="What units are compared with: bright, dark, red, green, blue, commas between. Default: all."
        ),
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="Layer of the generator. Default: one at half the images' size.")
    ] = None,
    classifier: Annotated[
        pathlib.Path | None,
        typer.Option(
            help=".keras file of a classifier of such images, in [-1, 1]: how often each class is made."
        ),
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="Class of a conditional model, its number or name.")
    ] = None,
    samples: Annotated[int, typer.Option(min=8, help="Images that units are compared on.")] = 256,
    data_dir: Annotated[str | None, typer.Option(help="Where TFDS has the run's data.")] = None,
    seed: Annotated[int, typer.Option()] = 0,
):
    """Show what the discriminator looks at and what the generator's units paint; with a classifier, how often each class is made."""
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
