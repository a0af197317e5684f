"""The commands of `keras-gan`; the library does all the work."""

import sys

import typer

from keras_gan.cli import (
    augment,
    caption,
    demo,
    detect,
    doctor,
    ema,
    evaluate,
    explain,
    files,
    generate,
    imitate,
    latent,
    predict,
    translate,
    trust,
    vocode,
)
from keras_gan.cli.train import train

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Train, use and export generative adversarial networks.",
)
for command in (
    train,
    generate.generate,
    augment.augment,
    caption.caption,
    detect.detect,
    translate.translate,
    translate.upscale,
    predict.predict,
    vocode.vocode,
    imitate.imitate,
    files.convert,
    evaluate.evaluate,
    evaluate.report,
    ema.ema,
    explain.explain,
    files.export,
    files.describe,
    files.push,
    files.presets,
    demo.demo,
    doctor.recipes,
    doctor.doctor,
    # Commands on the latent space.
    latent.interpolate,
    latent.truncate,
    latent.mix,
    latent.project,
    latent.edit,
):
    app.command()(command)
app.add_typer(trust.app, name="trust")


def main():
    """Run the command line; errors that a user can fix are printed without a traceback."""
    # In a pipe, output would otherwise be buffered and appear late.
    sys.stdout.reconfigure(line_buffering=True)
    try:
        app()
    except OSError as error:
        named = f"{error.filename}: {error.strerror}." if error.filename and error.strerror else error
        print(f"Error: {named}", file=sys.stderr)
        sys.exit(1)
    except (ValueError, ImportError, FloatingPointError) as error:
        print(f"Error: {in_options(str(error))}", file=sys.stderr)
        sys.exit(1)


# Arguments that error messages name, and the options of `train` that set them.
OPTIONS = {
    "on_error='skip'": "--skip-bad",
    "batch_size": "--batch-size",
    "columns=": "--exclude",
    "fps=": "--fps",
    "frames": "--frames",
    "labels=True": "a recipe by class",
    "length=": "--length",
    "rate=": "--rate",
    "size": "--image-size",
    "size=": "--image-size",
    "window": "--length",
}


def in_options(message):
    """Replace the names of arguments in a message by those of options, if the command is `train`."""
    if "train" not in sys.argv[1:2]:
        return message
    for argument, option in OPTIONS.items():
        message = message.replace(f"`{argument}`", option)
    return message
