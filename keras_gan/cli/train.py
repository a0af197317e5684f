"""`keras-gan train`."""

import contextlib
import functools
import importlib.util
import json
import math
import pathlib
import signal
import threading
from typing import Annotated

import typer

from keras_gan.cli.kinds import KINDS, check_folders
from keras_gan.cli.kinds.texts import text_encoder
from keras_gan.cli.options import (
    Monitor,
    Precision,
    Scale,
    model_path,
    names_of,
    value_range_of,
    writable,
)

# Kinds of data that are mirrored at random by default. Others are not: a mirrored digit may be another one.
MIRRORED = ("domains", "low_high", "pairs", "unpaired")
# Kinds of data with vectors of images, which an extractor computes.
VECTORS = ("image_vectors", "text_vectors")
# Kinds of data that are tables.
TABLES = ("rows_by_category", "rows")


def _read_config(context: typer.Context, path: pathlib.Path | None):
    """Use the values of a run's `config.json` as the defaults of all options."""
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
    # The hash of a run's text encoder is computed again.
    values.pop("texts", None)
    known = {parameter.name for parameter in context.command.params}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"--config {path} has options that `train` does not have: {', '.join(unknown)}")
    # Values that a run stores even if the options were not given.
    silent = {"direction": "a2b", "degradation": "bicubic"}
    if values.get("a"):
        values["dataset"] = None
    context.default_map = {
        name: value for name, value in values.items() if value is not None and silent.get(name) != value
    }
    return path


def train(
    context: typer.Context,
    recipe: Annotated[
        str | None,
        typer.Argument(
            help="A name of `keras-gan recipes`. Default: residual-dcgan; for a folder of small colour "
            "images, sprites."
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            help="mnist_5k, folder:PATH, an image data set of TFDS; for recipes of other data table:FILE, "
            "sounds:FOLDER, videos:FOLDER, shapes:FOLDER, series:FILE or sequences:FILE."
        ),
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
        typer.Option(help="Held-out images of domain A. For folders with a split test: --hold-out test."),
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
    captions: Annotated[
        str | None,
        typer.Option(
            help="clip, dfgan, stackgan2 only: .csv, .json or .jsonl file of a folder's captions. Default: "
            ".txt files beside the images, or the names of the class folders."
        ),
    ] = None,
    text_encoder: Annotated[
        str | None, typer.Option(help="dfgan, stackgan2 only: a run of clip, or minilm (all-MiniLM-L6-v2).")
    ] = None,
    attributes: Annotated[
        str | None,
        typer.Option(
            help="stargan only: .csv or .txt file of a folder's attributes, such as CelebA's. Default: the "
            "class folders."
        ),
    ] = None,
    keep_labels: Annotated[
        int | None,
        typer.Option(
            min=1, help="semi-supervised only: number of labels to keep; others are removed. Default: all."
        ),
    ] = None,
    exclude: Annotated[
        str | None, typer.Option(help="Tables and series only: columns to leave out, joined by commas.")
    ] = None,
    kinds: Annotated[
        str | None,
        typer.Option(
            help="ctgan, tvae only: kinds of columns that are not detected correctly, such as "
            "rooms=number,code=category,day=date."
        ),
    ] = None,
    rate: Annotated[
        int | None,
        typer.Option(
            min=1, help="Sound only: samples per second to resample files to. Default: the files' own."
        ),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(help="Videos only: frames per second to resample them to. Default: the files' own."),
    ] = None,
    frames: Annotated[
        int | None,
        typer.Option(
            min=1, help="Videos only: frames per example, default 16; for next-frame input frames, default 4."
        ),
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Sound: samples per example, default 4096, with --scale paper 16384 (hifigan 8192). Series: "
            "times per window, default 24. Texts: words, default those of the longest text.",
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
        int | None, typer.Option(help="1, 3, or 4 to keep transparency. Default: 1 for grey images, else 3.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the data.")] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Generator steps, instead of epochs; schedules have that length."),
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1)] = None,
    loss: Annotated[str | None, typer.Option(help="Loss that replaces the recipe's.")] = None,
    augmentation: Annotated[
        str | None,
        typer.Option(
            help="diffaugment, ada, apa, blur, instance_noise, several joined by commas, or none. Default: "
            "the recipe's."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of weights, data order and latents.")] = 0,
    out: Annotated[pathlib.Path | None, typer.Option(help="Run folder. Default: runs/RECIPE.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue where a run stopped, or start.")] = False,
    precision: Annotated[Precision, typer.Option()] = Precision.float32,
    jit: Annotated[bool | None, typer.Option("--jit/--no-jit", help="XLA. Default: Keras decides.")] = None,
    scale: Annotated[Scale, typer.Option(help="The recipe's size.")] = Scale.small,
    flip: Annotated[
        bool | None,
        typer.Option("--flip/--no-flip", help="Mirror images at random. Default: only for image-to-image."),
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
    post_hoc_ema: Annotated[
        bool,
        typer.Option("--post-hoc-ema", help="Keep snapshots for averages of any length: `keras-gan ema`."),
    ] = False,
    hold_out: Annotated[
        str | None,
        typer.Option(
            help="Split to validate on after each epoch, such as test: for --metrics and over-fitting."
        ),
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            help="Metrics after each epoch, joined by commas: fid, kid, prdc, mind, cmmd, inception_score, "
            "swd, ms_ssim, ppl; for StyleGANs ppl_w, for StyleGAN3 eq_t and eq_r; for image-to-image psnr, "
            "ssim."
        ),
    ] = None,
    extractor: Annotated[str, typer.Option(help="Extractor of the metrics, as in `evaluate`.")] = "inception",
    weights: Annotated[pathlib.Path | None, typer.Option(help="File of the extractor's weights.")] = None,
    monitor: Annotated[
        Monitor, typer.Option(help="What to do when the training goes wrong: collapse, NaN and others.")
    ] = Monitor.warn,
    init_from: Annotated[
        pathlib.Path | None, typer.Option(help="Run or .keras file with the initial weights.")
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
    # All errors in the options are raised before TensorFlow starts.
    from keras_gan.runs.folder import RunFolder

    given = {name: value for name, value in locals().items() if name in context.params}
    if epochs and steps and config:
        # The option given on the command line overrides the one from the file.
        source = context.get_parameter_source("epochs")
        given["steps" if source is not None and source.name != "DEFAULT_MAP" else "epochs"] = None
    given["recipe"] = recipe or _recipe_for(dataset, image_size, channels)
    chosen = _checked(given)
    run = RunFolder(out or pathlib.Path("runs") / given["recipe"])
    configuration = _configuration(chosen, given)
    run.check(configuration, resume)
    writable(run.path, folder=True)
    if chosen.stages:
        _fit_stages(chosen, run, configuration, given)
    else:
        _fit(chosen, run, configuration, given)


def _recipe_for(dataset, image_size, channels):
    """Return the default recipe.

    It is `sprites` for a folder of colour images of at most 64 pixels, else `residual-dcgan`.
    """
    path = pathlib.Path((dataset or "").removeprefix("folder:")).expanduser()
    if not dataset or not path.is_dir() or channels == 1:
        return "residual-dcgan"
    from PIL import Image

    from keras_gan.data.folder import GREY_MODES, list_files, split_folder

    sides, modes = [], []
    try:
        files, *_ = list_files(split_folder(path, "train"), quiet=True)
        # A sample of the files; only their headers are read.
        for file in files[:: max(1, len(files) // 64)]:
            with Image.open(file) as picture:
                sides.append(max(picture.size))
                modes.append(picture.mode)
    except (OSError, ValueError):
        # Errors in the folder are reported when it is loaded.
        return "residual-dcgan"
    if (image_size or max(sides)) > 64 or set(modes) <= {*GREY_MODES}:
        return "residual-dcgan"
    typer.echo("Small images in colour: the recipe sprites. Others by name: `keras-gan train stylegan2 ...`.")
    return "sprites"


def _checked(given):
    """Return the recipe; raise a ValueError for options that are wrong, or do not go together."""
    import keras_gan.recipes
    from keras_gan.metric_names import check_extractor, check_metrics
    from keras_gan.part_names import AUGMENTATIONS, LOSSES, check_name

    name, metrics, extractor = given["recipe"], given["metrics"], given["extractor"]
    chosen = keras_gan.recipes.get(name, given["scale"].value)
    kind = KINDS[chosen.data]
    if given["epochs"] and given["steps"]:
        raise ValueError("Give --epochs or --steps, not both.")
    of_kinds = {option for kind in KINDS.values() for option in kind.options}
    foreign = [
        f"--{option.replace('_', '-')}"
        for option, value in given.items()
        if value and f"--{option.replace('_', '-')}" in of_kinds - set(kind.options)
    ]
    if foreign:
        raise ValueError(f"{name} takes {', '.join(kind.options)}, not {', '.join(foreign)}.")
    if bool(given["test_b"]) != bool(given["test_a"] and given["b"]):
        raise ValueError("--test-a and --test-b go together, as --a and --b do.")
    if chosen.data in ("low_high", "pairs", "unpaired", "next_frames") and extractor == "trained":
        raise ValueError(f"--extractor trained needs classes, and {name}'s data have none: give a network.")
    keras_gan.recipes.check_adversarial(
        name,
        chosen,
        **{f"--{option.replace('_', '-')}": given[option] for option in ("loss", "augmentation", "freeze_d")},
    )
    if chosen.stages and given["post_hoc_ema"]:
        raise ValueError(f"--post-hoc-ema is of one model, and {name} trains several.")
    if chosen.stages and (given["init_from"] or given["freeze_d"]):
        raise ValueError(
            f"--init-from and --freeze-d are of one model: train {' and '.join(chosen.stages.values())} by themselves with them."
        )
    if chosen.data in ("texts", *TABLES, *VECTORS) and metrics:
        makes = "is measured on no held-out images" if chosen.data == "image_vectors" else "makes none"
        raise ValueError(f"--metrics are of generated images, and {name} {makes}: leave it out.")
    if chosen.on_gan and given["init_from"] is None:
        raise ValueError(
            f"{name} is built on a trained GAN: train one, such as `keras-gan train wgan-gp --out runs/gan`, and give it, "
            "--init-from runs/gan."
        )
    if given["loss"] is not None:
        check_name(given["loss"], LOSSES, "--loss")
    for augmentation in _augmentations(given) or ():
        check_name(augmentation, AUGMENTATIONS, "--augmentation")
    if {"ada", "apa"} <= set(_augmentations(given) or ()):
        raise ValueError("Only one augmentation may adapt itself: ada or apa.")
    if given["init_from"] is not None:
        given["init_from"] = model_path(given["init_from"])
    if metrics:
        check_metrics(names_of(metrics))
    if given["test_a"] and given["hold_out"]:
        raise ValueError("Give --hold-out, a split of --a and --b, or --test-a and --test-b, not both.")
    if metrics and not (given["test_a"] or given["hold_out"]):
        raise ValueError(
            "--metrics are of held-out images: give their split, such as --hold-out test"
            + (", or --test-a and --test-b." if kind.from_folders else ".")
        )
    if chosen.dataset.startswith("cycle_gan/") and not (given["a"] or given["b"]):
        given["a"] = chosen.dataset
    if chosen.dataset in ("folder:", "folder:PATH") and not given["dataset"]:
        raise ValueError(f"{name} has no data of its own: give some, --dataset folder:IMAGES.")
    kind.needs(name, given)
    check_extractor(extractor)
    if extractor == "trained" and given["weights"]:
        raise ValueError("--weights does not go with --extractor trained.")
    of_images = chosen.data in VECTORS and given["text_encoder"] == "minilm"
    if not (metrics or of_images) and (extractor != "inception" or given["weights"]):
        also = (
            ", or of --text-encoder minilm"
            if chosen.data in VECTORS
            else ": name some, such as --metrics fid"
        )
        raise ValueError(f"--extractor and --weights are of --metrics{also}.")
    if given["image_size"] and given["image_size"] > 8192:
        raise ValueError(f"--image-size must be at most 8192 pixels. Received: {given['image_size']}")
    check_folders(given)
    value_range_of(given["value_range"])
    return chosen


def _augmentations(given):
    """Return the names of the augmentations, or None if the option is absent or "none"."""
    text = given["augmentation"]
    return None if text in (None, "none") else names_of(text)


def _configuration(chosen, given):
    """Return the options that a run stores: a dict for JSON."""
    kind, dataset, crop = KINDS[chosen.data], given["dataset"], given["crop"]
    is_folder = dataset and (dataset.startswith("folder:") or pathlib.Path(dataset).exists())
    if chosen.data == "low_high" and is_folder and not given["image_size"]:
        # Crops of images at their full size: downscaled, they would lack the details to learn.
        crop = crop or chosen.crop or 48
    names = (
        *("recipe", "data_dir", "channels", "loss", "augmentation", "seed", "jit", "freeze_d", "hold_out"),
        *("a", "b", "test_a", "test_b", "classes_a", "low", "network", "value_range", "metrics"),
        *("captions", "text_encoder", "attributes", "keep_labels", "exclude", "kinds", "rate", "length"),
        *("fps", "frames"),
        *("epochs", "steps", "post_hoc_ema"),
    )
    # Crops are taken from images at their full size.
    own_size = None if chosen.data == "low_high" and crop else chosen.image_size
    return {
        **{name: given[name] for name in names},
        "scale": given["scale"].value,
        "dataset": kind.dataset(given, chosen),
        "image_size": given["image_size"] or own_size,
        "batch_size": given["batch_size"] or chosen.batch_size,
        "precision": given["precision"].value,
        "flip": chosen.data in MIRRORED if given["flip"] is None else given["flip"],
        "init_from": str(given["init_from"]) if given["init_from"] else None,
        "direction": given["direction"] or "a2b",
        "factor": given["factor"] or chosen.factor,
        "crop": crop or chosen.crop,
        "degradation": given["degradation"] or "bicubic",
        "extractor": given["extractor"] if given["metrics"] or chosen.data in VECTORS else None,
        "weights": str(given["weights"]) if given["weights"] else None,
    }


def _fit(chosen, run, config, given):
    """Build, train and export a model into the run's folder; returns the model and its data."""
    import keras

    import keras_gan.recipes
    from keras_gan import callbacks
    from keras_gan.data.batches import unpack
    from keras_gan.metrics.evaluate import named_metrics
    from keras_gan.training.game import Game

    keras.config.set_dtype_policy(config["precision"])
    name, dataset, metrics = config["recipe"], config["dataset"], config["metrics"]
    epochs, steps = config["epochs"], config["steps"]
    batches, held_out = KINDS[chosen.data].load(chosen, config, "skip" if given["skip_bad"] else "raise")
    specs = unpack(batches.element_spec, keys=None)
    shape = tuple(specs["image"].shape[1:])
    of_texts = chosen.data in ("captions", "texts", "text_vectors")
    of_attributes = chosen.data == "domains" and "condition" in specs
    of_table = chosen.data in TABLES
    from_images = "condition" in specs and not (of_texts or of_attributes or of_table)
    source_shape = tuple(specs["condition"].shape[1:]) if from_images else None
    if metrics:
        like_training = {"image_size": shape[:2], "channels": shape[2], "data_dir": config["data_dir"]}
        metrics = named_metrics(
            names_of(metrics), given["extractor"], given["weights"], {"dataset": dataset, **like_training}
        )
    build = functools.partial(
        keras_gan.recipes.build,
        name,
        shape,
        config["scale"],
        seed=config["seed"],
        num_classes=len(batches.class_names)
        if chosen.labels and batches.class_names and not of_attributes
        else None,
        attributes=len(batches.class_names) if of_attributes else None,
        loss=config["loss"],
        augmentation=_augmentations(given) or config["augmentation"],
        jit_compile="auto" if config["jit"] is None else config["jit"],
        init_from=given["init_from"],
        frozen_blocks=config["freeze_d"],
        source_shape=source_shape,
        network=config["network"],
        batch_size=config["batch_size"],
        text_encoder=getattr(batches, "text_encoder", None),
        captions=_distinct(batches.captions) if chosen.data == "captions" else None,
        schema=getattr(batches, "schema", None),
        source=batches if chosen.data in keras_gan.recipes.OF_SOURCE else None,
        metrics=metrics or [],
    )
    gan = build(steps=epochs * len(batches) if epochs else steps)
    if epochs and gan.batches_per_step > 1:
        # A step takes several batches: schedules and stages are made for fewer steps.
        gan = build(steps=max(1, epochs * (len(batches) // gan.batches_per_step)))
    steps_per_epoch = len(batches) // gan.batches_per_step
    if steps_per_epoch == 0:
        raise ValueError(
            f"{dataset} has {len(batches)} batches of {config['batch_size']}, fewer than the "
            f"{gan.batches_per_step} that one step takes. Lower --batch-size."
        )
    total = epochs * steps_per_epoch if epochs else steps or chosen.steps
    checkpoint = callbacks.Checkpoint(run.checkpoints, every_steps=given["save_every"])
    done = checkpoint.latest_step()
    if done > total:
        raise ValueError(f"{run.path} has made {done} steps already, more than the {total} asked for.")
    if done and type(gan).stage_at is not Game.stage_at:
        before = json.loads(run.config.read_text())
        if (before.get("steps"), before.get("epochs")) != (steps, epochs):
            stage = gan.stage_at(done)
            typer.echo(f"The stages are made for {total} steps now: at step {done} it is {stage!r}.")
    if given["post_hoc_ema"] and (not gan.averaged or gan.ema_decay is None):
        raise ValueError(f"--post-hoc-ema: {type(gan).__name__} keeps no moving average.")
    run.prepare(config, given["resume"])
    if source_shape and chosen.data not in VECTORS:
        run.keep_examples((held_out or batches).stream.examples(8))
    progress = callbacks.Progress(total)
    monitor = _monitor(gan, chosen, batches, given["monitor"], run)
    what = "frames" if chosen.data == "next_frames" else gan.modality.name
    typer.echo(f"{name} on {dataset}: {total} steps of {config['batch_size']} {what}, into {run.path}")
    classes = getattr(batches.stream, "class_names", None) or []
    if chosen.data == "images" and not chosen.labels and len(classes) > 1 and dataset.startswith("folder:"):
        typer.echo(f"{name} does not use the {len(classes)} classes; projection and acgan generate by class.")
    # TensorBoard's package writes its logs: an extra.
    logs = importlib.util.find_spec("tensorboard") is not None
    grids = [
        callbacks.SampleGrid(
            run.samples, every_steps=given["sample_every"], tensorboard=run.logs / "samples" if logs else None
        )
    ]
    snapshots = [callbacks.PostHocEMA(run.ema, every_steps=max(1, total // 32))]
    with stopping_safely(checkpoint, run.path, progress):
        gan.fit(
            batches,
            validation_data=held_out,
            epochs=math.ceil(total / steps_per_epoch),
            verbose=0,
            callbacks=[
                *monitor,
                callbacks.StopAtStep(total),
                *(grids if gan.modality.drawable else []),
                *(snapshots if given["post_hoc_ema"] else []),
                callbacks.CSVLogger(run.history),
                *([keras.callbacks.TensorBoard(run.logs, write_graph=False)] if logs else []),
                progress,
                checkpoint,
            ],
        )
    about = {"recipe": name, "dataset": gan.dataset_name, "classes_a": config["classes_a"]}
    gan.export(run.saved_model, metadata=about)
    if of_table:
        from keras_gan.runs.rows import write_rows

        for line in write_rows(run.samples, gan, batches, dataset):
            typer.echo(line)
    _tell(
        run, gan, metrics, "SavedModel" if hasattr(gan, "scored") or chosen.data == "texts" else "Generator"
    )
    return gan, batches


def _fit_stages(chosen, run, config, given):
    """Train each stage in its own folder, and write the combined model into the run's folder."""
    import keras_gan.recipes
    from keras_gan.grid import image_grid
    from keras_gan.runs.folder import RunFolder

    run.prepare(config, given["resume"])
    if given["loss"] or given["augmentation"]:
        typer.echo("--loss and --augmentation are those of the decoder; the prior keeps its own.")
    models = {}
    for argument, name in chosen.stages.items():
        stage = keras_gan.recipes.get(name, config["scale"])
        options = {**given, "recipe": name}
        if stage.data == "text_vectors":
            # These options are for images; the prior keeps its own.
            options |= {"augmentation": None, "loss": None}
        within = RunFolder(run.path / name)
        models[argument], batches = _fit(stage, within, _configuration(stage, options), options)
    model = getattr(keras_gan, chosen.model)(text_encoder(config["text_encoder"]), **models)
    model.save(run.model)
    typer.echo(f"Model:      {run.model}")
    if config["text_encoder"] != "minilm":
        typer.echo(f"SavedModel: {model.export(run.saved_model, metadata={'recipe': config['recipe']})}")
    texts = _distinct(batches.captions, 8)
    run.samples.mkdir(exist_ok=True)
    picture = run.samples / "texts.png"
    image_grid(model.generate(texts, n=8, seed=0), 8, row_names=texts).save(picture)
    typer.echo(f"Samples:    {picture}")


def _distinct(captions, most=1000):
    """Return the different captions of a data set; if they are many, an evenly spaced selection."""
    texts = list(dict.fromkeys(text for of_one in captions for text in of_one))
    return texts[:: -(-len(texts) // most)]


def _monitor(gan, chosen, batches, action, run):
    """Return a list with the monitor; an empty one if it is off or, after a message, has nothing to check."""
    from keras_gan import callbacks

    fewest, without = callbacks.TrainingMonitor.FEWEST, None
    if chosen.data not in (
        "images",
        "some_labels",
        "captions",
        "image_vectors",
        "sounds",
        "spectra",
        "shapes",
        "sequences",
        "videos",
        *TABLES,
    ):
        without = "reads a discriminator of what is made of latents"
    elif not chosen.adversarial and not hasattr(gan, "unit_divergences"):
        without = "reads a discriminator that learns, or a posterior"
    elif batches.stream.size < fewest:
        without = f"needs {fewest} examples"
    if action == Monitor.off:
        return []
    if without:
        typer.echo(f"The monitor {without}: this run goes without it.")
        if not run.monitor.exists():
            run.monitor.write_text(json.dumps({"without": without}) + "\n")
        return []
    return [callbacks.TrainingMonitor(action.value, log=run.monitor)]


def _tell(run, gan, metrics, exported):
    """Print the last metrics, and where the files are."""
    figures = getattr(gan.history, "history", {})
    for name in (name for name in figures if metrics and name.startswith("val_")):
        typer.echo(f"{name:22}{figures[name][-1]:12.5g}")
    typer.echo(f"Run folder: {run.path}")
    typer.echo(f"{exported + ':':11} {run.saved_model}")
    drawn = (path for path in run.samples.glob("*.png") if path.stem not in ("step-000000", "epoch-0000"))
    pictures = sorted(drawn, key=lambda path: path.stat().st_mtime_ns)
    if pictures:
        typer.echo(f"Samples:    {pictures[-1]}")


@contextlib.contextmanager
def stopping_safely(checkpoint, path, progress=None):
    """On Ctrl-C (or SIGTERM), finish the step, save, and print how to resume."""

    def stop(number, frame):
        if checkpoint.save_and_stop:
            # A second Ctrl-C: this one still lets the save finish.
            typer.echo("\nFinishing and saving the step. Ctrl-C again stops now, without saving.", err=True)
            signal.signal(signal.SIGINT, signal.default_int_handler)
        checkpoint.save_and_stop = True

    before = {}
    if threading.current_thread() is threading.main_thread():  # other threads cannot set handlers
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        if progress is not None:
            progress.stop()
        folder = checkpoint.latest()
        typer.echo(f"\nStopped. Saved: {folder or 'nothing yet'}")
        typer.echo(f"Go on with the same command and --resume, run folder {path}.")
        raise typer.Exit(130) from None
    except FloatingPointError:
        if progress is not None:
            progress.stop()
        typer.echo(f"The last good checkpoint: {checkpoint.latest() or 'none yet'}")
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
