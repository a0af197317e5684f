"""StyleGAN3-T on emoji at 32 x 32: does it train, and do its textures move with the picture?

    python benchmarks/stylegan3.py --results stylegan3.jsonl --pictures made     # half an hour on one core

1,730 emoji of ../shared/data, over white, networks of few channels. At each fifth of the training: losses, Fréchet
distance of the moving average's images to the real ones (MobileNet's features at 128 x 128, ../shared/weights; n in the row), and EQ-T:
the PSNR, in dB, of moved pictures to pictures of a moved input. At the end a video of a moving input, and, as a still, one
row of its pixels over time: where textures stick to the pixels, lines in it stay upright, and where they move they lean.
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
from machine import machine
from PIL import Image
from small_data import features, small
from translation import emoji, mobilenet

import keras_gan
from keras_gan import data, latent, metrics, networks
from keras_gan.callbacks import StopAtStep
from keras_gan.grid import image_grid
from keras_gan.metrics import functional

BATCH, LOOKS = 16, 5
SIZES = {"latent_dim": 64, "channel_base": 1024, "channel_max": 32, "synthesis_layers": 6}


def moving(gan, latents, frames=32, reach=0.25):
    """uint8 images of shape (frames, n, 32, 32, 3) of an input that moves to the right."""
    layer, made = gan.ema_generator.get_layer("synthesis").get_layer("input"), []
    for shift in np.linspace(-reach, reach, frames):
        layer.transform.assign([[1, 0, -shift], [0, 1, 0], [0, 0, 1]])
        made.append(gan.images_of(latents))
    layer.transform.assign(np.eye(3))
    return np.stack(made)


def run(steps, seed, pictures):
    extractor, images = mobilenet(), small(emoji("train", "google"))
    real = features(images, extractor)
    keras.utils.set_random_seed(seed)
    gan = keras_gan.StyleGAN3(
        *networks.stylegan3((32, 32, 3), **SIZES),
        ema_decay=keras_gan.schedules.HalfLife(2000, BATCH, rampup=0.05),
        seed=seed,
    )
    gan.compile()
    batches, looks, seconds = data.from_arrays(images, batch_size=BATCH), [], 0.0
    for look in range(1, LOOKS + 1):
        began = time.perf_counter()
        history = gan.fit(
            batches, epochs=10**6, verbose=0, callbacks=[StopAtStep(steps * look // LOOKS)]
        ).history
        seconds += time.perf_counter() - began
        equivariance = metrics.TranslationEquivariance(64)
        equivariance.prepare(gan.image_shape, gan)
        made = gan.generate(len(images), seed=1)
        looks.append(
            {
                "shown": BATCH * int(gan.state.generator_step),
                "seconds": round(seconds),
                "d_loss": history["d_loss"][-1],
                "g_loss": history["g_loss"][-1],
                "largest_loss": max(*np.abs(history["d_loss"]), *np.abs(history["g_loss"])),
                "fid": float(functional.frechet_distance(real, features(made, extractor))),
                "eq_t": equivariance.compute(),
            }
        )
        print(looks[-1], flush=True)
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        image_grid(gan.generate(64, seed=0), 16).save(pictures / "stylegan3.png")
        frames = moving(gan, gan.sample_latents(8, 3))
        latent.save_animation(
            [image_grid(frame, 8) for frame in frames], pictures / "stylegan3_moving.gif", 16
        )
        # A row of pixels of each of four pictures, a line for each frame.
        slices = np.concatenate([frames[:, i, 16] for i in range(4)], axis=1)
        Image.fromarray(slices).resize((slices.shape[1] * 6, slices.shape[0] * 6), 0).save(
            pictures / "stylegan3_rows.png"
        )
    return {"steps": steps, "seed": seed, "n": len(images), "looks": looks}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.results.open()] if options.results.exists() else []
    if not any((row["steps"], row["seed"]) == (options.steps, options.seed) for row in rows):
        rows.append(run(options.steps, options.seed, options.pictures))
        with options.results.open("a") as file:
            file.write(json.dumps(rows[-1] | machine()) + "\n")
    names = ("shown", "seconds", "d_loss", "g_loss", "largest_loss", "fid", "eq_t")
    print(" ".join(f"{name:>12}" for name in names))
    for row in rows:
        for look in row["looks"]:
            print(" ".join(f"{look[name]:12.5g}" for name in names))


if __name__ == "__main__":
    main()
