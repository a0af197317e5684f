"""Stacked MNIST: how many of 1,000 modes a generator finds, plain and with the cures for collapse.

    python benchmarks/stacked_mnist.py --results stacked.jsonl              # all, an hour on 2 cores
    python benchmarks/stacked_mnist.py --results stacked.jsonl --method gan --steps 3000

Three random digits of MNIST are the channels of an image: 1,000 classes. DCGAN networks at 28x28
with a quarter of the paper's filters. Scored on 26,000 samples of the EMA generator by a
classifier of each channel's digit: modes seen, and the KL divergence of their histogram to the uniform
one (a perfect sampler has about 0.019). The classifier is trained first and its accuracy printed.
A run that the results file has is not made again.
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
from keras_gan import regularizers as r
from keras_gan.schedules import Cosine

PUBLISHED = {
    "DCGAN": (99, 3.40),
    "PacDCGAN2": (1000, 0.06),
    "WGAN-GP": (959, 0.73),
    "RpGAN + R1 + R2": (1000, 0.078),
}
SAMPLES = 26_000


def stack(images, labels, n, seed):
    """n images of three random digits, and their mode in 0 .. 999."""
    rng = np.random.default_rng(seed)
    chosen = rng.integers(len(images), size=(n, 3))
    return images[chosen, :, :, 0].transpose(0, 2, 3, 1), labels[chosen] @ [100, 10, 1]


def adam(rate, beta_1, beta_2):
    return {
        f"{player}_optimizer": keras.optimizers.Adam(rate, beta_1, beta_2)
        for player in ("generator", "discriminator")
    }


# Normalisation is a cure of its own: without it loss and penalties show what they can.
PLAIN = {
    "generator_normalization": "none",
    "discriminator_normalization": "none",
    "kernel_initializer": "he_normal",
}
DCGAN = {
    "generator_normalization": "batch",
    "discriminator_normalization": "batch",
    "kernel_initializer": None,
}


def same(steps):
    """DCGAN's Adam at MNIST's customary rate, for all that is compared."""
    return adam(1e-3, 0.5, 0.999)


def tuned(steps):
    """The optimiser of the recipe `r3gan`: no momentum, a rate that falls."""
    return adam(Cosine(2e-3, 2e-4, steps), 0.0, 0.99)


def relativistic(*gamma):
    value = Cosine(*gamma) if len(gamma) > 1 else gamma[0]
    return {"loss": "relativistic", "regularizers": [r.R1Penalty(value), r.R2Penalty(value)]}


# name: networks' arguments beside `PLAIN`, compile's for so many steps, share of `--steps`
METHODS = {
    "gan": ({}, same, 1.0),
    "pacgan2": ({"packing": 2}, same, 1.0),
    "wgan-gp": (
        {},
        lambda steps: {
            **adam(5e-4, 0.0, 0.9),
            "loss": "wasserstein",
            "regularizers": [r.GradientPenalty(10.0)],
            "discriminator_steps": 2,
        },
        0.5,
    ),
    "r3gan": ({}, lambda steps: {**same(steps), **relativistic(0.5)}, 0.7),
    # What the optimiser and normalisation do by themselves.
    "gan-tuned": ({}, tuned, 1.0),
    "pacgan2-tuned": ({"packing": 2}, tuned, 1.0),
    "r3gan-tuned": ({}, lambda steps: {**tuned(steps), **relativistic(0.5, 0.1, steps)}, 0.7),
    "dcgan": (DCGAN, same, 1.0),
    "gan-adam-defaults": ({}, lambda steps: adam(1e-3, 0.9, 0.999), 1.0),
    "r3gan-adam-defaults": (
        {},
        lambda steps: {**adam(1e-3, 0.9, 0.999), **relativistic(0.5, 0.1, steps)},
        0.7,
    ),
}


def train(name, images, steps, seed):
    keywords, parts, share = METHODS[name]
    keras.utils.set_random_seed(seed)
    keywords = {**PLAIN, **keywords}
    networks = keras_gan.networks.dcgan((28, 28, 3), latent_dim=100, filters=16, **keywords)
    gan = keras_gan.GAN(*networks, ema_decay=0.999, seed=seed)
    steps = int(steps * share)
    gan.compile(**parts(steps))
    start = time.perf_counter()
    gan.fit(
        keras_gan.data.from_arrays(images, batch_size=64),
        steps_per_epoch=max(1, steps // 10),
        epochs=10,
        verbose=0,
        callbacks=[keras_gan.callbacks.Progress(steps)],
    )
    return gan, steps, time.perf_counter() - start


def score(classifier, images):
    """Modes and KL of uint8 images of three digits."""
    digits = []
    for channel in range(3):
        one = images[..., channel : channel + 1].astype("float32") / 127.5 - 1.0
        digits.append(classifier.predict(one, batch_size=512, verbose=0).argmax(1))
    counts = np.bincount(np.stack(digits, axis=1) @ [100, 10, 1], minlength=1000)
    shares = counts[counts > 0] / counts.sum()
    return {"modes": int((counts > 0).sum()), "kl": float((shares * np.log(1000 * shares)).sum())}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--results", type=pathlib.Path, required=True, help="file of finished runs (JSON lines)"
    )
    parser.add_argument("--method", choices=METHODS, action="append", help="default: all")
    parser.add_argument("--steps", type=int, default=4000, help="of the plain GAN; dearer steps are fewer")
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
    train_images, train_labels, test_images, test_labels = mnist(options.data_dir)
    classifier = load_classifier(options.classifier, train_images, train_labels, epochs=6)
    accuracy = classifier.evaluate(test_images, test_labels, verbose=0)[1]
    print(f"classifier accuracy on MNIST test: {accuracy:.4f}")
    stacked, _ = stack(train_images, train_labels, 50_000, seed=0)
    real, _ = stack(test_images, test_labels, SAMPLES, seed=1)
    figures = score(classifier, np.rint((real + 1) * 127.5).astype("uint8"))
    print(f"{'real digits':20} modes={figures['modes']} kl={figures['kl']:.3f}", flush=True)
    for name in options.method or METHODS:
        finished = [
            row
            for row in rows
            if (row["method"], row["seed"], row["asked"]) == (name, options.seed, options.steps)
        ]
        if not finished:
            gan, steps, seconds = train(name, stacked, options.steps, options.seed)
            images = gan.generate(SAMPLES, seed=1, batch_size=500)
            finished = [
                {
                    "method": name,
                    "seed": options.seed,
                    "asked": options.steps,
                    "steps": steps,
                    "seconds": seconds,
                    **score(classifier, images),
                }
            ]
            with options.results.open("a") as file:
                file.write(json.dumps(finished[0] | machine()) + "\n")
            if options.pictures:
                options.pictures.mkdir(parents=True, exist_ok=True)
                keras_gan.grid.image_grid(images[:64], 8).save(
                    options.pictures / f"stacked_{name}_{options.seed}.png"
                )
            keras.backend.clear_session()
        row = finished[0]
        print(
            f"{name:20} modes={row['modes']} kl={row['kl']:.3f} steps={row['steps']} seconds={row['seconds']:.0f}",
            flush=True,
        )
    for name, (modes, kl) in PUBLISHED.items():
        print(f"{name + ' (published)':30} modes={modes} kl={kl}")


if __name__ == "__main__":
    main()
