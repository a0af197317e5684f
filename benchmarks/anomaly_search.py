"""Scores of digits by f-AnoGAN's encoder and by AnoGAN's search, on one GAN: CPU time an image, and AUROC.

    taskset -c 0 python benchmarks/anomaly_search.py --results anomaly_search.jsonl

One class of MNIST trains a GAN of 32 x 32 pixels, and f-AnoGAN's encoder on it; the others are anomalies (--protocol abnormal: all but
one class, which is the anomaly). The encoder scores 10,000 test digits, the search as many of them as --searched, half of them anomalies;
AUROC is that of these.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from anomalies import cut, fitted
from machine import machine

import keras_gan
from keras_gan.metrics.detection import auroc


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument(
        "--protocol", choices=("normal", "abnormal"), default="normal", help="as in anomalies.py"
    )
    parser.add_argument("--digit", type=int, default=8, help="class that is normal, or abnormal")
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--searched", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data-dir", default="../shared/data/tfds", help="where TFDS has MNIST")
    options = parser.parse_args()
    train, test, anomalous = cut(options.protocol, options.digit, options.data_dir)
    test, anomalous = test[:10_000], anomalous[:10_000]
    # As many anomalies as normal ones among those that are searched.
    chosen = np.concatenate(
        [np.flatnonzero(anomalous == kind)[: options.searched // 2] for kind in (False, True)]
    )
    keras.utils.set_random_seed(options.seed)
    pair = keras_gan.networks.dcgan((32, 32, 1), 32, filters=16, discriminator_normalization="none")
    gan = keras_gan.GAN(*pair, seed=options.seed)
    gan.compile(
        **{f"{player}_optimizer": keras_gan.optimizers.Adam(1e-3, 0.0, 0.99) for player in gan.players},
        regularizers=[keras_gan.regularizers.R1Penalty(1.0, interval=8)],
    )
    fitted(gan, train, options, options.steps)
    encoder = keras_gan.networks.encoder((32, 32, 1), 32, filters=16)
    fast = keras_gan.FAnoGAN(encoder, gan.ema_generator, gan.discriminator, seed=options.seed)
    fast.compile(encoder_optimizer=keras_gan.optimizers.Adam(1e-3, 0.5))
    fitted(fast, train, options, options.steps)
    slow = keras_gan.AnoGAN(gan.ema_generator, gan.discriminator, seed=options.seed)
    found = {}
    for name, detector, images in (("encoder", fast, test), ("search", slow, test[chosen])):
        detector.score(images[:256])
        clock = time.process_time()
        scores = detector.score(images)
        seconds = (time.process_time() - clock) / len(images)
        scores = scores[chosen] if name == "encoder" else scores
        found[name] = {"seconds_an_image": seconds, "auroc": auroc(anomalous[chosen], scores)}
        print(f"{name:8} {1000 * seconds:9.3f} ms an image, AUROC {found[name]['auroc']:.3f}", flush=True)
        with options.results.open("a") as file:
            row = {"by": name, "protocol": options.protocol, "digit": options.digit, **found[name]}
            row |= {"steps": options.steps, "searched": options.searched}
            file.write(json.dumps(row | machine()) + "\n")
    ratio = found["search"]["seconds_an_image"] / found["encoder"]["seconds_an_image"]
    print(f"The encoder is {ratio:.0f} times as fast.")


if __name__ == "__main__":
    main()
