"""`keras-gan augment`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, model_path, value_range_of, writable


def augment(
    model: Annotated[
        pathlib.Path, typer.Argument(help="Run folder, .keras file or SavedModel of a model of classes.")
    ],
    out: Annotated[pathlib.Path, typer.Option(help="New folder to write: class folders and manifest.csv.")],
    per_class: Annotated[
        int | None, typer.Option(min=1, help="Images per class. Default: the size of the largest class.")
    ] = None,
    mix: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Largest share of generated images in a class; the rest are repeated real images.",
        ),
    ] = 1.0,
    dataset: Annotated[
        str | None,
        typer.Option(help="Real images: mnist_5k, folder:PATH or a data set of TFDS. Default: the run's."),
    ] = None,
    split: Annotated[str, typer.Option(help="Split of the real images.")] = "train",
    data_dir: Annotated[str | None, typer.Option(help="Folder of TFDS' data.")] = None,
    value_range: Annotated[
        str | None,
        typer.Option(
            help="LOW,HIGH: values of 16-bit or float images that become black and white. Default: the model's."
        ),
    ] = None,
    truncation: Annotated[float, typer.Option(help="Less than 1: more typical, less varied images.")] = 1.0,
    seed: Annotated[int, typer.Option()] = 0,
):
    """Fill up small classes with generated images; writes a folder to train a classifier on."""
    if dataset and dataset.startswith("folder:"):
        existing(dataset.removeprefix("folder:"), " --dataset is folder:PATH or a name.")
    levels = value_range_of(value_range)
    writable(out, "--out", folder=True)
    model = model_path(model)

    from keras_gan.runs.augmentation import augment_folder

    real, generated = augment_folder(
        model,
        out,
        dataset=dataset,
        split=split,
        data_dir=data_dir,
        value_range=levels,
        per_class=per_class,
        mix=mix,
        truncation=truncation,
        seed=seed,
        report=typer.echo,
    )
    typer.echo(
        f"{real} real images and {generated} generated ones in {out}; which is which: {out / 'manifest.csv'}"
    )
