"""GAN, VAE and VAE-GAN on 4,500 digits, with the same CPU time each.

    python benchmarks/autoencoders.py --results autoencoders.jsonl --pictures pictures      # 25 minutes on one core

Each recipe (dcgan, vae, vae-gan, scale "small") trains for --minutes of CPU time on mnist_5k. Scored are 5,000 samples of the
EMA generator against 5,000 digits of MNIST's test set that it never saw, on the features of a classifier of MNIST: Fréchet
distance, precision, recall (k = 3); and the reconstructions of 500 held-out digits: mean squared error of pixels in [-1, 1],
and sharpness, the root mean square of their gradient as a share of the digits' own.
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
from keras_gan.metrics import functional

RECIPES = ("dcgan", "vae", "vae-gan")


class StopAfter(keras.callbacks.Callback):
    """Ends the training when its CPU time is up; the first step, which compiles, does not count."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds, self.began = seconds, None

    def on_train_batch_end(self, batch, logs=None):
        self.began = self.began or time.process_time()
        self.passed = time.process_time() - self.began
        self.model.stop_training = self.passed >= self.seconds


def gradient_size(images):
    """Root mean square of the difference between neighbouring pixels of uint8 images: a blurred edge has less of it."""
    x = images.astype("float32")
    return float(np.sqrt((np.diff(x, axis=1) ** 2).mean() + (np.diff(x, axis=2) ** 2).mean()))


def run(name, seed, seconds, classifier, real, held_out, pictures):
    chosen = keras_gan.recipes.get(name)
    data = keras_gan.data.load("mnist_5k", splits="train", batch_size=chosen.batch_size, seed=seed)
    model = keras_gan.recipes.build(name, (28, 28, 1), seed=seed)
    stop = StopAfter(seconds)
    model.fit(data, epochs=10_000, verbose=0, callbacks=[stop])
    features = keras.Model(classifier.inputs[0], classifier.get_layer("features").output)

    def of(images):
        return features.predict(images.astype("float32") / 127.5 - 1.0, batch_size=500, verbose=0)

    samples = model.generate(5000, seed=1, batch_size=500)
    theirs, ours = of(real), of(samples)
    figures = {"recipe": name, "seed": seed, "seconds": round(stop.passed), "steps": int(model.state.step)}
    figures["frechet"] = functional.frechet_distance(theirs, ours)
    figures["precision"], figures["recall"] = functional.precision_recall(theirs, ours, k=3)
    rows = [samples[:10]]
    if hasattr(model, "reconstruct"):
        again = model.reconstruct(held_out)
        figures["error"] = float(((again.astype("float32") - held_out) ** 2).mean() / 127.5**2)
        figures["sharpness"] = gradient_size(again) / gradient_size(held_out)
        rows += [held_out[:10], again[:10]]
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        keras_gan.grid.image_grid(np.concatenate(rows), 10).save(pictures / f"{name}-{seed}.png")
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data-dir", default="../shared/data/tfds", help="where TFDS has MNIST")
    parser.add_argument("--classifier", type=pathlib.Path, help=".keras file, made where it lacks")
    parser.add_argument("--recipe", choices=RECIPES, action="append", help="default: all")
    options = parser.parse_args()
    images, labels, real, _ = mnist(options.data_dir)
    classifier = load_classifier(options.classifier, images, labels)
    real = keras_gan.data.to_uint8(real[:5000]).numpy()
    held_out = np.concatenate(
        [
            keras_gan.data.to_uint8(batch).numpy()
            for batch in keras_gan.data.load("mnist_5k", splits="test", batch_size=100)
        ]
    )
    print(machine("keras", "tensorflow"))
    print(f"{'recipe':10}{'steps':>7}{'FID':>8}{'precision':>11}{'recall':>8}{'error':>8}{'sharpness':>11}")
    for name in options.recipe or RECIPES:
        figures = run(name, options.seed, 60 * options.minutes, classifier, real, held_out, options.pictures)
        with options.results.open("a") as file:
            file.write(json.dumps(figures) + "\n")
        other = [f"{figures[key]:.3f}" if key in figures else "-" for key in ("error", "sharpness")]
        print(
            f"{name:10}{figures['steps']:7}{figures['frechet']:8.2f}{figures['precision']:11.3f}"
            f"{figures['recall']:8.3f}{other[0]:>8}{other[1]:>11}",
            flush=True,
        )


if __name__ == "__main__":
    main()
