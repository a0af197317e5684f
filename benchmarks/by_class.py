"""MNIST by class: does a conditional GAN draw the digit that it is asked for?

    python benchmarks/by_class.py --results by_class.jsonl --pictures pictures     # all, 40 minutes on 2 cores
    python benchmarks/by_class.py --results by_class.jsonl --recipe cgan --steps 500

Trains the recipes `cgan`, `acgan`, `projection` and `infogan` on MNIST. The first three are asked for
1,000 images of each class: printed is how often a classifier that never saw the GAN agrees with the
asked label. For InfoGAN, which gets no labels: purity, the share of samples whose class is their
category's most frequent one, and a grid in which the first continuous code runs from -2 to 2.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from digits import load_classifier, mnist
from machine import machine

import keras_gan

RECIPES = ("cgan", "acgan", "projection", "infogan")


def train(recipe, images, labels, steps, seed):
    chosen = keras_gan.recipes.get(recipe)
    classes = 10 if chosen.labels else None
    gan = keras_gan.recipes.build(recipe, (28, 28, 1), seed=seed, num_classes=classes, steps=steps)
    data = keras_gan.data.from_arrays(
        images, labels if classes else None, batch_size=chosen.batch_size, seed=seed
    )
    steps = steps or chosen.steps
    start = time.perf_counter()
    gan.fit(
        data,
        epochs=-(-steps // len(data)),
        verbose=0,
        callbacks=[keras_gan.callbacks.StopAtStep(steps), keras_gan.callbacks.Progress(steps)],
    )
    return gan, steps, time.perf_counter() - start


def classes_of(classifier, images):
    return classifier.predict(images.astype("float32") / 127.5 - 1.0, batch_size=500, verbose=0).argmax(1)


def agreement(gan, classifier):
    asked = np.repeat(np.arange(10), 1000)
    found = classes_of(classifier, gan.generate(10_000, seed=1, labels=asked, batch_size=500))
    return {
        "agreement": float((found == asked).mean()),
        "worst_class": float(min((found == asked)[asked == c].mean() for c in range(10))),
    }


def purity(gan, classifier):
    asked = np.repeat(np.arange(10), 1000)
    found = classes_of(classifier, gan.generate(10_000, seed=1, category=asked, batch_size=500))
    table = np.zeros((10, 10), int)
    np.add.at(table, (asked, found), 1)
    return {
        "purity": float(table.max(1).sum() / table.sum()),
        "classes_named": len(set(table.argmax(1).tolist())),
    }


def draw(gan, recipe, folder):
    folder.mkdir(parents=True, exist_ok=True)
    latents, condition = gan.grid_inputs(10, 10, seed=0)
    keras_gan.grid.image_grid(gan.images_of(latents, condition), 10).save(folder / f"{recipe}.png")
    if recipe == "infogan":
        # Rows: categories. Columns: the first code, all else the same.
        codes = np.zeros((10, gan.codes))
        codes[:, 0] = np.linspace(-2, 2, 10)
        noise = np.repeat(gan.sample_latents(1, 0)[:, : gan.noise_dim], 10, axis=0)
        rows = [gan.images_of(gan.join(noise, np.full(10, c), codes).numpy()) for c in range(10)]
        keras_gan.grid.image_grid(np.concatenate(rows), 10).save(folder / "infogan_code.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--results", type=pathlib.Path, required=True, help="file of finished runs (JSON lines)"
    )
    parser.add_argument("--recipe", choices=RECIPES, action="append", help="default: all")
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data-dir", default="../shared/data/tfds", help="where TFDS has MNIST")
    parser.add_argument("--classifier", type=pathlib.Path, help="keep the classifier in this .keras file")
    parser.add_argument("--pictures", type=pathlib.Path, help="folder for grids of samples")
    options = parser.parse_args()
    rows = (
        [json.loads(text) for text in options.results.read_text().splitlines()]
        if options.results.exists()
        else []
    )
    images, labels, test_images, test_labels = mnist(options.data_dir)
    classifier = load_classifier(options.classifier, images, labels, epochs=6)
    print(
        f"classifier accuracy on MNIST test: {classifier.evaluate(test_images, test_labels, verbose=0)[1]:.4f}"
    )
    for recipe in options.recipe or RECIPES:
        key = (recipe, options.seed, options.steps)
        row = next((r for r in rows if (r["recipe"], r["seed"], r["asked"]) == key), None)
        if row is None:
            gan, steps, seconds = train(recipe, images, labels, options.steps, options.seed)
            figures = purity(gan, classifier) if recipe == "infogan" else agreement(gan, classifier)
            row = {
                "recipe": recipe,
                "seed": options.seed,
                "asked": options.steps,
                "steps": steps,
                "seconds": seconds,
            }
            row |= figures
            with options.results.open("a") as file:
                file.write(json.dumps(row | machine()) + "\n")
            if options.pictures:
                draw(gan, recipe, options.pictures)
            keras.backend.clear_session()
        shown = " ".join(f"{k}={v:.3f}" for k, v in row.items() if isinstance(v, float))
        print(f"{recipe:12} steps={row['steps']} {shown}", flush=True)


if __name__ == "__main__":
    main()
