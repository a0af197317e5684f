"""The commands of `keras-gan`. Thin: all they do is in the library."""

import contextlib
import enum
import functools
import math
import pathlib
import signal
import sys
from typing import Annotated

import typer

from keras_gan import cli_latent

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train, use and export generative adversarial networks.",
)


def main():
    """Run the command line; errors that a user can mend are printed without a traceback."""
    # In a pipe the output would come in lumps, long after the fact.
    sys.stdout.reconfigure(line_buffering=True)
    try:
        app()
    except (ValueError, ImportError, OSError, FloatingPointError) as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)


class Scale(enum.StrEnum):
    small = "small"
    paper = "paper"


class Precision(enum.StrEnum):
    float32 = "float32"
    mixed_bfloat16 = "mixed_bfloat16"
    mixed_float16 = "mixed_float16"


class Monitor(enum.StrEnum):
    warn = "warn"
    stop = "stop"
    rollback = "rollback"
    off = "off"


class Format(enum.StrEnum):
    saved_model = "saved_model"
    litert = "litert"
    onnx = "onnx"


# === train ===


@app.command()
def train(
    recipe: Annotated[str, typer.Argument(help="A name of `keras-gan recipes`.")] = "dcgan",
    dataset: Annotated[
        str | None, typer.Option(help="mnist_5k, folder:PATH, or an image data set of TFDS.")
    ] = None,
    a: Annotated[
        str | None,
        typer.Option(help="Folder of kind a, for pix2pix (pairs) and cyclegan; or cycle_gan/* of TFDS."),
    ] = None,
    b: Annotated[
        str | None,
        typer.Option(help="Folder of kind b. Without it pix2pix takes pairs side by side from --a."),
    ] = None,
    test_a: Annotated[str | None, typer.Option(help="Held-out pictures of kind a.")] = None,
    test_b: Annotated[str | None, typer.Option(help="Held-out pictures of kind b.")] = None,
    direction: Annotated[str | None, typer.Option(help="Of pix2pix: a2b (default) or b2a.")] = None,
    factor: Annotated[
        int | None, typer.Option(min=2, help="How many times larger srgan makes pictures.")
    ] = None,
    degradation: Annotated[
        str | None, typer.Option(help="Of srgan: bicubic (default), or real for blur, noise and JPEG too.")
    ] = None,
    classes_a: Annotated[
        int | None, typer.Option(min=2, help="Of pix2pix: kind a are label maps of so many classes.")
    ] = None,
    crop: Annotated[
        int | None,
        typer.Option(min=4, help="Side of the random parts trained on. Default of srgan on a folder: 48."),
    ] = None,
    data_dir: Annotated[str | None, typer.Option(help="Where TFDS has its data.")] = None,
    image_size: Annotated[int | None, typer.Option(min=4, help="Height and width in pixels.")] = None,
    channels: Annotated[
        int | None, typer.Option(help="1, 3, or 4 to keep transparency. Default: 1 of grey pictures, else 3.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the data.")] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Generator steps, instead of epochs; schedules have that length."),
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1)] = None,
    loss: Annotated[str | None, typer.Option(help="Another loss than the recipe's.")] = None,
    augmentation: Annotated[
        str | None, typer.Option(help="diffaugment, ada, apa, or none. Default: the recipe's.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of weights, data order and latents.")] = 0,
    out: Annotated[pathlib.Path | None, typer.Option(help="Run folder. Default: runs/RECIPE.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run stopped, or start.")] = False,
    precision: Annotated[Precision, typer.Option()] = Precision.float32,
    jit: Annotated[bool | None, typer.Option("--jit/--no-jit", help="XLA. Default: Keras decides.")] = None,
    scale: Annotated[Scale, typer.Option(help="The recipe's size.")] = Scale.small,
    flip: Annotated[
        bool | None,
        typer.Option("--flip/--no-flip", help="Mirror images at random. Default: only from image to image."),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out a folder's files that cannot be read.")
    ] = False,
    save_every: Annotated[
        int | None, typer.Option(min=1, help="Steps between checkpoints. Default: each epoch.")
    ] = None,
    hold_out: Annotated[
        str | None,
        typer.Option(
            help="Split to validate on at each epoch, such as test: for over-fitting and --metrics."
        ),
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            help="At each epoch, with commas, of fid, kid, prdc, inception_score, swd, ms_ssim, ppl; ppl_w of StyleGANs, "
            "eq_t and eq_r of StyleGAN3; from image to image psnr, ssim."
        ),
    ] = None,
    extractor: Annotated[str, typer.Option(help="Of the metrics, as in `evaluate`.")] = "inception",
    weights: Annotated[pathlib.Path | None, typer.Option(help="File of the extractor's weights.")] = None,
    monitor: Annotated[
        Monitor, typer.Option(help="What to do when the training goes wrong: collapse, NaN and others.")
    ] = Monitor.warn,
    init_from: Annotated[
        pathlib.Path | None, typer.Option(help="Run or .keras file whose weights to begin with.")
    ] = None,
    freeze_d: Annotated[
        int, typer.Option(min=0, help="Freeze the discriminator's first blocks (FreezeD).")
    ] = 0,
):
    """Train a recipe: samples, history, checkpoints and a SavedModel go into a run folder."""
    import keras

    from keras_gan import callbacks, data, recipes
    from keras_gan.data.batches import unpack
    from keras_gan.metrics.evaluate import check_metrics, named_metrics
    from keras_gan.run_folder import RunFolder

    chosen = recipes.get(recipe, scale.value)
    if epochs and steps:
        raise ValueError("Give --epochs or --steps, not both.")
    from_folders = chosen.data in ("pairs", "unpaired")
    given = {"--dataset": dataset, "--hold-out": hold_out, "--skip-bad": skip_bad, "--a": a, "--b": b}
    given |= {
        "--test-a": test_a,
        "--test-b": test_b,
        "--direction": direction,
        "--factor": factor,
        "--crop": crop,
        "--channels": channels,
        "--degradation": degradation,
        "--classes-a": classes_a,
        "--data-dir": data_dir,
    }
    foreign = [name for name, value in given.items() if value and name not in _OPTIONS[chosen.data]]
    if foreign:
        raise ValueError(f"{recipe} takes {', '.join(_OPTIONS[chosen.data])}, not {', '.join(foreign)}.")
    if bool(test_b) != bool(test_a and b):
        raise ValueError("--test-a and --test-b go together, as --a and --b do.")
    if chosen.data != "images" and extractor == "trained":
        raise ValueError(f"--extractor trained needs classes, and {recipe}'s data have none: give a network.")
    if metrics:
        check_metrics(_names(metrics))
    if metrics and not (test_a if from_folders else hold_out):
        raise ValueError(
            "--metrics are of held-out images: give "
            + ("--test-a and --test-b." if from_folders else "their split, such as --hold-out test.")
        )
    if chosen.dataset.startswith("cycle_gan/") and not (a or b):
        a = chosen.dataset
    if from_folders and not a:
        raise ValueError(f"{recipe} needs --a FOLDER and --b FOLDER{_OTHER_A[chosen.data]}.")
    if extractor == "trained" and weights:
        raise ValueError("--weights does not go with --extractor trained.")
    if not metrics and (extractor != "inception" or weights):
        raise ValueError("--extractor and --weights are of --metrics: name some, such as --metrics fid.")
    is_folder = dataset and (dataset.startswith("folder:") or pathlib.Path(dataset).is_dir())
    if chosen.data == "low_high" and is_folder and not image_size:
        # Parts of pictures as they are: made small, they would have lost what is to be learnt.
        crop = crop or chosen.crop or 48
    dataset = (", ".join(filter(None, (a, b))) if from_folders else dataset) or chosen.dataset
    run = RunFolder(out or pathlib.Path("runs") / recipe)
    config = {
        "recipe": recipe,
        "scale": scale.value,
        "dataset": dataset,
        "data_dir": data_dir,
        # Parts are cut out of pictures as they are.
        "image_size": image_size or (None if chosen.data == "low_high" and crop else chosen.image_size),
        "channels": channels,
        "batch_size": batch_size or chosen.batch_size,
        "loss": loss,
        "augmentation": augmentation,
        "seed": seed,
        "precision": precision.value,
        "jit": jit,
        "flip": chosen.data != "images" if flip is None else flip,
        "init_from": str(init_from) if init_from else None,
        "freeze_d": freeze_d,
        "hold_out": hold_out,
        "a": a,
        "b": b,
        "test_a": test_a,
        "test_b": test_b,
        "direction": direction or "a2b",
        "factor": factor or chosen.factor,
        "crop": crop or chosen.crop,
        "degradation": degradation or "bicubic",
        "classes_a": classes_a,
        "metrics": metrics,
        "extractor": extractor if metrics else None,
        "epochs": epochs,
        "steps": steps,
    }
    run.check(config, resume)
    keras.config.set_dtype_policy(precision.value)
    batches, held_out = _data_of(chosen, config, data, "skip" if skip_bad else "raise")
    specs = unpack(batches.element_spec)
    shape = tuple(specs["image"].shape[1:])
    source_shape = tuple(specs["condition"].shape[1:]) if "condition" in specs else None
    like_training = {"dataset": dataset, "image_size": shape[:2], "channels": shape[2], "data_dir": data_dir}
    gan = recipes.build(
        recipe,
        shape,
        scale.value,
        seed=seed,
        num_classes=len(batches.class_names) if chosen.labels and batches.class_names else None,
        steps=epochs * len(batches) if epochs else steps,
        loss=loss,
        augmentation=augmentation,
        jit_compile="auto" if jit is None else jit,
        init_from=init_from,
        frozen_blocks=freeze_d,
        source_shape=source_shape,
        batch_size=config["batch_size"],
        metrics=named_metrics(_names(metrics), extractor, weights, like_training) if metrics else [],
    )
    steps_per_epoch = len(batches) // gan.discriminator_steps
    if steps_per_epoch == 0:
        raise ValueError(
            f"{dataset} has {len(batches)} batches of {config['batch_size']}, fewer than the "
            f"{gan.discriminator_steps} that one step takes. Lower --batch-size."
        )
    total = epochs * steps_per_epoch if epochs else steps or chosen.steps
    checkpoint = callbacks.Checkpoint(run.checkpoints, every_steps=save_every)
    done = checkpoint.latest_step()
    if done > total:
        raise ValueError(f"{run.path} has made {done} steps already, more than the {total} asked for.")
    run.prepare(config, resume)
    if source_shape:
        run.keep_examples((held_out or batches).stream.examples(8))
    progress = callbacks.Progress(total)
    fewest, without = callbacks.TrainingMonitor.FEWEST, None
    if source_shape:
        without = "judges images made of latents"
    elif batches.stream.size < fewest:
        without = f"needs {fewest} images"
    if without and monitor != Monitor.off:
        typer.echo(f"The monitor {without}: this run goes without it.")
        monitor = Monitor.off
    typer.echo(f"{recipe} on {dataset}: {total} steps of {config['batch_size']} images, into {run.path}")
    with _stopping_safely(checkpoint, progress, run.path):
        gan.fit(
            batches,
            validation_data=held_out,
            epochs=math.ceil(total / steps_per_epoch),
            verbose=0,
            callbacks=[
                *(
                    []
                    if monitor == Monitor.off
                    else [callbacks.TrainingMonitor(monitor.value, log=run.monitor)]
                ),
                callbacks.StopAtStep(total),
                callbacks.SampleGrid(run.samples, tensorboard=run.logs / "samples"),
                keras.callbacks.CSVLogger(run.history),
                keras.callbacks.TensorBoard(run.logs, write_graph=False),
                progress,
                checkpoint,
            ],
        )
    gan.export(run.saved_model, metadata={"recipe": recipe, "dataset": dataset, "classes_a": classes_a})
    figures = getattr(gan.history, "history", {})
    for name in (name for name in figures if metrics and name.startswith("val_")):
        typer.echo(f"{name:22}{figures[name][-1]:12.5g}")
    typer.echo(f"Run folder: {run.path}")
    typer.echo(f"Generator:  {run.saved_model}")
    typer.echo(f"Picture:    {sorted(run.samples.glob('*.png'))[-1]}")


def _names(text):
    """Names with commas between, and spaces at will."""
    return [name.strip() for name in text.split(",")]


_OPTIONS = {
    "images": ("--dataset", "--hold-out", "--skip-bad", "--channels", "--data-dir"),
    "low_high": (
        "--dataset",
        "--hold-out",
        "--factor",
        "--crop",
        "--degradation",
        "--channels",
        "--data-dir",
    ),
    "pairs": ("--a", "--b", "--test-a", "--test-b", "--crop", "--direction", "--classes-a"),
    "unpaired": ("--a", "--b", "--test-a", "--test-b", "--crop", "--channels", "--data-dir"),
}
_OTHER_A = {
    "pairs": ", or --a with pictures side by side",
    "unpaired": ", or --a cycle_gan/horse2zebra or the like",
}


def _data_of(chosen, config, data, on_error):
    """The training data of a configuration, and the held-out ones or None."""
    sizes = {name: config[name] for name in ("image_size", "batch_size", "seed")}
    if chosen.data == "images":
        load = functools.partial(
            data.load,
            config["dataset"],
            **sizes,
            channels=config["channels"],
            data_dir=config["data_dir"],
            on_error=on_error,
        )
        held_out = load(splits=config["hold_out"], labels=chosen.labels) if config["hold_out"] else None
        return load(labels=chosen.labels, flip=config["flip"]), held_out
    if chosen.data == "low_high":
        load = functools.partial(
            data.low_high,
            config["dataset"],
            config["factor"],
            **sizes,
            crop=config["crop"],
            channels=config["channels"],
            degradation=config["degradation"],
            data_dir=config["data_dir"],
        )
        held_out = load(split=config["hold_out"], flip=False) if config["hold_out"] else None
        return load(flip=config["flip"]), held_out
    # Held-out pictures are shown whole, in the training's size.
    whole = {"image_size": config["crop"] or config["image_size"]}
    if chosen.data == "pairs":
        load = functools.partial(
            data.paired_folders, **sizes, direction=config["direction"], classes_a=config["classes_a"]
        )
    else:
        load = functools.partial(
            data.unpaired_folders, **sizes, channels=config["channels"] or 3, data_dir=config["data_dir"]
        )
        whole["split"] = "test"
    held_out = load(config["test_a"], config["test_b"], **whole) if config["test_a"] else None
    return load(config["a"], config["b"], crop=config["crop"], flip=config["flip"]), held_out


@contextlib.contextmanager
def _stopping_safely(checkpoint, progress, path):
    """At Ctrl-C (or SIGTERM) finish the step, save, and say how to go on."""

    def stop(number, frame):
        signal.signal(signal.SIGINT, signal.default_int_handler)
        checkpoint.save_and_stop = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        progress.stop()
        folder = checkpoint.latest()
        typer.echo(f"\nStopped. Saved: {folder or 'nothing yet'}")
        typer.echo(f"Go on with the same command and --resume, run folder {path}.")
        raise typer.Exit(130) from None
    except FloatingPointError:
        progress.stop()
        typer.echo(f"The last good checkpoint: {checkpoint.latest() or 'none yet'}")
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# === generate, translate, upscale, convert, evaluate, report, export, recipes, doctor ===


@app.command()
def generate(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder, .keras file or SavedModel.")],
    n: Annotated[int, typer.Option("-n", min=1, help="How many images.")] = 64,
    out: Annotated[pathlib.Path, typer.Option(help="Picture to write.")] = pathlib.Path("grid.png"),
    seed: Annotated[int, typer.Option()] = 0,
    truncation: Annotated[float, typer.Option(help="Factor of the latents.")] = 1.0,
    label: Annotated[
        int | None,
        typer.Option(min=0, help="Class of all images, of a conditional model. Default: random ones."),
    ] = None,
    columns: Annotated[int | None, typer.Option(min=1)] = None,
    truncation_cutoff: Annotated[
        int | None, typer.Option(min=0, help="Layers that are truncated, of a StyleGAN's run. Default: all.")
    ] = None,
    noise: Annotated[
        str | None, typer.Option(help="Of a StyleGAN's run: const (default), random or none.")
    ] = None,
):
    """Write a grid of generated images."""
    from keras_gan.grid import image_grid
    from keras_gan.run_folder import Generator

    if out.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"):
        raise ValueError(f"--out must be a picture's name, such as grid.png. Received: {out}")
    styles = {"truncation_cutoff": truncation_cutoff, "noise": noise}
    images = Generator(model).sample(
        n, seed, truncation, label, **{k: v for k, v in styles.items() if v is not None}
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    image_grid(images, columns).save(out)
    typer.echo(str(out))


@app.command()
def translate(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder, .keras file or SavedModel.")],
    pictures: Annotated[pathlib.Path, typer.Argument(help="Folder of pictures.")],
    out: Annotated[pathlib.Path, typer.Argument(help="Folder to write, PNGs of the same names.")],
    direction: Annotated[str | None, typer.Option(help="Of CycleGAN: a2b (default) or b2a.")] = None,
    sheet: Annotated[
        pathlib.Path | None, typer.Option(help="Picture to write with some of them before and after.")
    ] = None,
):
    """Translate all pictures of a folder (pix2pix, cyclegan, converted networks)."""
    from keras_gan.run_folder import Translator

    written = Translator(model).translate_folder(pictures, out, direction, sheet, report=typer.echo)
    typer.echo(f"{written} pictures in {out}")


@app.command()
def upscale(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder, .keras file or SavedModel.")],
    picture: Annotated[pathlib.Path, typer.Argument(help="A picture of any size.")],
    out: Annotated[pathlib.Path | None, typer.Option(help="Picture to write. Default: NAME_x4.png.")] = None,
    tile: Annotated[int, typer.Option(min=16, help="Side of a tile, in pixels of the picture.")] = 128,
    overlap: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Pixels around a tile that are looked at too. Default: as far as the network looks, "
            "64 at most.",
        ),
    ] = None,
):
    """Enlarge a picture (srgan, esrgan, converted networks), in tiles."""
    from keras_gan.run_folder import Translator

    typer.echo(str(Translator(model).upscale_file(picture, out, tile, overlap)))


@app.command()
def convert(
    file: Annotated[
        pathlib.Path, typer.Argument(help="A published checkpoint (.pth, .pt, .npz, .safetensors).")
    ],
    to: Annotated[pathlib.Path, typer.Option(help="Folder of the SavedModel to write.")],
    prefix: Annotated[
        str, typer.Option(help="Only names that begin with it, such as G. of two networks.")
    ] = "",
):
    """Turn a published PyTorch checkpoint (pix2pix, CycleGAN, ESRGAN, MSRResNet, StyleGAN2 and 3, ProGAN) into a SavedModel."""
    from keras_gan.convert import convert

    network, folder = convert(file, to, prefix)
    typer.echo(f"{network.name}, {network.count_params():,} weights: {folder}")


@app.command()
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
            help="Of fid, kid, prdc, inception_score, swd, ms_ssim, with commas; ppl (of a StyleGAN ppl_w) and, of StyleGAN3, "
            "eq_t, eq_r, of a run or .keras file; psnr, ssim of two folders with the same file names."
        ),
    ] = "fid,kid,prdc",
    n: Annotated[int, typer.Option("-n", min=2, help="How many generated images.")] = 10_000,
    extractor: Annotated[
        str,
        typer.Option(
            help="inception, the name of a network of keras.applications, a .keras file or SavedModel, or "
            "'trained': a small classifier that is trained on the reference's labels."
        ),
    ] = "inception",
    weights: Annotated[pathlib.Path | None, typer.Option(help="File of the extractor's weights.")] = None,
    split: Annotated[str, typer.Option(help="Of the reference.")] = "train",
    data_dir: Annotated[str | None, typer.Option(help="Where TFDS has its data.")] = None,
    seed: Annotated[int, typer.Option()] = 0,
    truncation: Annotated[float, typer.Option(help="Factor of the latents.")] = 1.0,
    out: Annotated[
        pathlib.Path | None, typer.Option(help="Default: evaluation.json in the model's folder.")
    ] = None,
):
    """Measure generated images against real ones: a table, and `evaluation.json`."""
    from keras_gan.metrics.evaluate import evaluate_model
    from keras_gan.metrics.evaluate import table as table_of

    figures, path = evaluate_model(
        model,
        reference,
        _names(metrics),
        n,
        extractor,
        weights=weights,
        split=split,
        data_dir=data_dir,
        seed=seed,
        truncation=truncation,
        out=out,
        report=typer.echo,
    )
    typer.echo(table_of(figures))
    typer.echo(str(path))


@app.command()
def report(
    run: Annotated[pathlib.Path, typer.Argument(help="Run folder; it may still be training.")],
    out: Annotated[pathlib.Path | None, typer.Option(help="Default: report.html in the run folder.")] = None,
    data_dir: Annotated[str | None, typer.Option(help="Where TFDS has the run's data.")] = None,
):
    """Write all there is to see of a run as one HTML page, which needs no network."""
    from keras_gan.report import write_report

    typer.echo(str(write_report(run, out, data_dir=data_dir)))


@app.command()
def export(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder or .keras file.")],
    out: Annotated[pathlib.Path, typer.Option(help="Folder or file to write.")],
    format: Annotated[Format, typer.Option()] = Format.saved_model,
):
    """Export the generator as a SavedModel, for LiteRT or ONNX."""
    from keras_gan.run_folder import load_model

    typer.echo(load_model(model).export(out, format=format.value))


@app.command()
def recipes():
    """List the recipes."""
    from rich.console import Console
    from rich.table import Table

    from keras_gan import recipes

    table = Table(box=None)
    for column in ("recipe", "scale", "data", "size", "batch", "steps", "what"):
        table.add_column(column)
    for name, scales in recipes.RECIPES.items():
        for scale, recipe in scales.items():
            size = recipe.image_size or "data's"
            row = (name, scale, recipe.dataset, size, recipe.batch_size, recipe.steps, recipe.summary)
            table.add_row(*map(str, row))
    Console(width=None if sys.stdout.isatty() else 140).print(table)


@app.command()
def doctor():
    """Try out this machine: devices, precision, XLA, two replicas; about a minute."""
    from keras_gan.doctor import examine

    problems = 0
    for line in examine():
        problems += line.startswith("[wrong]")
        typer.echo(line)
    if problems:
        raise typer.Exit(1)


# === What is in the latent space: interpolate, truncate, mix, project, edit ===

for _command in cli_latent.COMMANDS:
    app.command()(_command)
