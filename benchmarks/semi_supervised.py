"""Error of classifiers that learn from 100 labels: alone, with augmentation, and as the discriminator of a GAN.

    taskset -c 0 python benchmarks/semi_supervised.py --results semi_supervised.jsonl
    taskset -c 0 python benchmarks/semi_supervised.py --results semi_supervised.jsonl --dataset mnist --steps 6000

All three are the classifier of `networks.semi_supervised` with the same labels; the GAN sees all training images. mnist_5k is cut
into 4,000 images of training and 1,000 of test, MNIST has its own. The augmentation is shifts by up to 10% and turns by up to 10
degrees. Three draws of labels.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers
from machine import machine

import keras_gan


def digits(name, data_dir):
    """Training images and labels, and test images and labels; uint8 of 28 x 28 pixels."""
    if name == "mnist_5k":
        data = keras_gan.data.load("mnist_5k", labels=True, batch_size=1000)
        parts = [tuple(x.numpy() for x in part) for part in data.stream.whole()]
        images, labels = (np.concatenate(x) for x in zip(*parts, strict=True))
        order = np.random.default_rng(0).permutation(len(images))
        images, labels = images[order], labels[order]
        return images[1000:], labels[1000:], images[:1000], labels[:1000]
    found = []
    for split in ("train", "test"):
        data = keras_gan.data.load(name, splits=split, labels=True, batch_size=1000, data_dir=data_dir)
        images, labels = zip(*data.stream.whole().as_numpy_iterator(), strict=True)
        found += [np.concatenate(images), np.concatenate(labels)]
    return found


def networks_of(images, seed):
    keras.utils.set_random_seed(seed)
    return keras_gan.networks.semi_supervised(images.shape[1:], 10, latent_dim=64, filters=16)


def alone(images, labels, options, seed, augmented):
    """The classifier trained on labelled images alone; a function from images to classes."""
    _, classifier = networks_of(images, seed)
    x = inputs = keras.Input(images.shape[1:])
    if augmented:
        # Of values from -1 the ground, in what comes in from outside.
        x = layers.RandomTranslation(0.1, 0.1, fill_mode="constant", fill_value=-1.0)(x)
        x = layers.RandomRotation(10 / 360, fill_mode="constant", fill_value=-1.0)(x)
    model = keras.Model(inputs, classifier(x))
    model.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    known = labels >= 0
    model.fit(images[known], labels[known], batch_size=50, epochs=options.alone_steps // 2, verbose=0)
    return lambda x: classifier.predict(x, batch_size=500, verbose=0).argmax(1)


def with_gan(images, labels, options, seed):
    gan = keras_gan.SemiSupervisedGAN(*networks_of(images, seed), ema_decay=0.998, seed=seed)
    gan.compile(
        **{
            f"{player}_optimizer": keras_gan.optimizers.Adam(options.rate, 0.5)
            for player in ("generator", "discriminator")
        }
    )
    data = keras_gan.data.semi_supervised(images, labels, batch_size=64, seed=seed)
    gan.fit(
        data,
        epochs=-(-options.steps // len(data)),
        verbose=0,
        callbacks=[keras_gan.callbacks.StopAtStep(options.steps)],
    )
    if options.pictures:
        keras_gan.grid.image_grid(gan.generate(64, seed=0)).save(options.pictures)
    return lambda x: gan.classify(x).argmax(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--dataset", choices=("mnist_5k", "mnist"), default="mnist_5k")
    parser.add_argument("--labels", type=int, default=100)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--alone-steps", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--methods", nargs="+", default=["alone", "augmented", "gan"])
    parser.add_argument("--validation", action="store_true", help="choose on 1,000 of the training images")
    parser.add_argument("--pictures", help="file of a sheet of the generator's images")
    parser.add_argument("--data-dir", default="../shared/data/tfds", help="where TFDS has MNIST")
    options = parser.parse_args()
    images, labels, test_images, test_labels = digits(options.dataset, options.data_dir)
    if options.validation:
        images, labels, test_images, test_labels = images[1000:], labels[1000:], images[:1000], labels[:1000]
    found = {}
    for seed in options.seeds:
        few = keras_gan.data.unlabel(labels, options.labels, seed=seed)
        for method in options.methods:
            clock = time.process_time()
            if method == "gan":
                classes = with_gan(images, few, options, seed)
            else:
                classes = alone(images, few, options, seed, method == "augmented")
            error = float((classes(test_images) != test_labels).mean())
            found.setdefault(method, []).append(error)
            row = {"dataset": options.dataset, "labels": options.labels, "method": method, "seed": seed}
            row |= {"error": error, "steps": options.steps, "rate": options.rate}
            row |= {"validation": options.validation, "cpu_seconds": time.process_time() - clock}
            with options.results.open("a") as file:
                file.write(json.dumps(row | machine()) + "\n")
            print(
                f"{options.dataset} {method:10} seed {seed} error {error:.2%} {row['cpu_seconds']:.0f} s",
                flush=True,
            )
    for method, errors in found.items():
        print(f"{method:10} mean {np.mean(errors):.2%}, {min(errors):.2%} to {max(errors):.2%}")


if __name__ == "__main__":
    main()
