"""Does augmentation help a classifier of uneven classes? One class of mnist_5k is cut to 5%; real held-out images decide.

    taskset -c 0 python benchmarks/augmentation.py --results augmentation.jsonl
    taskset -c 0 python benchmarks/augmentation.py --results augmentation.jsonl --emoji ../shared/data/emoji

With --emoji the classes are the nine categories of emoji, 32 x 32 pixels, as uneven as they are, and the rare one is the smallest.

The same small classifier is trained on: nothing else ("nothing"), weights by class, real images again with shifts ("oversampling"),
and the set filled up by `data.augment` with images of a projection GAN with ADA ("gan") or BAGAN ("bagan"). Printed are the recall of
the rare class and the accuracy on 1,000 images that were held out, mean and range over seeds; each seed draws images and weights anew.
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
from semi_supervised import digits

import keras_gan


def emoji(folder):
    """Training images and labels, held-out ones, and the smallest category."""
    found = []
    for split in ("train", "test"):
        data = keras_gan.data.load(
            f"folder:{folder}/{split}/google", labels=True, image_size=32, batch_size=1
        )
        images, labels, _ = keras_gan.data.arrays.arrays_of(data)
        found += [keras_gan.data.from_uint8(images).numpy(), labels.astype("int32")]
    return *found, int(np.bincount(found[1]).argmin())


def uneven(options, seed):
    """Training images and labels of which one class is rare, the held-out ones, and the rare class."""
    if options.emoji:
        return emoji(options.emoji)
    images, labels, test_images, test_labels = digits("mnist_5k", None)
    random = np.random.default_rng(seed)
    own = random.permutation(np.flatnonzero(labels == options.rare))
    gone = own[int(len(own) * options.share) :]
    kept = np.setdiff1d(np.arange(len(labels)), gone)
    return images[kept], labels[kept].astype("int32"), test_images, test_labels, options.rare


def classifier(images, labels, options, seed, shifted=False, weights=None):
    """A function from images to classes, trained so many steps whatever the size of the set."""
    keras.utils.set_random_seed(seed)
    x = inputs = keras.Input(images.shape[1:])
    if shifted:
        # Digits are on black, emoji on white.
        ground = 1.0 if images.shape[-1] == 3 else -1.0
        x = layers.RandomTranslation(0.1, 0.1, fill_mode="constant", fill_value=ground)(x)
    for width in (16, 32):
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    model = keras.Model(inputs, layers.Dense(int(labels.max()) + 1)(x))
    model.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    data = keras_gan.data.from_arrays(images, labels, batch_size=64, seed=seed)
    epochs = -(-options.classifier_steps // len(data))
    for epoch in range(epochs):
        data.stream.start(epoch, 0, data.stream.batches)
        model.fit(data, class_weight=weights, verbose=0)
    return lambda x: model.predict(x, batch_size=500, verbose=0).argmax(1)


def trained(method, images, labels, options, seed):
    recipe, parts = ("bagan", {}) if method == "bagan" else ("projection", {"augmentation": "ada"})
    gan = keras_gan.recipes.build(
        recipe, images.shape[1:], seed=seed, num_classes=int(labels.max()) + 1, steps=options.steps, **parts
    )
    data = keras_gan.data.from_arrays(images, labels, batch_size=64, seed=seed)
    gan.fit(
        data,
        epochs=-(-options.steps // len(data)),
        verbose=0,
        callbacks=[keras_gan.callbacks.StopAtStep(options.steps)],
    )
    return gan


def figures_of(method, options, seed):
    images, labels, test_images, test_labels, rarest = uneven(options, seed)
    weights, shifted = None, method == "oversampling"
    if method == "weights":
        counts = np.bincount(labels)
        weights = dict(enumerate(len(labels) / (len(counts) * counts)))
    elif method == "oversampling":
        random, most = np.random.default_rng(seed), np.bincount(labels).max()
        # All classes as large as the largest.
        again = np.concatenate(
            [
                random.choice(own, most - len(own))
                for own in (np.flatnonzero(labels == label) for label in np.unique(labels))
            ]
        )
        images, labels = np.concatenate([images, images[again]]), np.concatenate([labels, labels[again]])
    elif method in ("gan", "bagan"):
        gan = trained(method, images, labels, options, seed)
        if options.pictures:
            rows = [gan.generate(12, seed=0, labels=label) for label in range(labels.max() + 1)]
            keras_gan.grid.image_grid(np.concatenate(rows), 12).save(
                f"{options.pictures}_{method}_{seed}.png"
            )
        data = keras_gan.data.augment((images, labels), gan, seed=seed)
        images, labels, _ = keras_gan.data.arrays.arrays_of(data)
        images = keras_gan.data.from_uint8(images).numpy()
    classes = classifier(images, labels, options, seed, shifted, weights)(test_images)
    rare = test_labels == rarest
    return {
        "recall": float((classes == test_labels)[rare].mean()),
        "accuracy": float((classes == test_labels).mean()),
        "balanced": float(np.mean([(classes == c)[test_labels == c].mean() for c in np.unique(test_labels)])),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument(
        "--methods", nargs="+", default=["nothing", "weights", "oversampling", "gan", "bagan"]
    )
    parser.add_argument("--rare", type=int, default=8, help="class that is cut")
    parser.add_argument("--emoji", help="folder of emoji, to use them in place of digits")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=1500, help="of the GANs")
    parser.add_argument("--classifier-steps", type=int, default=1000)
    parser.add_argument("--pictures", help="beginning of the names of sheets")
    options = parser.parse_args()
    for method in options.methods:
        found = []
        for seed in options.seeds:
            clock = time.process_time()
            found.append(figures_of(method, options, seed))
            row = {
                "method": method,
                "rare": options.rare,
                "emoji": bool(options.emoji),
                "share": options.share,
                "seed": seed,
                **found[-1],
            }
            row |= {"steps": options.steps, "cpu_seconds": time.process_time() - clock}
            with options.results.open("a") as file:
                file.write(json.dumps(row | machine()) + "\n")
        texts = []
        for name in ("recall", "accuracy", "balanced"):
            values = [figures[name] for figures in found]
            texts.append(f"{name} {np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})")
        print(f"{method:12} {', '.join(texts)}, {row['cpu_seconds']:.0f} s a seed", flush=True)


if __name__ == "__main__":
    main()
