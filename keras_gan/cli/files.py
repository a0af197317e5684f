"""Commands of files: `keras-gan convert`, `export`, `describe` and `push`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import Format, Quantize, existing, numbers, writable


def convert(
    file: Annotated[
        pathlib.Path, typer.Argument(help="A published checkpoint (.pth, .pt, .npz, .safetensors).")
    ],
    to: Annotated[pathlib.Path, typer.Option(help="Folder of the SavedModel to write.")],
    prefix: Annotated[
        str, typer.Option(help="Only names that begin with it, such as G. of a file of two networks.")
    ] = "",
    truncation: Annotated[
        float,
        typer.Option(help="Of the statistics to take, of Hugging Face's BigGAN-deep: a multiple of 0.02."),
    ] = 1.0,
):
    """Turn a published checkpoint into a SavedModel.

    Known: pix2pix, CycleGAN, ESRGAN and Real-ESRGAN (also compact), MSRResNet, DCGAN, StyleGAN2 and 3, ProGAN, R3GAN, BigGAN.
    """
    existing(file, "")
    writable(to, "--to", folder=True)

    from keras_gan.convert import convert

    network, folder = convert(file, to, prefix, truncation)
    typer.echo(f"{network.name}, {network.count_params():,} weights: {folder}")


def export(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder or .keras file.")],
    out: Annotated[pathlib.Path, typer.Option(help="Folder or file to write.")],
    format: Annotated[Format, typer.Option()] = Format.saved_model,
    batch: Annotated[
        int | None,
        typer.Option(min=1, help="litert, onnx only: a fixed batch size. Default: litert 1, onnx any."),
    ] = None,
    shape: Annotated[
        str | None,
        typer.Option(help="litert, onnx only: HEIGHT,WIDTH of the images that a network of any size takes."),
    ] = None,
    quantize: Annotated[
        Quantize | None,
        typer.Option(help="litert only: weights as float16, or weights and activations as int8."),
    ] = None,
):
    """Export the generator as a SavedModel, for LiteRT or ONNX."""
    from keras_gan.export_target import check_target

    existing(model)
    check_target(out, format.value)
    writable(out, folder=format is Format.saved_model)
    options = {"batch": batch, "quantize": quantize and quantize.value}
    options["shape"] = shape and numbers(shape, int, "--shape", "128,128")

    from keras_gan.runs.load import load_model

    gan = load_model(model)
    typer.echo(gan.export(out, format=format.value, **{k: v for k, v in options.items() if v is not None}))


def describe(
    model: Annotated[
        pathlib.Path,
        typer.Argument(help="Run folder, checkpoint, .keras file, SavedModel, .tflite or .onnx file."),
    ],
):
    """Say what a model is: its classes, sizes, inputs and their ranges."""
    existing(model)
    from keras_gan.runs.describe import describe as lines_of

    for line in lines_of(model):
        typer.echo(line)


def push(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder or .keras file.")],
    name: Annotated[str, typer.Argument(help="hf://USER/NAME")],
    licence: Annotated[
        str | None, typer.Option(help="Licence for the model card, such as cc-by-4.0.")
    ] = None,
):
    """Write a model to the Hugging Face Hub, with a model card and samples."""
    existing(model)
    if not name.startswith("hf://") or name.count("/") != 3:
        raise ValueError(f"A repository of the Hub is named hf://USER/NAME. Received: {name!r}")
    from keras_gan import hub
    from keras_gan.runs.load import load_model

    typer.echo(hub.save(load_model(model), name, licence, hub.card_beside(model)))
