"""Anomalies among MNIST's digits: GANomaly, f-AnoGAN, BiGAN and a VAE beside PCA.

    taskset -c 0 python benchmarks/anomalies.py --results anomalies.jsonl --protocol normal --classes 8 3
    taskset -c 0 python benchmarks/anomalies.py --results anomalies.jsonl --protocol abnormal --detectors ganomaly

"normal": a detector trains on one class alone, and all other classes of the 10,000 test images are anomalies. "abnormal": one
class is left out of the training, on 80% of all images, and is to be found among the other 20% (as EGBAD and GANomaly were
measured). PCA's score is the residual of 30 or 60 components; "nearest" is the distance of an image's latents to those of the
nearest training image, `Detector.remember`, and "pixels, nearest" that of PCA's components. Printed are AUROC and AUPRC of each class, and the means.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from machine import machine

import keras_gan
from keras_gan.metrics.detection import auprc, auroc

COMPONENTS = {"normal": 30, "abnormal": 60}


def digits(split, data_dir):
    """Images in [-1, 1] of 32 x 32 pixels, and labels."""
    data = keras_gan.data.load(
        "mnist", splits=split, labels=True, image_size=32, batch_size=1000, data_dir=data_dir
    )
    images, labels = zip(*data.stream.whole().as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def cut(protocol, digit, data_dir, seed=0):
    """Training images, test images, and which of those are anomalies."""
    images, labels = digits("train", data_dir)
    test_images, test_labels = digits("test", data_dir)
    if protocol == "normal":
        return images[labels == digit], test_images, test_labels != digit
    images, labels = np.concatenate([images, test_images]), np.concatenate([labels, test_labels])
    order = np.random.default_rng(seed).permutation(len(images))
    train, test = order[: len(order) * 4 // 5], order[len(order) * 4 // 5 :]
    return images[train][labels[train] != digit], images[test], labels[test] == digit


def fitted(model, images, options, steps):
    data = keras_gan.data.from_arrays(images, batch_size=64, seed=options.seed)
    model.fit(
        data,
        epochs=-(-steps * model.batches_per_step // len(data)),
        verbose=0,
        callbacks=[keras_gan.callbacks.StopAtStep(steps)],
    )
    return model


def scores_of(detector, train, test, protocol, options):
    """By name: anomaly scores of the test images."""
    keras.utils.set_random_seed(options.seed)
    if detector == "pca":
        flat, others = (x.reshape(len(x), -1) for x in (train, test))
        mean = flat.mean(0)
        _, vectors = np.linalg.eigh(np.cov((flat - mean).T))
        basis = vectors[:, -COMPONENTS[protocol] :]
        kept, found = (flat - mean) @ basis, (others - mean) @ basis
        residual = ((others - mean - found @ basis.T) ** 2).mean(1)
        return {"pca": residual, "pixels, nearest": nearest(found, kept)}
    if detector == "ganomaly":
        model = keras_gan.GANomaly(
            *keras_gan.networks.ganomaly((32, 32, 1), 64, filters=16), seed=options.seed
        )
        model.compile()
        fitted(model, train, options, options.steps)
        return {
            **both("ganomaly", model, train, test),
            "ganomaly, |x - x'|": model.heatmap(test).mean((1, 2)),
        }
    if detector == "vae":
        model = keras_gan.VAE(*keras_gan.networks.vae((32, 32, 1), 32, filters=16), seed=options.seed)
        model.compile()
        fitted(model, train, options, options.steps)
        found = nearest(model.encode(test)[0], model.encode(train)[0])
        return {"vae": -model.elbo(test), "vae, nearest": found}
    if detector == "bigan":
        generator, _ = keras_gan.networks.dcgan((32, 32, 1), 32, filters=16)
        encoder = keras_gan.networks.encoder((32, 32, 1), 32, filters=16, normalization="batch")
        joint = keras_gan.networks.joint_discriminator((32, 32, 1), 32, filters=16)
        model = keras_gan.BiGAN(encoder, generator, joint, seed=options.seed)
        model.compile(
            **{f"{player}_optimizer": keras_gan.optimizers.Adam(5e-4, 0.5) for player in model.players}
        )
        fitted(model, train, options, options.steps)
        return both("bigan", model, train, test)
    pair = keras_gan.networks.dcgan(
        (32, 32, 1), latent_dim=32, filters=16, discriminator_normalization="none"
    )
    gan = keras_gan.GAN(*pair, seed=options.seed)
    gan.compile(
        **{f"{player}_optimizer": keras_gan.optimizers.Adam(1e-3, 0.0, 0.99) for player in gan.players},
        regularizers=[keras_gan.regularizers.R1Penalty(1.0, interval=8)],
    )
    fitted(gan, train, options, options.steps)
    encoder = keras_gan.networks.encoder((32, 32, 1), 32, filters=16)
    model = keras_gan.FAnoGAN(encoder, gan.ema_generator, gan.discriminator, seed=options.seed)
    model.compile(encoder_optimizer=keras_gan.optimizers.Adam(1e-3, 0.5))
    fitted(model, train, options, options.steps)
    return both("f-anogan", model, train, test)


def both(name, detector, train, test):
    """Scores of a detector, and those by the nearest of the training images."""
    found = {name: detector.score(test)}
    detector.remember(train)
    return {**found, f"{name}, nearest": detector.score(test)}


def nearest(codes, kept):
    """Squared distance of each row to the nearest of others."""
    squares = (kept**2).sum(1)
    parts = np.split(codes, range(500, len(codes), 500))
    return np.concatenate([(part**2).sum(1) + (squares - 2 * part @ kept.T).min(1) for part in parts])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--protocol", choices=tuple(COMPONENTS), default="normal")
    parser.add_argument("--detectors", nargs="+", default=["pca", "vae", "ganomaly", "f-anogan"])
    parser.add_argument("--classes", nargs="+", type=int, default=list(range(10)))
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data-dir", default="../shared/data/tfds", help="where TFDS has MNIST")
    options = parser.parse_args()
    found = {}
    for digit in options.classes:
        train, test, anomalous = cut(options.protocol, digit, options.data_dir)
        for detector in options.detectors:
            clock = time.process_time()
            for name, scores in scores_of(detector, train, test, options.protocol, options).items():
                figures = {"auroc": auroc(anomalous, scores), "auprc": auprc(anomalous, scores)}
                found.setdefault(name, []).append(figures)
                row = {"protocol": options.protocol, "class": digit, "detector": name, **figures}
                row |= {"steps": options.steps, "cpu_seconds": time.process_time() - clock}
                with options.results.open("a") as file:
                    file.write(json.dumps(row | machine()) + "\n")
                print(
                    f"{options.protocol} {digit} {name:20} AUROC {figures['auroc']:.3f} AUPRC {figures['auprc']:.3f} {row['cpu_seconds']:.0f} s",
                    flush=True,
                )
    for name, each in found.items():
        means = [np.mean([figures[key] for figures in each]) for key in ("auroc", "auprc")]
        print(f"{name:20} mean of {len(each)} classes: AUROC {means[0]:.3f} AUPRC {means[1]:.3f}")


if __name__ == "__main__":
    main()
