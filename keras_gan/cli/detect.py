"""`keras-gan detect`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, left_out, model_path, value_range_of, writable


def detect(
    model: Annotated[
        pathlib.Path,
        typer.Argument(
            help="Run folder, .keras file or SavedModel of a detector (f-anogan, ganomaly, bigan)."
        ),
    ],
    images: Annotated[
        pathlib.Path,
        typer.Argument(help="Folder of images, or of DICOM or NIfTI files; folders below it too."),
    ],
    out: Annotated[
        pathlib.Path, typer.Option(help="Folder to write: scores.csv, sheet.png, heatmaps.")
    ] = pathlib.Path("anomalies"),
    normal: Annotated[
        pathlib.Path | None,
        typer.Option(help="Folder of normal images that it was not trained on; their scores set the limit."),
    ] = None,
    false_positive_rate: Annotated[
        float | None,
        typer.Option(min=0.0, max=0.999, help="Share of the --normal images above the limit. Default: 0.05."),
    ] = None,
    limit: Annotated[float | None, typer.Option(help="Score above which an image is an anomaly.")] = None,
    remember: Annotated[
        pathlib.Path | None,
        typer.Option(
            help="Folder of normal images, such as the training images: each image is scored by its distance "
            "to the nearest of them in the latent space."
        ),
    ] = None,
    windows: Annotated[
        bool,
        typer.Option("--windows", help="Keep the images' size and score them window by window."),
    ] = False,
    value_range: Annotated[
        str | None,
        typer.Option(
            help="LOW,HIGH: values of 16-bit or float images that become black and white. Default: the run's."
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Number of images on the sheet.")] = 24,
):
    """Find anomalies among images: scores, heat maps, and a sheet with the worst first."""
    existing(images, "")
    if normal is not None:
        existing(normal, "")
        if limit is not None:
            raise ValueError("Give --limit, or --normal, which finds it, not both.")
    elif false_positive_rate is not None:
        raise ValueError("--false-positive-rate is of --normal, a folder of normal images.")
    if remember is not None:
        existing(remember, "")
        if windows:
            raise ValueError(
                "--remember compares whole images, and --windows scores parts of them: leave one out."
            )
    levels = value_range_of(value_range)
    writable(out, "--out", folder=True)
    model = model_path(model)

    from keras_gan.runs.detection import detect_folder

    count, anomalies, problems = detect_folder(
        model,
        images,
        out,
        limit=limit,
        normal=normal,
        remember=remember,
        false_positive_rate=0.05 if false_positive_rate is None else false_positive_rate,
        windows=windows,
        top=top,
        value_range=levels,
        report=typer.echo,
    )
    typer.echo(f"{count} images scored, worst first in {out / 'scores.csv'}; sheet: {out / 'sheet.png'}")
    if anomalies is None:
        typer.echo("No limit is known: give --normal, a folder of normal images, or --limit.")
    else:
        typer.echo(f"Anomalies: {anomalies}")
    left_out(problems)
