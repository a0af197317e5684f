"""`keras-gan ema`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, names_of, writable

# Metrics of images by which a length is chosen; lower is better.
BY = ("fid", "kid", "mind", "cmmd")
# Options for choosing one of several lengths.
OF_SEVERAL = ("reference", "split", "metric", "n", "extractor", "weights", "data_dir")


def ema(
    context: typer.Context,
    run: Annotated[pathlib.Path, typer.Argument(help="Run folder that was trained with --post-hoc-ema.")],
    length: Annotated[
        str, typer.Option(help="Length of the average, as a share of the training; several joined by commas.")
    ] = "0.02,0.035,0.05,0.075,0.1,0.15",
    reference: Annotated[
        str | None,
        typer.Option(help="Real images for choosing one of several lengths. Default: the run's data."),
    ] = None,
    split: Annotated[str, typer.Option(help="Split of the reference.")] = "train",
    metric: Annotated[str, typer.Option(help=f"Metric for choosing a length: {', '.join(BY)}.")] = "mind",
    n: Annotated[int, typer.Option("-n", min=2, help="Number of generated images per length.")] = 2000,
    extractor: Annotated[str, typer.Option(help="As in `keras-gan evaluate`.")] = "inception",
    weights: Annotated[pathlib.Path | None, typer.Option(help="File of the extractor's weights.")] = None,
    data_dir: Annotated[str | None, typer.Option(help="Folder of TFDS' data.")] = None,
    step: Annotated[
        int | None, typer.Option(min=1, help="Step of a snapshot, as if the training had ended there.")
    ] = None,
    out: Annotated[
        pathlib.Path | None, typer.Option(help="A .keras file. Default: ema.keras in the run folder.")
    ] = None,
):
    """Compute a moving average of another length from a run's snapshots; of several, choose the best."""
    existing(run)
    out = out or run / "ema.keras"
    if out.suffix != ".keras":
        raise ValueError(f"--out must be a .keras file. Received: {out}")
    writable(out)
    if metric not in BY:
        raise ValueError(f"--metric must be one of {', '.join(BY)}. Received: {metric}")
    try:
        lengths = list(dict.fromkeys(float(part) for part in names_of(length)))
    except ValueError:
        raise ValueError(f"--length must be numbers, with commas. Received: {length}") from None
    unused = [name for name in OF_SEVERAL if context.get_parameter_source(name).name != "DEFAULT"]
    if len(lengths) == 1 and unused:
        options = ", ".join(f"--{name.replace('_', '-')}" if name != "n" else "-n" for name in unused)
        raise ValueError(f"{options}: a single --length is not chosen by images. Give several.")
    from keras_gan.post_hoc_ema import apply, check_step, exponent

    for value in lengths:
        exponent(value)
    check_step(run / "ema", step)
    from keras_gan.runs import load_model

    gan, best = load_model(run), lengths[0]
    if len(lengths) > 1:
        from keras_gan.runs.ema import measured

        found = {}
        for value, distance in measured(
            gan, run, lengths, step, metric, reference, split, n, extractor, weights, data_dir
        ):
            found[value] = distance
            typer.echo(f"length {value:<6g} {metric} {distance:.5g}")
        best = min(found, key=found.get)
    apply(gan, run / "ema", best, step).save(out)
    typer.echo(f"{out}: the average of length {best:g}")
