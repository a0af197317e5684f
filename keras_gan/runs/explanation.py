"""What a run's discriminator depends on, and what its generator's units draw: sheets and tables."""

import csv
import dataclasses
import pathlib

import keras
import numpy as np

from keras_gan import explain
from keras_gan.data.load import read
from keras_gan.explain.concepts import concepts_of
from keras_gan.explain.dissection import masks_of
from keras_gan.explain.saliency import methods_of
from keras_gan.grid import as_colour, image_grid, interleave
from keras_gan.runs.evaluate import Indexed
from keras_gan.runs.forensics import images_of
from keras_gan.runs.load import load_model
from keras_gan.runs.pictures import options_of, pictures_of, range_of


def explain_run(
    path,
    out,
    *,
    images=None,
    count=8,
    concepts=None,
    layer=None,
    classifier=None,
    label=None,
    samples=256,
    data_dir=None,
    seed=0,
    report=print,
):
    """Write which pixels the discriminator depends on, what the generator's units draw, and a class balance.

    Args:
        path: run folder or `.keras` file.
        out: folder to write: `saliency_generated.png`, `saliency_real.png`; `units.csv`, `units.png`; `balance.csv`.
        images: folder of real images. Default: the run's data.
        count: int, number of images on a sheet.
        concepts: names of `explain.concepts`. Default: all that such images can have.
        layer: layer of the generator, as in `explain.dissect`.
        classifier: path of a `.keras` file of a classifier of such images, for the balance.
        label: for a model with a condition: the label of all generated images.
        samples: int, number of images on which units are compared; the balance uses four times as many.
        data_dir: folder of TFDS with the run's data, if it has moved since the run.
        seed: int.
        report: function that takes lines of text.

    Returns:
        list of the paths written.

    Raises:
        ValueError: for a model without a discriminator of images.
    """
    path, out = pathlib.Path(path), pathlib.Path(out)
    if (path / "saved_model.pb").exists():
        raise ValueError(
            f"{path} is a SavedModel, without the discriminator: give the run folder or the `.keras` file."
        )
    gan = load_model(path)
    if not hasattr(gan, "discriminate") or not hasattr(gan, "sample_latents") or len(gan.image_shape) != 3:
        raise ValueError(f"{path} is a {type(gan).__name__}: explained are GANs that make images of latents.")
    network = None if classifier is None else classifier_of(classifier, gan.image_shape)
    wanted = concepts_of(concepts, gan.image_shape[2])
    real, unknown = real_images(
        gan, path, images, 4 * samples if network is not None else count, data_dir, seed, out
    )
    if real is None and network is not None:
        raise ValueError(f"The balance needs real images: {unknown}")
    if real is None:
        report(f"Real images are left out: {unknown}")
    if layer is not None:
        explain.ablate(gan, [0], layer, n=1)  # raises an error for an unknown layer before writing
    written = []

    def save(sheet, name):
        out.mkdir(parents=True, exist_ok=True)
        written.append(out / name)
        sheet.save(written[-1])

    given = gan.labels_of(label, count, seed)
    save(saliency_sheet(gan, gan.generate(count, seed, labels=given), given), "saliency_generated.png")
    if real is not None and not isinstance(gan.discriminator.input_shape, list):
        save(saliency_sheet(gan, real[:count]), "saliency_real.png")
    elif real is not None:
        report("The discriminator takes images with their condition: only generated images are on the sheet.")
    some = gan.generate(min(samples, 64), seed, labels=label)
    present = {
        name: has for name, has in wanted.items() if masks_of({name: has}, some, empty=True)[name].any()
    }
    for name in wanted.keys() - present.keys():
        report(f"No generated image is {name} anywhere.")
    if present:
        found = explain.dissect(gan, present, layer, samples=samples, labels=label, seed=seed)
        written.append(write_units(found, out / "units.csv"))
        save(units_sheet(gan, found, label, seed), "units.png")
    if network is not None:
        made = gan.generate(4 * samples, seed, labels=label)
        names = (
            gan.class_names if gan.class_names and len(gan.class_names) == network.output_shape[-1] else None
        )
        rows = explain.attribute_balance(made, network, real, names=names, samples=4 * samples)
        written.append(out / "balance.csv")
        with written[-1].open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, [field.name for field in dataclasses.fields(rows[0])])
            table.writeheader()
            table.writerows(dataclasses.asdict(row) for row in rows)
        for row in rows:
            low, high = row.difference_interval
            mark = "  differs" if row.differs else ""
            report(
                f"{row.name}: generated {row.generated:.1%}, data {row.data:.1%} ({low:+.1%} to {high:+.1%}){mark}"
            )
    return written


def classifier_of(path, shape):
    """Load a classifier of images of a shape; raise a ValueError if it is not one."""
    path = pathlib.Path(path)
    if path.suffix != ".keras" or not path.exists():
        raise ValueError(f"The classifier must be a `.keras` file. Received: {path}")
    network = keras.saving.load_model(path, compile=False)
    if network.input_shape[1:] != tuple(shape):
        raise ValueError(
            f"{path} takes images of {network.input_shape[1:]}, and the model makes {tuple(shape)}."
        )
    return network


def real_images(gan, path, folder, count, data_dir, seed, out):
    """Return real images (uint8) and None, or None and a sentence that explains why."""
    *size, channels = gan.image_shape
    options = options_of(path)
    if folder is not None:
        files, _ = pictures_of(folder, out)
        chosen = np.random.default_rng(seed).permutation(len(files))[:count]
        found, _, broken = images_of(
            [files[i] for i in np.sort(chosen)], gan.image_shape, gan.value_range or range_of(options)
        )
        if not len(found):
            raise ValueError(f"None of {len(chosen)} images of {folder} can be read, such as: {broken[0]}")
        return found, None
    if not options.get("dataset"):
        return None, "it is not known what the model was trained on; give a folder of images."
    try:
        data_dir = data_dir or options.get("data_dir")
        source = Indexed(
            read(str(options["dataset"]), "train", tuple(size), channels, data_dir=data_dir, on_error="skip")
        )
    except (ValueError, OSError, ImportError) as error:
        return None, f"the run's data cannot be read: {error}"
    chosen = np.random.default_rng(seed).choice(len(source), min(count, len(source)), replace=False)
    return np.asarray(source[np.sort(chosen)]), None


def saliency_sheet(gan, images, labels=None):
    """Draw a sheet: each row has an image and its saliency by each method; red is for real, blue against."""
    shown, methods = [as_colour(images)], methods_of(gan.discriminator)
    for method in methods:
        options = {"labels": labels} if labels is not None else {}
        maps = explain.saliency(gan, images, method, **options)
        shown.append(explain.overlay(images, maps, 0.8))
    return image_grid(interleave(shown), len(shown), " | ".join(["image", *methods]))


def write_units(found, path):
    """Write each unit with the concept that it agrees with most, sorted by agreement."""
    best = found.iou.argmax(axis=1)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["layer", "unit", "concept", "iou", "threshold"])
        for unit in np.argsort(-found.iou.max(axis=1), kind="stable"):
            concept = found.concepts[best[unit]]
            table.writerow(
                [
                    found.layer,
                    unit,
                    concept,
                    f"{found.iou[unit, best[unit]]:.4f}",
                    f"{found.thresholds[unit]:.6g}",
                ]
            )
    return path


def units_sheet(gan, found, label, seed, columns=8):
    """Draw a sheet: images as they are, and without the four units that agree most with each concept."""
    rows, names = [gan.generate(columns, seed, labels=label)], ["as they are"]
    for concept in found.concepts:
        units = [unit for unit, _ in found.ranking(concept, 4)]
        rows.append(explain.ablate(gan, units, found.layer, n=columns, labels=label, seed=seed))
        names.append(f"without 4 units: {concept}")
    return image_grid(as_colour(np.concatenate(rows)), columns, row_names=names)
