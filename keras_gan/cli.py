"""The commands of `keras-gan`. Thin: all they do is in the library."""

import contextlib
import enum
import functools
import json
import math
import pathlib
import signal
import sys
import threading
from typing import Annotated

import typer

from keras_gan import cli_latent
from keras_gan.cli_options import existing, numbers, writable

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Train, use and export generative adversarial networks.",
)


def main():
    """Run the command line; errors that a user can fix are printed without a traceback."""
    # In a pipe the output would come in lumps, long after the fact.
    sys.stdout.reconfigure(line_buffering=True)
    try:
        app()
    except OSError as error:
        named = f"{error.filename}: {error.strerror}." if error.filename and error.strerror else error
        print(f"Error: {named}", file=sys.stderr)
        sys.exit(1)
    except (ValueError, ImportError, FloatingPointError) as error:
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


class Quantize(enum.StrEnum):
    float16 = "float16"
    int8 = "int8"


class Format(enum.StrEnum):
    saved_model = "saved_model"
    litert = "litert"
    onnx = "onnx"


# === train ===


def _read_config(context: typer.Context, path: pathlib.Path | None):
    """Take the values of a run's `config.json` as the defaults of all options."""
    if path is None:
        return None
    if path.is_dir():
        path = path / "config.json"
    try:
        values = json.loads(path.read_text())
        if not isinstance(values, dict):
            raise ValueError("it is not a dict")
    except (OSError, ValueError) as error:
        raise ValueError(f"--config {path} cannot be read: {error}") from None
    known = {parameter.name for parameter in context.command.params}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"--config {path} has options that `train` does not have: {', '.join(unknown)}")
    # What a run notes beside the options that were given.
    silent = {"direction": "a2b", "degradation": "bicubic"}
    if values.get("a"):
        values["dataset"] = None
    context.default_map = {
        name: value for name, value in values.items() if value is not None and silent.get(name) != value
    }
    return path


@app.command()
def train(
    context: typer.Context,
    recipe: Annotated[str, typer.Argument(help="A name of `keras-gan recipes`.")] = "dcgan",
    dataset: Annotated[
        str | None, typer.Option(help="mnist_5k, folder:PATH, or an image data set of TFDS.")
    ] = None,
    a: Annotated[
        str | None,
        typer.Option(help="Folder of domain A, for pix2pix (pairs) and cyclegan; or cycle_gan/* of TFDS."),
    ] = None,
    b: Annotated[
        str | None,
        typer.Option(help="Folder of domain B. Without it pix2pix takes pairs side by side from --a."),
    ] = None,
    test_a: Annotated[
        str | None,
        typer.Option(help="Held-out images of domain A. Folders with a split test: --hold-out test."),
    ] = None,
    test_b: Annotated[str | None, typer.Option(help="Held-out images of domain B.")] = None,
    direction: Annotated[str | None, typer.Option(help="pix2pix only: a2b (default) or b2a.")] = None,
    factor: Annotated[int | None, typer.Option(min=2, help="srgan, esrgan only: upscaling factor.")] = None,
    low: Annotated[
        str | None,
        typer.Option(
            help="srgan, esrgan only: folder of low-resolution images, named as those of --dataset."
        ),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(help="srgan, esrgan only: another generator, compact (Real-ESRGAN's small one)."),
    ] = None,
    degradation: Annotated[
        str | None,
        typer.Option(help="srgan, esrgan only: bicubic (default), or real: blur, noise and JPEG too."),
    ] = None,
    classes_a: Annotated[
        int | None, typer.Option(min=2, help="pix2pix only: number of classes in the label maps of --a.")
    ] = None,
    crop: Annotated[
        int | None,
        typer.Option(
            min=4, help="Side of the random crops to train on. Default of srgan and esrgan on a folder: 48."
        ),
    ] = None,
    data_dir: Annotated[str | None, typer.Option(help="Folder of TFDS' data.")] = None,
    value_range: Annotated[
        str | None,
        typer.Option(help="LOW,HIGH: values of 16-bit or float images that become black and white."),
    ] = None,
    image_size: Annotated[
        int | None, typer.Option(min=4, help="Height and width in pixels, at most 8192.")
    ] = None,
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
        str | None,
        typer.Option(
            help="diffaugment, ada, apa, blur, instance_noise, several joined by commas, or none. Default: the recipe's."
        ),
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
    sample_every: Annotated[
        int | None, typer.Option(min=1, help="Steps between sample grids. Default: each epoch.")
    ] = None,
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
    config: Annotated[
        pathlib.Path | None,
        typer.Option(
            callback=_read_config,
            is_eager=True,
            help="config.json of a run, whose values are the defaults of the other options.",
        ),
    ] = None,
):
    """Train a recipe: samples, history, checkpoints and a SavedModel go into a run folder."""
    # All that can be wrong with the options is said before TensorFlow starts.
    import keras_gan.recipes
    from keras_gan.metric_names import check_metrics
    from keras_gan.part_names import AUGMENTATIONS, LOSSES, check_name
    from keras_gan.run_folder import RunFolder

    chosen = keras_gan.recipes.get(recipe, scale.value)
    if epochs and steps and config:
        # Of the two the one that was given beside the file holds.
        source = context.get_parameter_source("epochs")
        epochs, steps = (
            (None, steps) if source is not None and source.name == "DEFAULT_MAP" else (epochs, None)
        )
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
        "--low": low,
        "--network": network,
        "--value-range": value_range,
    }
    foreign = [name for name, value in given.items() if value and name not in _OPTIONS[chosen.data]]
    if foreign:
        raise ValueError(f"{recipe} takes {', '.join(_OPTIONS[chosen.data])}, not {', '.join(foreign)}.")
    if bool(test_b) != bool(test_a and b):
        raise ValueError("--test-a and --test-b go together, as --a and --b do.")
    if chosen.data != "images" and extractor == "trained":
        raise ValueError(f"--extractor trained needs classes, and {recipe}'s data have none: give a network.")
    keras_gan.recipes.check_adversarial(
        recipe, chosen, **{"--loss": loss, "--augmentation": augmentation, "--freeze-d": freeze_d}
    )
    if chosen.on_gan and init_from is None:
        raise ValueError(
            f"{recipe} is built on a trained GAN: train one, such as `keras-gan train wgan-gp --out runs/gan`, and give it, "
            "--init-from runs/gan."
        )
    if loss is not None:
        check_name(loss, LOSSES, "--loss")
    for name in _names(augmentation) if augmentation not in (None, "none") else ():
        check_name(name, AUGMENTATIONS, "--augmentation")
    if metrics:
        check_metrics(_names(metrics))
    if test_a and hold_out:
        raise ValueError("Give --hold-out, a split of --a and --b, or --test-a and --test-b, not both.")
    if metrics and not (test_a or hold_out):
        raise ValueError(
            "--metrics are of held-out images: give their split, such as --hold-out test"
            + (", or --test-a and --test-b." if from_folders else ".")
        )
    if chosen.dataset.startswith("cycle_gan/") and not (a or b):
        a = chosen.dataset
    if from_folders and not a:
        raise ValueError(f"{recipe} needs --a FOLDER and --b FOLDER{_OTHER_A[chosen.data]}.")
    if extractor == "trained" and weights:
        raise ValueError("--weights does not go with --extractor trained.")
    if not metrics and (extractor != "inception" or weights):
        raise ValueError("--extractor and --weights are of --metrics: name some, such as --metrics fid.")
    # A wrong path is named before anything else is.
    if image_size and image_size > 8192:
        raise ValueError(f"--image-size must be at most 8192 pixels. Received: {image_size}")
    folders = [dataset] if dataset and dataset.startswith("folder:") else []
    folders += [path for path in (a, b, test_a, test_b, low) if path and not path.startswith("cycle_gan/")]
    for path in (path.removeprefix("folder:") for path in folders):
        if not pathlib.Path(path).expanduser().exists():
            raise ValueError(f"There is no folder {path!r}.")
    _range(value_range)
    is_folder = dataset and (dataset.startswith("folder:") or pathlib.Path(dataset).exists())
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
        "low": low,
        "network": network,
        "value_range": value_range,
        "metrics": metrics,
        "extractor": extractor if metrics else None,
        "epochs": epochs,
        "steps": steps,
    }
    run.check(config, resume)
    writable(run.path, folder=True)

    import keras

    from keras_gan import callbacks, data
    from keras_gan.data.batches import unpack
    from keras_gan.metrics.evaluate import named_metrics

    keras.config.set_dtype_policy(precision.value)
    batches, held_out = _data_of(chosen, config, data, "skip" if skip_bad else "raise")
    specs = unpack(batches.element_spec)
    shape = tuple(specs["image"].shape[1:])
    source_shape = tuple(specs["condition"].shape[1:]) if "condition" in specs else None
    like_training = {"dataset": dataset, "image_size": shape[:2], "channels": shape[2], "data_dir": data_dir}
    gan = keras_gan.recipes.build(
        recipe,
        shape,
        scale.value,
        seed=seed,
        num_classes=len(batches.class_names) if chosen.labels and batches.class_names else None,
        steps=epochs * len(batches) if epochs else steps,
        loss=loss,
        augmentation=augmentation if augmentation in (None, "none") else _names(augmentation),
        jit_compile="auto" if jit is None else jit,
        init_from=init_from,
        frozen_blocks=freeze_d,
        source_shape=source_shape,
        network=network,
        batch_size=config["batch_size"],
        metrics=named_metrics(_names(metrics), extractor, weights, like_training) if metrics else [],
    )
    steps_per_epoch = len(batches) // gan.batches_per_step
    if steps_per_epoch == 0:
        raise ValueError(
            f"{dataset} has {len(batches)} batches of {config['batch_size']}, fewer than the "
            f"{gan.batches_per_step} that one step takes. Lower --batch-size."
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
        without = "checks images made of latents"
    elif not chosen.adversarial:
        without = "reads a discriminator that learns"
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
                callbacks.SampleGrid(run.samples, every_steps=sample_every, tensorboard=run.logs / "samples"),
                callbacks.CSVLogger(run.history),
                keras.callbacks.TensorBoard(run.logs, write_graph=False),
                progress,
                checkpoint,
            ],
        )
    about = {
        "recipe": recipe,
        "dataset": dataset,
        "classes_a": classes_a,
        "value_range": _range(config["value_range"]),
    }
    gan.export(run.saved_model, metadata=about)
    figures = getattr(gan.history, "history", {})
    for name in (name for name in figures if metrics and name.startswith("val_")):
        typer.echo(f"{name:22}{figures[name][-1]:12.5g}")
    typer.echo(f"Run folder: {run.path}")
    typer.echo(f"Generator:  {run.saved_model}")
    pictures = sorted(run.samples.glob("*.png"), key=lambda path: path.stat().st_mtime_ns)
    if pictures:
        typer.echo(f"Samples:    {pictures[-1]}")


def _range(text):
    """The two numbers of --value-range, or None."""
    try:
        if text is None:
            return None
        low, high = (float(part) for part in text.split(","))
        if low >= high:
            raise ValueError
        return low, high
    except ValueError:
        raise ValueError(
            f"--value-range takes two numbers with a comma, the lower one first, such as 0,4095. Received: {text}"
        ) from None


def _names(text):
    """Names with commas between, and spaces at will."""
    return [name.strip() for name in text.split(",")]


_OPTIONS = {
    "images": ("--dataset", "--hold-out", "--skip-bad", "--channels", "--data-dir", "--value-range"),
    "low_high": (
        "--dataset",
        "--hold-out",
        "--factor",
        "--crop",
        "--degradation",
        "--channels",
        "--data-dir",
        "--low",
        "--network",
        "--value-range",
    ),
    "pairs": (
        *("--a", "--b", "--test-a", "--test-b", "--hold-out", "--crop", "--direction", "--classes-a"),
        "--value-range",
    ),
    "unpaired": (
        *("--a", "--b", "--test-a", "--test-b", "--hold-out", "--crop", "--channels", "--data-dir"),
        "--value-range",
    ),
}
_OTHER_A = {
    "pairs": ", or --a with images side by side",
    "unpaired": ", or --a cycle_gan/horse2zebra or the like",
}


def _data_of(chosen, config, data, on_error):
    """The training data of a configuration, and the held-out ones or None."""
    sizes = {name: config[name] for name in ("image_size", "batch_size", "seed")}
    sizes["value_range"] = _range(config["value_range"])
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
            low=config["low"],
        )
        held_out = load(split=config["hold_out"], flip=False) if config["hold_out"] else None
        return load(flip=config["flip"]), held_out
    # Held-out images are shown whole, in the training's size.
    whole = {"image_size": config["crop"] or config["image_size"]}
    if chosen.data == "pairs":
        load = functools.partial(
            data.paired_folders, **sizes, direction=config["direction"], classes_a=config["classes_a"]
        )
    else:
        load = functools.partial(
            data.unpaired_folders, **sizes, channels=config["channels"] or 3, data_dir=config["data_dir"]
        )
    test = config["test_a"], config["test_b"]
    if config["hold_out"] or str(config["test_a"]).startswith("cycle_gan/"):
        test = config["test_a"] or config["a"], config["test_b"] or config["b"]
        whole["split"] = config["hold_out"] or "test"
    elif config["test_a"]:
        test = tuple(path and data.folder.held_out_folder(path) for path in test)
    held_out = load(*test, **whole) if test[0] else None
    return load(config["a"], config["b"], crop=config["crop"], flip=config["flip"]), held_out


@contextlib.contextmanager
def _stopping_safely(checkpoint, progress, path):
    """At Ctrl-C (or SIGTERM) finish the step, save, and say how to go on."""

    def stop(number, frame):
        if checkpoint.save_and_stop:
            # Pressed in haste: the save goes on.
            typer.echo("\nThe step ends and is saved. Once more stops at once, without.", err=True)
            signal.signal(signal.SIGINT, signal.default_int_handler)
        checkpoint.save_and_stop = True

    before = {}
    if threading.current_thread() is threading.main_thread():  # no other one may set handlers
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
    out: Annotated[pathlib.Path, typer.Option(help="Image to write.")] = pathlib.Path("grid.png"),
    seed: Annotated[int, typer.Option()] = 0,
    truncation: Annotated[float, typer.Option(help="Factor of the latents.")] = 1.0,
    label: Annotated[
        str | None,
        typer.Option(
            help="Class of all images of a conditional model, its number or name (`keras-gan describe` lists "
            "them). Default: random ones."
        ),
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
    existing(model)
    if out.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"):
        raise ValueError(f"--out must be an image's name, such as grid.png. Received: {out}")
    writable(out)

    from keras_gan.grid import image_grid
    from keras_gan.stored import Generator

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
    images: Annotated[pathlib.Path, typer.Argument(help="Folder of images; folders below it too.")],
    out: Annotated[pathlib.Path, typer.Argument(help="Folder to write, PNGs of the same names.")],
    direction: Annotated[str | None, typer.Option(help="CycleGAN only: a2b (default) or b2a.")] = None,
    sheet: Annotated[
        pathlib.Path | None, typer.Option(help="Image to write with some of them before and after.")
    ] = None,
    value_range: Annotated[
        str | None,
        typer.Option(
            help="LOW,HIGH: values of 16-bit or float images that become black and white. Default: the run's."
        ),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Count images that cannot be read as no failure.")
    ] = False,
):
    """Translate all images of a folder (pix2pix, cyclegan, converted networks)."""
    existing(model)
    existing(images, "")
    levels = _range(value_range)
    if sheet:
        writable(sheet, "--sheet")
    writable(out, "OUT", folder=True)

    from keras_gan.stored import Translator

    written, problems = Translator(model, levels).translate_folder(
        images, out, direction, sheet, report=typer.echo
    )
    typer.echo(f"{written} images in {out}")
    if problems:
        typer.echo(f"Left out: {len(problems)}", err=True)
        for problem in problems[:20]:
            typer.echo(f"  {problem}", err=True)
        if not skip_bad:
            raise typer.Exit(1)


@app.command()
def upscale(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder, .keras file or SavedModel.")],
    image: Annotated[pathlib.Path, typer.Argument(help="An image of any size.")],
    out: Annotated[pathlib.Path | None, typer.Option(help="Image to write. Default: NAME_x4.png.")] = None,
    tile: Annotated[int, typer.Option(min=16, help="Side of a tile, in pixels of the image.")] = 128,
    overlap: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Pixels around a tile that the network sees too. Default: its receptive field, 64 at most.",
        ),
    ] = None,
    value_range: Annotated[
        str | None,
        typer.Option(
            help="LOW,HIGH: values of 16-bit or float images that become black and white. Default: the run's."
        ),
    ] = None,
):
    """Enlarge an image (srgan, esrgan, converted networks), in tiles."""
    existing(model)
    existing(image, "")
    levels = _range(value_range)
    if out:
        writable(out)

    from keras_gan.stored import Translator

    typer.echo(str(Translator(model, levels).upscale_file(image, out, tile, overlap)))


@app.command()
def convert(
    file: Annotated[
        pathlib.Path, typer.Argument(help="A published checkpoint (.pth, .pt, .npz, .safetensors).")
    ],
    to: Annotated[pathlib.Path, typer.Option(help="Folder of the SavedModel to write.")],
    prefix: Annotated[
        str, typer.Option(help="Only names that begin with it, such as G. of a file of two networks.")
    ] = "",
):
    """Turn a published checkpoint into a SavedModel.

    Known: pix2pix, CycleGAN, ESRGAN and Real-ESRGAN (also compact), MSRResNet, DCGAN, StyleGAN2 and 3, ProGAN, R3GAN.
    """
    existing(file, "")
    writable(to, "--to", folder=True)

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
    split: Annotated[str, typer.Option(help="Split of the reference.")] = "train",
    data_dir: Annotated[str | None, typer.Option(help="Folder of TFDS' data.")] = None,
    image_size: Annotated[
        int | None, typer.Option(min=4, help="Height and width, where the images of a folder differ in size.")
    ] = None,
    seed: Annotated[int, typer.Option()] = 0,
    truncation: Annotated[float, typer.Option(help="Factor of the latents.")] = 1.0,
    out: Annotated[
        pathlib.Path | None, typer.Option(help="Default: evaluation.json in the model's folder.")
    ] = None,
):
    """Measure generated images against real ones: a table, and `evaluation.json`."""
    from keras_gan.metric_names import check_metrics

    existing(model)
    check_metrics(_names(metrics))
    if reference.startswith("folder:"):
        existing(reference.removeprefix("folder:"), "")
    from keras_gan.metrics.evaluate import evaluate_model
    from keras_gan.metrics.evaluate import table as table_of

    if out:
        writable(out)
    figures, path = evaluate_model(
        model,
        reference,
        _names(metrics),
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


@app.command()
def report(
    run: Annotated[pathlib.Path, typer.Argument(help="Run folder; it may still be training.")],
    out: Annotated[pathlib.Path | None, typer.Option(help="Default: report.html in the run folder.")] = None,
    data_dir: Annotated[str | None, typer.Option(help="Folder of TFDS' data.")] = None,
):
    """Write a run's curves, samples and findings as one HTML page, which needs no network."""
    existing(run, "")
    if out:
        writable(out)

    from keras_gan.report import write_report

    typer.echo(str(write_report(run, out, data_dir=data_dir)))


@app.command()
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

    from keras_gan.stored import load_model

    gan = load_model(model)
    typer.echo(gan.export(out, format=format.value, **{k: v for k, v in options.items() if v is not None}))


@app.command()
def describe(
    model: Annotated[
        pathlib.Path,
        typer.Argument(help="Run folder, checkpoint, .keras file, SavedModel, .tflite or .onnx file."),
    ],
):
    """Say what a model is: its classes, sizes, inputs and their ranges."""
    existing(model)
    from keras_gan.describe import describe as lines_of

    for line in lines_of(model):
        typer.echo(line)


@app.command()
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
    from keras_gan.stored import load_model

    typer.echo(hub.save(load_model(model), name, licence, hub.card_beside(model)))


@app.command()
def recipes():
    """List the recipes."""
    from rich.console import Console
    from rich.table import Table

    from keras_gan.recipes import RECIPES

    table = Table(box=None)
    for column in ("recipe", "scale", "data", "size", "batch", "steps", "what"):
        table.add_column(column)
    for name, scales in RECIPES.items():
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
