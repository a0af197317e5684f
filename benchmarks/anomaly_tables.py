"""Anomalies among rows of numbers: f-AnoGAN, BiGAN and a VAE of `networks.mlp` beside PCA, nearest rows and an isolation forest.

    taskset -c 0 python benchmarks/anomaly_tables.py --results anomaly_tables.jsonl

Wisconsin breast cancer of scikit-learn (569 rows of 30 numbers): benign is normal. Its digits (1,797 rows of 64): each class in turn
is left out and is to be found. Half of the normal rows train, scaled to mean 0 and variance 1 by these; the others and all
anomalies are the test. PCA's score is the residual of the components that hold 90% of the variance; "remember" is the distance of an
row's latents to those of the nearest training row. Printed are the means of AUROC and AUPRC over seeds, and of the digits over classes.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from anomalies import nearest
from keras import layers
from machine import machine
from sklearn import datasets, decomposition, ensemble

import keras_gan
from keras_gan.metrics.detection import auprc, auroc


def rows(name, seed):
    """Training rows, test rows and which of those are anomalies, for each class that is one in turn."""
    data = {"breast_cancer": datasets.load_breast_cancer, "digits": datasets.load_digits}[name]()
    for abnormal in (0,) if name == "breast_cancer" else range(10):
        anomalous = data.target == abnormal
        normal = np.random.default_rng(seed).permutation(np.flatnonzero(~anomalous))
        train, others = normal[: len(normal) // 2], normal[len(normal) // 2 :]
        test = np.concatenate([others, np.flatnonzero(anomalous)])
        mean, deviation = data.data[train].mean(0), data.data[train].std(0)
        scaled = ((data.data - mean) / np.where(deviation > 0, deviation, 1.0)).astype("float32")
        yield scaled[train], scaled[test], anomalous[test]


def encoder(size, outputs, normalized=False):
    inputs = keras.Input((size,))
    x = inputs
    for width in (64, 64):
        x = layers.Dense(width)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(layers.BatchNormalization()(x) if normalized else x)
    return keras.Model(inputs, layers.Dense(outputs)(x))


def fitted(model, train, steps, seed):
    data = keras_gan.data.from_arrays(train, batch_size=32, seed=seed)
    stop = keras_gan.callbacks.StopAtStep(steps)
    model.fit(data, epochs=-(-steps // len(data)), verbose=0, callbacks=[stop])
    return model


def scores_of(detector, train, test, steps, seed):
    """By name: anomaly scores of the test rows."""
    keras.utils.set_random_seed(seed)
    size, latents = train.shape[1], 8
    if detector == "pca":
        pca = decomposition.PCA(0.9).fit(train)
        residual = test - pca.inverse_transform(pca.transform(test))
        return {"pca": (residual**2).mean(1), "nearest row": nearest(test, train)}
    if detector == "forest":
        return {
            "isolation forest": -ensemble.IsolationForest(random_state=seed).fit(train).score_samples(test)
        }
    generator, discriminator = keras_gan.networks.mlp(size, latents, (64, 64))
    if detector == "vae":
        vae = keras_gan.VAE(encoder(size, 2 * latents), generator, seed=seed)
        vae.compile()
        fitted(vae, train, steps, seed)
        found = nearest(vae.encode(test)[0], vae.encode(train)[0])
        return {"vae": -vae.elbo(test), "vae, remember": found}
    adam = lambda: keras_gan.optimizers.Adam(5e-4, 0.5)
    if detector == "bigan":
        x, z = keras.Input((size,)), keras.Input((latents,))
        joint = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(64)(layers.Concatenate()([x, z])))
        joint = keras.Model([x, z], layers.Dense(1)(joint))
        model = keras_gan.BiGAN(encoder(size, latents, normalized=True), generator, joint, seed=seed)
        model.compile(**{f"{player}_optimizer": adam() for player in model.players})
    else:
        gan = keras_gan.GAN(generator, discriminator, seed=seed)
        gan.compile(
            **{f"{player}_optimizer": adam() for player in gan.players},
            regularizers=[keras_gan.regularizers.R1Penalty(1.0)],
        )
        fitted(gan, train, steps, seed)
        model = keras_gan.FAnoGAN(encoder(size, latents), gan.ema_generator, gan.discriminator, seed=seed)
        model.compile(encoder_optimizer=keras_gan.optimizers.Adam(1e-3, 0.5))
    fitted(model, train, steps, seed)
    found = {detector: model.score(test)}
    model.remember(train)
    return {**found, f"{detector}, remember": model.score(test)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--datasets", nargs="+", default=["breast_cancer", "digits"])
    parser.add_argument("--detectors", nargs="+", default=["pca", "forest", "vae", "f-anogan", "bigan"])
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    options = parser.parse_args()
    for name in options.datasets:
        found = {}
        for seed in options.seeds:
            for train, test, anomalous in rows(name, seed):
                for detector in options.detectors:
                    clock = time.process_time()
                    scores = scores_of(detector, train, test, options.steps, seed)
                    for called, values in scores.items():
                        pair = auroc(anomalous, values), auprc(anomalous, values)
                        found.setdefault(called, []).append((*pair, time.process_time() - clock))
        for called, values in found.items():
            means = np.mean(values, axis=0)
            row = {"dataset": name, "detector": called, "auroc": means[0], "auprc": means[1]}
            row |= {"steps": options.steps, "seeds": len(options.seeds), "cpu_seconds": means[2]}
            with options.results.open("a") as file:
                file.write(json.dumps(row | machine("scikit-learn")) + "\n")
            print(
                f"{name:14} {called:20} AUROC {means[0]:.3f} AUPRC {means[1]:.3f} {means[2]:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
