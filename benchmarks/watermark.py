"""What a watermark costs and survives: of the images of a run's generator.

    keras-gan train --steps 1500 --out run
    taskset -c 0 python benchmarks/watermark.py --results watermark.jsonl --run run

A `Watermark` learns on the run's data, the generator goes on until its images carry the message. Printed are the share of bits read rightly
of 1,000 held-out real images into which the message was embedded, and of 1,000 generated ones, by what happened to them; the share of them
found at a p-value of 1e-4; how often images without the message are taken for its; and the Fréchet distance to the training digits before
and after, on the features of a classifier of digits.
"""

import argparse
import json
import os
import pathlib
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from machine import machine

import keras_gan
from keras_gan.metrics.functional import frechet_distance
from keras_gan.models.watermark import p_value
from keras_gan.runs.load import load_model
from keras_gan.trust import PERTURBATIONS
from keras_gan.watermarking import watermark_run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--run", type=pathlib.Path, required=True, help="run of mnist_5k")
    parser.add_argument("--message", default="10110010111100001010011101001101")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--generator-steps", type=int, default=2500)
    parser.add_argument("--distortion", type=float, default=30.0)
    parser.add_argument("--out", type=pathlib.Path, help="folder for models and sheet")
    options = parser.parse_args()
    out = options.out or pathlib.Path(tempfile.mkdtemp())
    clock = time.process_time()
    watermark_run(
        options.run,
        out,
        options.message,
        steps=options.steps,
        generator_steps=options.generator_steps,
        distortion=options.distortion,
    )
    seconds = time.process_time() - clock
    coder = keras.saving.load_model(out / "watermark.keras")
    marked, gan = keras.saving.load_model(out / "model.keras"), load_model(options.run)
    # The digits of mnist_5k are MNIST's: the last 500 were not trained on.
    train, held_out = keras_gan.data.load("mnist_5k", splits=("train", "test"), labels=True, batch_size=500)
    real = np.concatenate([keras_gan.data.to_uint8(images).numpy() for images, _ in held_out])
    both = {"embedded": coder.embed(real, options.message), "generated": marked.generate(1000, seed=9)}
    bits = coder.bits_of(options.message)
    row = {
        "bits": len(options.message),
        "distortion": options.distortion,
        "steps": options.steps,
        "generator_steps": options.generator_steps,
        "cpu_seconds": seconds,
    }
    row["psnr"] = float(10 * np.log10(255**2 / np.mean((both["embedded"].astype("float32") - real) ** 2)))
    for kind, images in both.items():
        for name, change in PERTURBATIONS.items():
            agree = (coder.decode(change(images)) == bits).sum(axis=1)
            found = (p_value(agree, len(bits)) < 1e-4).mean()
            row[f"{kind}, {name}"] = [round(float(agree.mean() / len(bits)), 4), round(float(found), 4)]
    for kind, images in {"real": real, "before": gan.generate(1000, seed=9)}.items():
        row[f"wrongly, {kind}"] = float((coder.p_values(images, options.message) < 1e-4).mean())
    extractor = keras_gan.features.train_extractor(train, held_out)
    reference = np.concatenate(
        [np.asarray(extractor(keras_gan.data.to_uint8(images).numpy())) for images, _ in train]
    )
    for name, model in (("before", gan), ("after", marked)):
        row[f"distance {name}"] = float(
            frechet_distance(reference, np.asarray(extractor(model.generate(4000, seed=9))))
        )
    with options.results.open("a") as file:
        file.write(json.dumps(row | machine()) + "\n")
    for name, value in row.items():
        print(f"{name:<22} {value}")


if __name__ == "__main__":
    main()
