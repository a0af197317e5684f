"""BigGAN and `projection` by class on Fashion-MNIST at 32 x 32, and BigGAN's precision and recall along truncation.

    taskset -c 0 python benchmarks/truncation.py --results truncation.jsonl --recipe projection --steps 3000 --batch-size 64
    taskset -c 0 python benchmarks/truncation.py --results truncation.jsonl --recipe biggan --pictures pictures

Both are asked for 1,000 images of each class. Printed for each truncation: the share whose class a classifier finds that was
trained on the real training images, and precision and recall (k = 3) of 5,000 samples against 5,000 test images on that
classifier's 64 features. The same of 5,000 training images stands above, as the bar.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from by_class import classes_of
from digits import frechet, load_classifier
from machine import machine

import keras_gan
from keras_gan.metrics.functional import precision_recall

TRUNCATIONS = (1.0, 0.7, 0.5, 0.3, 0.1)


def fashion(split, data_dir):
    data = keras_gan.data.load(
        "fashion_mnist", splits=split, labels=True, image_size=32, batch_size=500, data_dir=data_dir
    )
    return [np.concatenate(part) for part in zip(*data.as_numpy_iterator(), strict=True)]


def model(recipe, options):
    """The recipe's, with the widths, rate and length asked for."""
    keras.utils.set_random_seed(options.seed)
    if recipe == "projection":
        return keras_gan.recipes.build(
            recipe, (32, 32, 1), seed=options.seed, num_classes=10, steps=options.steps
        )
    pair = keras_gan.networks.biggan(
        (32, 32, 1),
        10,
        latent_dim=64,
        filters=options.filters,
        shared_dim=None,
        hierarchical=False,
        attention=None,
    )
    gan = keras_gan.BigGAN(*pair, num_classes=10, ema_decay=0.995, seed=options.seed)
    adam = {
        f"{player}_optimizer": keras_gan.optimizers.Adam(rate, 0.0, 0.99)
        for player, rate in (("generator", options.rate), ("discriminator", options.discriminator_rate))
    }
    orthogonal = keras_gan.regularizers.OrthogonalPenalty(0.5e-4, embeddings=True)
    gan.compile(**adam, regularizers=[orthogonal], discriminator_steps=options.discriminator_steps)
    return gan


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--recipe", choices=("projection", "biggan"), required=True)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--filters", type=int, default=8)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--discriminator-rate", type=float, default=5e-4)
    parser.add_argument("--discriminator-steps", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data-dir", default="../shared/data/tfds", help="where TFDS has Fashion-MNIST")
    parser.add_argument("--classifier", type=pathlib.Path, help="keep the classifier in this .keras file")
    parser.add_argument("--pictures", type=pathlib.Path, help="folder for sheets of samples")
    options = parser.parse_args()
    images, labels = fashion("train", options.data_dir)
    test_images, test_labels = fashion("test", options.data_dir)
    classifier = load_classifier(options.classifier, images, labels, epochs=6)
    accuracy = classifier.evaluate(test_images, test_labels, verbose=0)[1]
    print(f"classifier accuracy on the test images: {accuracy:.4f}")
    features = keras.Model(classifier.inputs, classifier.get_layer("features").output)

    def features_of(levels):
        return features.predict(levels.astype("float32") / 127.5 - 1.0, batch_size=500, verbose=0)

    def of(made, asked):
        chosen = np.arange(0, len(made), len(made) // 5000)
        found = features_of(made[chosen])
        precision, recall = precision_recall(real, found)
        return {
            "agreement": float((classes_of(classifier, made) == asked).mean()),
            "precision": float(precision),
            "recall": float(recall),
            "frechet": frechet(found, real),
        }

    real = features_of(keras_gan.data.to_uint8(test_images[:5000]).numpy())
    bar = of(keras_gan.data.to_uint8(images[:5000]).numpy(), labels[:5000])
    print("training images", {name: round(value, 3) for name, value in bar.items()}, flush=True)

    gan = model(options.recipe, options)
    data = keras_gan.data.from_arrays(images, labels, batch_size=options.batch_size, seed=options.seed)
    clock, began = time.process_time(), time.perf_counter()
    gan.fit(
        data,
        epochs=-(-options.steps * gan.batches_per_step // len(data)),
        verbose=0,
        callbacks=[
            keras_gan.callbacks.StopAtStep(options.steps),
            keras_gan.callbacks.Progress(options.steps),
        ],
    )
    row = {"recipe": options.recipe, "steps": options.steps, "seed": options.seed, "filters": options.filters}
    row |= {"rate": options.rate, "cpu_seconds": time.process_time() - clock}
    row |= {"seconds": time.perf_counter() - began, **machine()}
    asked = np.repeat(np.arange(10), 1000)
    for truncation in TRUNCATIONS if options.recipe == "biggan" else (1.0,):
        made = gan.generate(10_000, seed=1, labels=asked, truncation=truncation, batch_size=500)
        figures = {"truncation": truncation, **of(made, asked)}
        with options.results.open("a") as file:
            file.write(json.dumps(row | figures) + "\n")
        print(options.recipe, {name: round(value, 3) for name, value in figures.items()}, flush=True)
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
        inputs = gan.grid_inputs(10, 10, seed=0)
        keras_gan.grid.image_grid(gan.images_of(*inputs), 10).save(options.pictures / f"{options.recipe}.png")


if __name__ == "__main__":
    main()
