"""Class folders of real images and generated ones."""

import csv
import pathlib
import re

import numpy as np

from keras_gan import provenance
from keras_gan.data.augment import check_classes, filled_up
from keras_gan.data.images import to_picture
from keras_gan.data.load import read
from keras_gan.runs.generator import Generator
from keras_gan.runs.pictures import options_of


def augment_folder(
    path,
    out,
    *,
    dataset=None,
    split="train",
    data_dir=None,
    value_range=None,
    per_class=None,
    mix=1.0,
    truncation=1.0,
    seed=0,
    report=print,
):
    """Write class folders of equal size, filled up with generated images, and `manifest.csv`.

    `manifest.csv` contains which images are generated.

    Args:
        path: run folder, `.keras` file or SavedModel of a model of classes.
        out: folder to write, new or empty.
        dataset: real images, as `keras_gan.data.load` takes them. Default: those of the run.
        split, data_dir: as in `keras_gan.data.load`.
        value_range: (low, high), as in `keras_gan.data.load`. Default: for a folder that of the model, so that
            real and generated images have the same units.
        per_class, mix, truncation, seed: as in `keras_gan.data.augment`.
        report: function that takes lines of text.

    Returns:
        (number of real images, number of generated images) written.
    """
    out = pathlib.Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{out} is not empty: give the name of a new folder.")
    options = options_of(path)
    if dataset in (None, options.get("dataset")):
        data_dir = data_dir or options.get("data_dir")
    dataset = dataset or options.get("dataset")
    if not dataset:
        raise ValueError(f"{path} does not contain which data it was trained on: give --dataset.")
    generator = Generator(path)
    if not generator.num_classes:
        raise ValueError(
            f"{path} has no classes: train a model that has, such as `keras-gan train projection` or `bagan`."
        )
    if value_range is None and dataset.startswith("folder:"):
        value_range = generator.value_range
    height, width, channels = generator.sample(1, seed, truncation, 0).shape[1:]
    source = read(
        dataset,
        split,
        (height, width),
        channels,
        labels=True,
        data_dir=data_dir,
        value_range=value_range,
    )
    check_classes(generator.class_names, source.class_names, dataset)
    labels = np.asarray(source.labels)
    names = source.class_names or generator.class_names or [str(i) for i in range(generator.num_classes)]
    images, labels, generated = filled_up(
        np.asarray(source.images[np.arange(len(labels))]),
        labels,
        lambda n, label, seed: generator.sample(n, seed, truncation, label),
        generator.num_classes,
        per_class=per_class,
        mix=mix,
        seed=seed,
        names=names,
    )
    # Names such as "T-shirt/top" contain a slash.
    folders = [re.sub(r"[/\\]", "_", name) for name in names]
    for name in folders:
        (out / name).mkdir(parents=True, exist_ok=True)
    about = generator.about(seed=seed, truncation=truncation)
    with (out / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "label", "class", "generated"])
        for i, (image, label, made) in enumerate(zip(images, labels, generated, strict=True)):
            name = f"{folders[label]}/{'generated' if made else 'real'}_{i:06d}.png"
            provenance.save(to_picture(image), out / name, about if made else None)
            rows.writerow([name, label, names[label], int(made)])
            if (i + 1) % 1000 == 0:
                report(f"{i + 1} of {len(images)} images")
    return int((~generated).sum()), int(generated.sum())
