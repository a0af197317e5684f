"""Does the monitor name what is wrong, and keep silent where nothing is?

    python benchmarks/monitor.py --results monitor.jsonl            # all, an hour on 2 cores
    python benchmarks/monitor.py --results monitor.jsonl --run fast-discriminator --seed 1

Runs that are broken on purpose, each with the failure that must be among the first named (a failure brings
others with it, and those of the same look are named together), and ten healthy ones of the recipes
(as many steps as they have, at most 800), which must raise nothing; a confusion table of what was named at all. Runs that the
results file has are not made again. `--cost` measures what looking costs, as a share of training.
"""

import argparse
import contextlib
import json
import os
import pathlib
import time
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers
from machine import machine
from modes import points

import keras_gan
from keras_gan.callbacks import StopAtStep, TrainingMonitor

COLLAPSE = ("Mode collapse", "Modes missing")
HEALTHY = ("dcgan", "lsgan", "wgan", "wgan-gp", "sngan", "dragan", "r1", "r3gan", "cgan", "projection")


def digits(split="train", labels=False, **options):
    return keras_gan.data.load("mnist_5k", splits=split, labels=labels, **options)


def arrays(split):
    images, labels = zip(
        *((x.numpy(), y.numpy()) for x, y in digits(split, True, batch_size=50)), strict=True
    )
    return np.concatenate(images), np.concatenate(labels)


def dcgan(**options):
    return keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=32, **options)


def adam(rate, discriminator_rate=None):
    return {
        "generator_optimizer": keras.optimizers.Adam(rate, 0.5),
        "discriminator_optimizer": keras.optimizers.Adam(discriminator_rate or rate, 0.5),
    }


# === Broken runs: each gives a model, its data, what `fit` takes, what the monitor takes ===


def normalized_critic_on_the_ring(seed):
    inputs = x = layers.Input((2,))
    for _ in range(3):
        x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(layers.Dense(128)(x)))
    generator, _ = keras_gan.networks.mlp(2)
    gan = keras_gan.GAN(generator, keras.Model(inputs, layers.Dense(1)(x)), seed=seed)
    gan.compile(**adam(1e-3))
    return gan, points("ring", 20_000, seed).astype("float32"), {"batch_size": 256}, {"samples": 256}


def fast_discriminator(seed):
    gan = keras_gan.GAN(*dcgan(), seed=seed)
    gan.compile(**adam(2e-4, 2e-2))
    return gan, digits(), {}, {}


def saturating_loss(seed):
    gan = keras_gan.GAN(*dcgan(), seed=seed)
    gan.compile(**adam(1e-4, 1e-3), loss="minimax", discriminator_steps=2)
    return gan, digits(), {}, {}


def generator_rate_of_one(seed):
    gan = keras_gan.GAN(*dcgan(), seed=seed)
    gan.compile(**adam(1.0, 2e-4))
    return gan, digits(), {}, {}


def two_hundred_images(seed):
    images, _ = arrays("train")
    gan = keras_gan.GAN(*dcgan(discriminator_normalization="none"), seed=seed)
    gan.compile(**adam(2e-4))
    chosen = np.random.default_rng(seed).choice(len(images), 200, replace=False)
    return gan, images[chosen], {"batch_size": 50}, {"held_out": arrays("test")[0]}


def class_missing(seed):
    images, labels = arrays("train")
    extractor = keras_gan.metrics.train_extractor((images, labels), verbose=False)
    gan = keras_gan.recipes.build("dcgan", images.shape[1:], seed=seed)
    watched = {"real": images[::9], "classifier": extractor.classifier, "samples": 500}
    return gan, images[labels != 0], {"batch_size": 64}, watched


BROKEN = {
    "normalized-critic-on-ring": (normalized_critic_on_the_ring, COLLAPSE, 3000),
    "fast-discriminator": (fast_discriminator, ("Discriminator too strong",), 800),
    "saturating-loss": (saturating_loss, ("Vanishing generator gradient",), 800),
    "generator-rate-1": (generator_rate_of_one, ("Saturated images", "NaN in training"), 600),
    "200-images": (two_hundred_images, ("Discriminator over-fitting",), 2500),
    "class-missing": (class_missing, ("Class missing",), 1500),
}


# === Runs ===


def watch(gan, data, fit, monitor, steps, every=50):
    monitor = TrainingMonitor(every=every, budget=None, **monitor)
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A NaN is named by the monitor.
        with contextlib.suppress(FloatingPointError):
            gan.fit(data, epochs=10**6, verbose=0, callbacks=[monitor, StopAtStep(steps)], **fit)
    return monitor, time.perf_counter() - start


def run_broken(name, seed):
    make, expected, steps = BROKEN[name]
    keras.utils.set_random_seed(seed)
    monitor, seconds = watch(*make(seed), steps)
    return result(name, seed, "broken", expected, monitor, seconds)


def run_healthy(name, seed):
    keras.utils.set_random_seed(seed)
    chosen = keras_gan.recipes.get(name)
    steps = min(chosen.steps, 800)
    options = {"num_classes": 10} if chosen.labels else {}
    gan = keras_gan.recipes.build(name, (28, 28, 1), seed=seed, steps=steps, **options)
    data, test = digits(("train", "test"), chosen.labels, batch_size=chosen.batch_size)
    images, labels = arrays("train")
    extractor = keras_gan.metrics.train_extractor((images, labels), verbose=False)
    watched = {"classifier": extractor.classifier, "samples": 128}
    monitor, seconds = watch(gan, data, {"validation_data": test, "validation_freq": 10**6}, watched, steps)
    return result(name, seed, "healthy", (), monitor, seconds)


def result(name, seed, kind, expected, monitor, seconds):
    findings = [
        {"name": f.name, "began": f.began, "found": f.found, "evidence": f.evidence} for f in monitor.findings
    ]
    first = [f["name"] for f in findings if f["found"] == findings[0]["found"]]
    right = bool(set(first) & set(expected)) if expected else not findings
    row = {
        "run": name,
        "seed": seed,
        "kind": kind,
        "expected": list(expected),
        "findings": findings,
        "right": right,
    }
    return {**row, "seconds": seconds, "looks": monitor.looks}


def cost(steps=2000):
    """Seconds of looking over seconds of training, with the default budget, after both have compiled."""
    gan = keras_gan.recipes.build("dcgan", (28, 28, 1), seed=0, steps=steps)
    monitor, spent = TrainingMonitor(), []
    look = monitor.look

    def timed():
        start = time.perf_counter()
        found = look()
        spent.append((time.perf_counter() - start, monitor._step(), start))
        return found

    monitor.look = timed
    gan.fit(digits(), epochs=10**6, verbose=0, callbacks=[monitor, StopAtStep(steps)])
    end = time.perf_counter()
    # The first look compiles.
    first = spent[0][2] + spent[0][0]
    share = sum(seconds for seconds, _, _ in spent[1:]) / (end - first)
    print(
        f"{len(spent)} looks in {steps} steps, at {[step for _, step, _ in spent]}; after the first, which compiles, "
        f"they took {share:.2%} of {end - first:.0f} s of training"
    )


def confusion(rows):
    """How many runs of each kind (rows) had each failure named (columns)."""
    names = sorted({f["name"] for row in rows for f in row["findings"]})
    kinds = sorted({" or ".join(row["expected"]) or "healthy" for row in rows})
    print(f"\n{'':36}{'runs':>5}" + "".join(f"{i:>4}" for i in range(1, len(names) + 1)))
    for kind in kinds:
        runs = [row for row in rows if (" or ".join(row["expected"]) or "healthy") == kind]
        counts = [sum(any(f["name"] == name for f in row["findings"]) for row in runs) for name in names]
        print(f"{kind:36}{len(runs):5}" + "".join(f"{count:4}" for count in counts))
    print("  ".join(f"{i} {name}" for i, name in enumerate(names, 1)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, help="file of finished runs (JSON lines)")
    parser.add_argument("--run", action="append", choices=[*BROKEN, *HEALTHY], help="default: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cost", action="store_true", help="measure what looking costs")
    options = parser.parse_args()
    if options.cost:
        return cost()
    if options.results is None:
        parser.error("--results FILE is needed")
    rows = []
    if options.results.exists():
        rows = [json.loads(line) for line in options.results.read_text().splitlines()]
    for name in options.run or [*BROKEN, *HEALTHY]:
        if any((row["run"], row["seed"]) == (name, options.seed) for row in rows):
            continue
        row = (run_broken if name in BROKEN else run_healthy)(name, options.seed)
        keras.backend.clear_session()
        rows.append(row)
        with options.results.open("a") as file:
            file.write(json.dumps(row | machine()) + "\n")
        for finding in row["findings"]:
            print(
                f"{name}: {finding['name']}, since step {finding['began']}: {finding['evidence']}", flush=True
            )
    print(f"\n{'run':27}seed  {'must be named':34}right  named (since step)")
    for row in rows:
        named = ", ".join(f"{f['name']} ({f['began']})" for f in row["findings"]) or "nothing"
        expected = " or ".join(row["expected"]) or "nothing"
        print(f"{row['run']:27}{row['seed']:4}  {expected:34}{'yes' if row['right'] else 'NO':7}{named}")
    confusion(rows)
    right = sum(row["right"] for row in rows)
    print(f"{right} of {len(rows)} right")


if __name__ == "__main__":
    main()
