"""`keras-gan evaluate` and `report`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, model_path, names_of, writable


def evaluate(
    model: Annotated[
        pathlib.Path, typer.Argument(help="Run folder, .keras file, SavedModel, or folder of images.")
    ],
    reference: Annotated[
        str, typer.Option(help="Real images: mnist_5k, a folder, or an image data set of TFDS.")
    ],
    metrics: Annotated[
        str,
        typer.Option(
            help="fid, kid, prdc, mind, cmmd, inception_score, swd, ms_ssim, joined by commas; for a run or "
            ".keras file also ppl, for a StyleGAN ppl_w, for a StyleGAN3 eq_t, eq_r; for two folders with "
            "the same file names psnr, ssim."
        ),
    ] = "fid,kid,prdc",
    n: Annotated[int, typer.Option("-n", min=2, help="Number of generated images.")] = 10_000,
    extractor: Annotated[
        str,
        typer.Option(
            help="inception, the name of a network of keras.applications, a .keras file or SavedModel, or "
            "'trained': a small classifier, trained on the reference's labels."
        ),
    ] = "inception",
    weights: Annotated[pathlib.Path | None, typer.Option(help="File of the extractor's weights.")] = None,
    split: Annotated[str, typer.Option(help="Split of the reference.")] = "train",
    data_dir: Annotated[str | None, typer.Option(help="Folder of TFDS' data.")] = None,
    image_size: Annotated[
        int | None, typer.Option(min=4, help="Height and width, if the images of a folder differ in size.")
    ] = None,
    seed: Annotated[int, typer.Option()] = 0,
    truncation: Annotated[float, typer.Option(help="Less than 1: more typical, less varied images.")] = 1.0,
    out: Annotated[
        pathlib.Path | None, typer.Option(help="Default: evaluation.json in the model's folder.")
    ] = None,
):
    """Measure generated images against real ones: a table, and `evaluation.json`."""
    if not model.is_dir():  # a folder of images is measured, too, whatever its name
        model = model_path(model)

    from keras_gan.metric_names import check_extractor, check_metrics

    check_metrics(names_of(metrics))
    check_extractor(extractor)
    if reference.startswith("folder:"):
        existing(reference.removeprefix("folder:"), "")
    from keras_gan.metrics.evaluate import table as table_of
    from keras_gan.runs.evaluate import evaluate_model

    if out:
        writable(out)
    figures, path = evaluate_model(
        model,
        reference,
        names_of(metrics),
        n,
        extractor,
        weights=weights,
        split=split,
        data_dir=data_dir,
        image_size=image_size,
        seed=seed,
        truncation=truncation,
        out=out,
        report=typer.echo,
    )
    typer.echo(table_of(figures))
    typer.echo(str(path))


def report(
    run: Annotated[pathlib.Path, typer.Argument(help="Run folder; it may still be training.")],
    out: Annotated[pathlib.Path | None, typer.Option(help="Default: report.html in the run folder.")] = None,
    data_dir: Annotated[str | None, typer.Option(help="Folder of TFDS' data.")] = None,
):
    """Write a run's curves, samples and findings as one HTML page, which works offline."""
    existing(run, "")
    if out:
        writable(out)

    from keras_gan.runs.report import write_report

    typer.echo(str(write_report(run, out, data_dir=data_dir)))
