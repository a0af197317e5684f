"""GAN, VAE and VAE-GAN on digits or Fashion-MNIST, with the recipes' own networks and the same CPU time each.

    taskset -c 0 python benchmarks/gan_vae.py --results gan_vae.jsonl --pictures pictures
    taskset -c 0 python benchmarks/gan_vae.py --results gan_vae.jsonl --dataset fashion_mnist
    taskset -c 0 python benchmarks/gan_vae.py --results gan_vae.jsonl --dataset mnist_5k --minutes 5

Each recipe (dcgan, vae, vae-gan, scale "small") trains for --minutes of CPU time on the training images (mnist_5k is scored by MNIST's classifier on MNIST's test images). Scored are 5,000 samples
of the EMA generator against 5,000 test images that it never saw, on the features of a classifier of the training images: Fréchet
distance, precision, recall (k = 3), and the perceptual path length, how evenly images change on a way between two latents; the sliced
Wasserstein distance of the finest scale, times 1000; of 500 test images that are encoded and made again the mean squared error of pixels
in [-1, 1], and sharpness, the root mean square of their gradient as a share of the images' own (of samples, "sample_sharpness"); and the VAE's bound in nats.
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
from keras_gan.data import mnist_5k
from keras_gan.metrics import functional

RECIPES = ("dcgan", "vae", "vae-gan")
COLUMNS = (
    "frechet",
    "precision",
    "recall",
    "swd",
    "path_length",
    "sample_sharpness",
    "error",
    "sharpness",
    "bound",
)


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


def run(name, seed, seconds, classifier, images, real, held_out, pictures):
    chosen = keras_gan.recipes.get(name)
    data = keras_gan.data.from_arrays(images, batch_size=chosen.batch_size, seed=seed)
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
    finest = keras_gan.metrics.SlicedWasserstein()
    finest.prepare((28, 28, 1), model)
    finest.update_state(real[:2048], samples[:2048])
    figures["swd"] = finest.result()["swd_28"]
    smoothness = keras_gan.metrics.PerceptualPathLength(
        keras_gan.metrics.Extractor(features), num_samples=500
    )
    smoothness.prepare((28, 28, 1), model)
    figures["path_length"] = float(smoothness.result())
    figures["parameters"] = model.generator.count_params()
    if hasattr(model, "elbo"):
        figures["bound"] = float(model.elbo(held_out).mean())
    figures["sample_sharpness"] = gradient_size(samples) / gradient_size(real)
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
    parser.add_argument("--dataset", choices=("mnist", "mnist_5k", "fashion_mnist"), default="mnist")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--data-dir", default="../shared/data/tfds", help="where TFDS has MNIST")
    parser.add_argument("--classifier", type=pathlib.Path, help=".keras file, made where it lacks")
    parser.add_argument("--recipe", choices=RECIPES, action="append", help="default: all")
    options = parser.parse_args()
    images, labels, real, _ = mnist(options.data_dir, options.dataset.removesuffix("_5k"))
    classifier = load_classifier(options.classifier, images, labels)
    images = mnist_5k.digits()[0] if options.dataset == "mnist_5k" else images
    real = keras_gan.data.to_uint8(real).numpy()
    held_out, real = real[5000:5500], real[:5000]
    print(machine())
    print(f"{'recipe':10}{'steps':>7}" + "".join(f"{column:>17}" for column in COLUMNS))
    for name in options.recipe or RECIPES:
        for seed in options.seeds:
            figures = run(
                name, seed, 60 * options.minutes, classifier, images, real, held_out, options.pictures
            )
            figures |= {"dataset": options.dataset, **machine()}
            with options.results.open("a") as file:
                file.write(json.dumps(figures) + "\n")
            cells = [f"{figures[column]:.3f}" if column in figures else "-" for column in COLUMNS]
            print(f"{name:10}{figures['steps']:7}" + "".join(f"{cell:>17}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
