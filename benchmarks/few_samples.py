"""How many images a metric needs until it hardly depends on which: FID, KID, MIND, CMMD.

    python benchmarks/few_samples.py --results benchmarks/results/few_samples.jsonl

Real digits of the test set against images of saved_models/mnist_5k_dcgan, on 64 features of a classifier and on MobileNet's 1,024. Of each
number of images 20 random pairs of subsets are measured: the spread is their standard deviation over their mean, the bias
their mean over that of all 5,000. Printed is the number at which the spread falls to 5%, between two numbers by the logarithms of both,
and the CPU time of one measurement of 1,000 images.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from digits import load_classifier, mnist
from machine import machine
from translation import SHARED, mobilenet

from keras_gan.metrics import functional
from keras_gan.metrics.reference import features_of

NUMBERS, REPEATS, ALL = (50, 100, 200, 500, 1000, 2000), 20, 5000
METRICS = {
    "fid": functional.frechet_distance,
    "kid": lambda a, b: functional.kernel_distance(a, b, 10, max(2, len(a) // 2), seed=0)[0],
    "mind": functional.monge_distance,
    "cmmd": functional.maximum_mean_discrepancy,
}


def features(cache):
    x, y, real, _ = mnist(SHARED / "data/tfds")
    real = np.rint((real[:ALL] + 1) * 127.5).astype("uint8")
    folder = pathlib.Path(__file__).parents[1] / "saved_models/mnist_5k_dcgan"
    sampler = tf.saved_model.load(str(folder))
    made = sampler.sample(ALL, 0).numpy()
    classifier = load_classifier(cache, x, y)
    network = keras.Model(classifier.inputs, classifier.get_layer("features").output)
    of_classifier = [
        network.predict(images / np.float32(127.5) - 1, batch_size=500, verbose=0) for images in (real, made)
    ]
    extractor = mobilenet()
    of_mobilenet = [
        np.concatenate(list(features_of(images, extractor, np.arange(ALL)))) for images in (real, made)
    ]
    return {"classifier": of_classifier, "mobilenet": of_mobilenet}


def measure(name, real, made):
    compute, rng = METRICS[name], np.random.default_rng(0)
    whole, looks = compute(real, made), []
    for n in NUMBERS:
        values = []
        began = time.process_time()
        for _ in range(REPEATS):
            a, b = (x[rng.choice(len(x), n, replace=False)] for x in (real, made))
            values.append(compute(a, b))
        seconds = (time.process_time() - began) / REPEATS
        looks.append(
            {
                "n": n,
                "mean": float(np.mean(values)),
                # Subsets of one set are more alike than sets drawn anew, by this factor.
                "spread": float(np.std(values) / abs(np.mean(values)) / np.sqrt(1 - n / len(real))),
                "seconds": round(seconds, 4),
            }
        )
    return {"metric": name, "value": whole, "looks": looks}


def needed(looks, bar=0.05):
    """The number of images at which the spread falls to the bar, or None."""
    before = None
    for look in looks:
        if look["spread"] <= bar:
            if before is None:
                return look["n"]
            x, y = (np.log([before[key], look[key]]) for key in ("n", "spread"))
            return float(np.exp(np.interp(np.log(bar), y[::-1], x[::-1])))
        before = look
    return None


def table(rows):
    print(
        f"{'features':12}{'metric':7}{'of all':>10}{'spread at 200':>15}{'1000':>7}{'bias at 200':>13}{'1000':>7}{'5% at':>9}{'ms at 1000':>12}"
    )
    for row in rows:
        by = {look["n"]: look for look in row["looks"]}
        count = needed(row["looks"])
        print(
            f"{row['features']:12}{row['metric']:7}{row['value']:10.4g}{by[200]['spread']:15.3f}{by[1000]['spread']:7.3f}"
            f"{by[200]['mean'] / row['value']:13.2f}{by[1000]['mean'] / row['value']:7.2f}"
            f"{'> 2000' if count is None else round(count):>9}{1000 * by[1000]['seconds']:12.0f}"
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--classifier", type=pathlib.Path, help="keep the classifier in this .keras file")
    options = parser.parse_args()
    rows = []
    for name, pair in features(options.classifier).items():
        for metric in METRICS:
            row = {"features": name, **measure(metric, *pair), **machine()}
            rows.append(row)
            with options.results.open("a") as file:
                file.write(json.dumps(row) + "\n")
    table(rows)


if __name__ == "__main__":
    main()
