"""How far detectors of generated images can be relied on: on images of the GAN that they learnt from, of another seed, of other models.

    taskset -c 0 python benchmarks/detection.py --results detection.jsonl --data-dir ../shared/data/tfds

GANs of MNIST are trained: DCGAN networks with the non-saturating loss (seeds 0 and 1), the same with `SpectrumPenalty`, and WGAN-GP. The
detectors learn from 2,000 training digits and 2,000 images of the first (or of the regularised) one; AUROC is on 1,000 test digits against
1,000 images of each, as they are and after JPEG, new sizes, a crop and blur of both.
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
from keras_gan.trust import ResidualDetector, SpectrumDetector, robustness

DETECTORS = {"spectrum": SpectrumDetector, "residual": ResidualDetector}


def digits(split, count, data_dir):
    data = keras_gan.data.load("mnist", splits=split, batch_size=1000, data_dir=data_dir)
    found = []
    for batch in data:
        found.append(keras_gan.data.to_uint8(batch["image"] if isinstance(batch, dict) else batch).numpy())
        if 1000 * len(found) >= count:
            return np.concatenate(found)[:count]


def trained(name, data, steps):
    seed = 1 if name == "other seed" else 0
    keras.utils.set_random_seed(seed)
    networks = keras_gan.networks.dcgan(
        (28, 28, 1), latent_dim=64, filters=32, discriminator_normalization="none"
    )
    gan = (keras_gan.WGANGP if name == "wgan-gp" else keras_gan.GAN)(*networks, seed=seed)
    if name == "wgan-gp":
        gan.compile(discriminator_steps=2)
    else:
        parts = [keras_gan.regularizers.R1Penalty(0.1, interval=4)]
        parts += [keras_gan.regularizers.SpectrumPenalty(0.1)] if name == "spectrum penalty" else []
        gan.compile(regularizers=parts)
    gan.fit(data, epochs=1000, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(steps)])
    return gan


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--data-dir", help="where TFDS has MNIST")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--sheets", type=pathlib.Path, help="folder for a sheet of each model's images")
    options = parser.parse_args()
    real, test = digits("train", 2000, options.data_dir), digits("test", 1000, options.data_dir)
    data = keras_gan.data.load("mnist", batch_size=64, data_dir=options.data_dir)
    names = ("dcgan", "other seed", "spectrum penalty", "wgan-gp")
    made = {}
    for name in names:
        clock = time.process_time()
        gan = trained(name, data, options.steps)
        made[name] = gan.generate(3000, seed=5)
        print(f"{name}: {time.process_time() - clock:.0f} s of CPU", flush=True)
        if options.sheets:
            options.sheets.mkdir(parents=True, exist_ok=True)
            keras_gan.grid.image_grid(made[name][:64], 8).save(
                options.sheets / f"{name.replace(' ', '-')}.png"
            )
    for source in ("dcgan", "spectrum penalty"):
        for detector, kind in DETECTORS.items():
            found = kind().fit(real, made[source][:2000])
            for name in names:
                row = {"detector": detector, "learnt": source, "images": name, "steps": options.steps}
                row["auroc"] = {
                    key: round(v, 4) for key, v in robustness(found, test, made[name][2000:]).items()
                }
                with options.results.open("a") as file:
                    file.write(json.dumps(row | machine("scikit-learn")) + "\n")
                print(f"{detector}, learnt of {source}, on {name}: {row['auroc']}", flush=True)


if __name__ == "__main__":
    main()
