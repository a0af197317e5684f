"""Recipes against each other on MNIST and Fashion-MNIST, with the same time each.

    python benchmarks/mnist_table.py --results mnist_table.jsonl            # all, an hour and a half on 2 cores
    python benchmarks/mnist_table.py --results mnist_table.jsonl --data mnist --recipe wgan-gp --seed 0

Each recipe (scale "small", DCGAN networks of 32 filters, or residual ones of about as many weights)
trains for --minutes on the training set. 10,000 images of the EMA generator are scored against the test set's on
the features of a small classifier that is trained on the training set: Fréchet distance,
precision, recall, coverage, the classifier's score, classes seen. Runs that the results file has
are not made again. Published orderings stand beside the table.
"""

import argparse
import json
import os
import pathlib
import statistics
import time
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from machine import machine

import keras_gan
from keras_gan.data.load import read
from keras_gan.metrics import functional
from keras_gan.metrics.reference import features_of

DATA = ("mnist", "fashion_mnist")
RECIPES = ("dcgan", "lsgan", "wgan", "wgan-gp", "r1", "r3gan", "sngan")
# Lucic et al. 2018, Inception FID, the best of a search each.
PUBLISHED = {
    "mnist": {"NS GAN": 6.8, "LSGAN": 7.8, "WGAN": 6.7, "WGAN-GP": 20.3, "DRAGAN": 7.6},
    "fashion_mnist": {"NS GAN": 26.5, "LSGAN": 30.7, "WGAN": 21.5, "WGAN-GP": 24.5, "DRAGAN": 27.7},
}
SAMPLES = 10_000


class StopAfter(keras.callbacks.Callback):
    """Ends the training when its time is up; the first step, which compiles, does not count."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds, self.began, self.steps = seconds, None, 0

    def on_train_batch_end(self, batch, logs=None):
        if self.began is None:
            self.began = time.perf_counter()
            return
        self.steps += 1
        self.passed = time.perf_counter() - self.began
        self.model.stop_training = self.passed >= self.seconds


def train(recipe, data, data_dir, seed, seconds):
    chosen = keras_gan.recipes.get(recipe)
    batches = keras_gan.data.load(
        data, image_size=chosen.image_size, batch_size=chosen.batch_size, data_dir=data_dir, seed=seed
    )
    shape = tuple(batches.element_spec.shape[1:])
    gan = keras_gan.recipes.build(recipe, shape, seed=seed)
    clock = StopAfter(seconds)
    gan.fit(batches, epochs=10**6, verbose=0, callbacks=[clock])
    parameters = [network.count_params() for network in (gan.generator, gan.discriminator)]
    return gan, {
        "steps": clock.steps,
        "ms_per_step": 1e3 * clock.passed / clock.steps,
        "seconds": clock.passed,
        "parameters": parameters,
    }


def score(gan, extractor, test_images):
    images = gan.generate(SAMPLES, seed=1, batch_size=250)
    real, fake = (np.concatenate(list(features_of(x, extractor))) for x in (test_images, images))
    logits = np.concatenate(list(features_of(images, extractor.classifier)))
    p = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
    modes, divergence = functional.mode_coverage(logits.argmax(1), p.shape[1])
    figures = functional.prdc(real, fake, 5)
    return images, {
        "fid": functional.frechet_distance(real, fake),
        **figures,
        "score": functional.inception_score(p, splits=10)[0],
        "modes": modes,
        "modes_kl": divergence,
    }


def table(rows):
    columns = ("fid", "precision", "recall", "density", "coverage", "score", "modes", "ms_per_step", "steps")
    for data in DATA:
        if not any(row["data"] == data for row in rows):
            continue
        print(f"\n{data}: mean (spread) over seeds")
        print(f"{'':10}" + "".join(f"{name:>16}" for name in columns) + f"{'seeds':>7}")
        for recipe in RECIPES:
            runs = [row for row in rows if (row["data"], row["recipe"]) == (data, recipe)]
            if not runs:
                continue
            cells = []
            for name in columns:
                values = [row[name] for row in runs]
                spread = f" ({max(values) - min(values):.2g})" if len(values) > 1 else ""
                cells.append(f"{statistics.mean(values):.4g}{spread}")
            print(f"{recipe:10}" + "".join(f"{cell:>16}" for cell in cells) + f"{len(runs):7}")
        published = sorted(PUBLISHED[data].items(), key=lambda item: item[1])
        print("published FID, best first: " + ", ".join(f"{name} {value}" for name, value in published))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--results", type=pathlib.Path, required=True, help="file of finished runs (JSON lines)"
    )
    parser.add_argument("--data", choices=DATA, action="append", help="default: both")
    parser.add_argument("--recipe", choices=RECIPES, action="append", help="default: all")
    parser.add_argument("--seed", type=int, action="append", help="default: 0 and 1")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--data-dir", default="../shared/data/tfds", help="where TFDS has the data")
    parser.add_argument("--pictures", type=pathlib.Path, help="folder for grids of samples")
    options = parser.parse_args()
    rows = []
    if options.results.exists():
        rows = [json.loads(line) for line in options.results.read_text().splitlines()]
    for data in options.data or DATA:
        train_set, test = (
            read(data, split, labels=True, data_dir=options.data_dir) for split in ("train", "test")
        )
        pair = [(source.images / np.float32(127.5) - 1, source.labels) for source in (train_set, test)]
        extractor = keras_gan.metrics.train_extractor(*pair)
        for seed in options.seed if options.seed is not None else (0, 1):
            for recipe in options.recipe or RECIPES:
                key = {"data": data, "recipe": recipe, "seed": seed, "minutes": options.minutes}
                if any(key.items() <= row.items() for row in rows):
                    continue
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    gan, cost = train(recipe, data, options.data_dir, seed, 60 * options.minutes)
                images, figures = score(gan, extractor, test.images)
                row = {
                    **key,
                    **cost,
                    **figures,
                    "extractor": extractor.sha256,
                    "accuracy": extractor.accuracy,
                }
                rows.append(row)
                with options.results.open("a") as file:
                    file.write(json.dumps(row | machine()) + "\n")
                if options.pictures:
                    options.pictures.mkdir(parents=True, exist_ok=True)
                    picture = keras_gan.grid.image_grid(images[:64], 8, f"{recipe}, fid {row['fid']:.2f}")
                    picture.save(options.pictures / f"{data}_{recipe}_{seed}.png")
                print(f"{data} {recipe} seed {seed}: fid={row['fid']:.3f} steps={row['steps']}", flush=True)
                keras.backend.clear_session()
    table(rows)


if __name__ == "__main__":
    main()
