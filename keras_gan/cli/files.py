"""Commands on files: `keras-gan convert`, `export`, `describe`, `push` and `presets`."""

import inspect
import json
import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import (
    Format,
    Quantize,
    existing,
    loaded,
    model_path,
    numbers,
    preset_named,
    print_table,
    writable,
)


def convert(
    file: Annotated[
        pathlib.Path,
        typer.Argument(help="A published checkpoint (.pth, .pt, .npz, .safetensors, ncnn .param or .bin)."),
    ],
    to: Annotated[pathlib.Path, typer.Option(help="Folder of the SavedModel to write.")],
    prefix: Annotated[
        str, typer.Option(help="Load only names that begin with it, such as G. in a file of two networks.")
    ] = "",
    truncation: Annotated[
        float,
        typer.Option(help="Hugging Face's BigGAN-deep only: truncation, a multiple of 0.02."),
    ] = 1.0,
):
    """Turn a published checkpoint into a SavedModel.

    Supported: pix2pix, CycleGAN, ESRGAN and Real-ESRGAN (also compact), MSRResNet, DCGAN, StyleGAN2 and 3,
    ProGAN, R3GAN, BigGAN.
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
        typer.Option(help="litert, onnx only: HEIGHT,WIDTH of the images, if the network takes any size."),
    ] = None,
    quantize: Annotated[
        Quantize | None,
        typer.Option(help="litert only: weights as float16, or weights and activations as int8."),
    ] = None,
):
    """Export the generator as a SavedModel, for LiteRT or ONNX."""
    preset_named(model)

    from keras_gan.export_target import check_target

    check_target(out, format.value)
    writable(out, folder=format is Format.saved_model)
    options = {"batch": batch, "quantize": quantize and quantize.value}
    options["shape"] = shape and numbers(shape, int, "--shape", "128,128")

    gan = loaded(model)
    typer.echo(gan.export(out, format=format.value, **{k: v for k, v in options.items() if v is not None}))


def describe(
    model: Annotated[
        pathlib.Path,
        typer.Argument(help="Run folder, checkpoint, .keras file, SavedModel, .tflite or .onnx file."),
    ],
):
    """Print what a model is: its classes, sizes, inputs and their ranges."""
    model = model_path(model)

    from keras_gan.runs.describe import describe as lines_of

    for line in lines_of(model):
        typer.echo(line)


def push(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder or .keras file.")],
    to: Annotated[
        str, typer.Argument(help="hf://USER/NAME on the Hugging Face Hub, or a folder for your own preset.")
    ],
    licence: Annotated[
        str | None, typer.Option(help="Licence for the model card, such as cc-by-4.0.")
    ] = None,
):
    """Write a model, a model card and samples to the Hugging Face Hub or a folder.

    `keras_gan.from_preset` loads it from there.
    """
    preset_named(model)

    from keras_gan.hub import card_beside, hub_name

    if to.startswith("hf:") and (hub_name(to) is None or to.count("/") != 3):
        raise ValueError(f"A repository of the Hub is named hf://USER/NAME. Received: {to!r}")
    if hub_name(to) is None:
        writable(to, "TO", folder=True)
    from keras_gan.presets import save_to_preset

    metadata, gan = card_beside(model), loaded(model)
    if (command := command_of(model)) is not None:
        metadata["command"] = f"{command}  # ended after {int(gan.state.step.numpy())} steps"
    typer.echo(save_to_preset(gan, to, licence, metadata))


def command_of(run):
    """Return the command that trains the model of a run folder, by its config.json; None for other paths."""
    from keras_gan.cli.train import train
    from keras_gan.runs.folder import RunFolder

    config = RunFolder(run).config
    if not config.exists():
        return None
    config, options = json.loads(config.read_text()), inspect.signature(train).parameters
    words = ["keras-gan train", config.pop("recipe")]
    # The file has these values even for recipes without these options.
    unsaid = {"direction": ["a2b"], "degradation": ["bicubic"]}
    for name, value in config.items():
        default = getattr(options[name], "default", None) if name in options else value
        if value in (None, False, default, getattr(default, "value", default), *unsaid.get(name, [])):
            continue
        # The name of a folder is enough; its path is left out.
        kind, colon, place = str(value).partition(":")
        value = f"{kind}:{pathlib.Path(place).name}" if colon and "/" in place else value
        words.append(f"--{name.replace('_', '-')}" + ("" if value is True else f" {value}"))
    return " ".join(words)


def presets(
    name: Annotated[
        str | None, typer.Argument(help="Name of a preset, to show its file, licence and an example.")
    ] = None,
):
    """List the pretrained models, which every command and `keras_gan.from_preset` take by name."""
    from keras_gan.presets import PRESETS, preset_of

    if name is not None:
        preset = preset_of(name)
        where = preset.address or f"{preset.file} (comes with keras_gan)"
        lines = {
            "name": preset.name,
            "family": preset.family,
            "what": preset.summary,
            "range": preset.range,
            "licence": preset.licence,
            "file": where,
            "size": f"{preset.size / 1e6:.1f} MB",
            "SHA-256": preset.sha256,
        }
        if preset.address:
            lines["in the cache"] = (
                str(preset.file) if preset.file.exists() else f"no; it goes to {preset.file}"
            )
        for key, value in lines.items():
            typer.echo(f"{key}: {value}")
        typer.echo(f'\nmodel = keras_gan.from_preset("{preset.name}")\n{preset.example}')
        return
    print_table(
        ("preset", "family", "what", "MB", "licence", "file"),
        [
            (
                preset.name,
                preset.family,
                preset.summary,
                f"{preset.size / 1e6:.1f}",
                preset.licence,
                "here" if preset.file.exists() else "is downloaded",
            )
            for preset in PRESETS.values()
        ],
    )
    typer.echo("\nkeras-gan presets NAME shows one; keras-gan generate or upscale NAME uses it.")
