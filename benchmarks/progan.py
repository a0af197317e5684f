"""ProGAN on emoji, from 4 x 4 to 32 x 32 in one training: what each stage adds.

    python benchmarks/progan.py --results progan.jsonl --pictures made      # 25 minutes on one core

1,730 emoji of ../shared/data at 32 x 32, over white. At the end of each stage, and where it is half faded in: the Fréchet distance of
the moving average's images, enlarged to 32 x 32, to the real ones (MobileNet's features at 128 x 128,
../shared/weights; n of both in the row). A run that the results file has is not made again.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from machine import machine
from small_data import features, small
from translation import emoji, mobilenet

import keras_gan
from keras_gan import data, networks
from keras_gan.callbacks import StopAtStep
from keras_gan.grid import image_grid
from keras_gan.metrics import functional

BATCH, FILTERS, LATENT_DIM = 16, [96, 96, 48, 24], 96


def run(stage_images, seed, pictures):
    extractor, images = mobilenet(), small(emoji("train", "google"))
    real = features(images, extractor)
    keras.utils.set_random_seed(seed)
    gan = keras_gan.ProGAN(
        *networks.progan((32, 32, 3), LATENT_DIM, filters=FILTERS),
        fade_images=stage_images,
        stable_images=stage_images,
        ema_decay=0.995,
        seed=seed,
    )
    gan.compile()
    batches, looks, seconds = data.from_arrays(images, batch_size=BATCH), [], 0.0
    for part in range(2 * len(FILTERS) - 1):
        for share in (0.5, 1.0) if part % 2 else (1.0,):
            began = time.perf_counter()
            steps = int(stage_images * (part + share)) // BATCH
            history = gan.fit(batches, epochs=10**6, verbose=0, callbacks=[StopAtStep(steps)]).history
            seconds += time.perf_counter() - began
            if part % 2 and share == 1.0:
                continue  # the look comes when the stage ends
            made = gan.generate(len(images), seed=1)
            looks.append(
                {
                    "size": gan.generator.size,
                    "alpha": round(float(gan.generator.alpha.numpy()), 2),
                    "shown": int(gan.state.images_shown),
                    "seconds": round(seconds),
                    "d_loss": history["d_loss"][-1],
                    "fid": float(functional.frechet_distance(real, features(made, extractor))),
                }
            )
            print(looks[-1], flush=True)
            if pictures:
                pictures.mkdir(parents=True, exist_ok=True)
                name = f"progan_{looks[-1]['size']}_{looks[-1]['alpha']}.png"
                image_grid(gan.generate(48, seed=0), 12, f"{looks[-1]['size']} x {looks[-1]['size']}").save(
                    pictures / name
                )
    return {"stage_images": stage_images, "seed": seed, "n": len(images), "filters": FILTERS, "looks": looks}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument(
        "--stage-images", type=int, default=12_000, help="Real images of a stage, and of a fade-in."
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.results.open()] if options.results.exists() else []
    if not any((r["stage_images"], r["seed"]) == (options.stage_images, options.seed) for r in rows):
        rows.append(run(options.stage_images, options.seed, options.pictures))
        with options.results.open("a") as file:
            file.write(json.dumps(rows[-1] | machine()) + "\n")
    print(f"{'size':>4} {'alpha':>5} {'shown':>7} {'seconds':>7} {'FID':>7}")
    for row in rows:
        for look in row["looks"]:
            print(
                f"{look['size']:4} {look['alpha']:5} {look['shown']:7} {look['seconds']:7} {look['fid']:7.1f}"
            )


if __name__ == "__main__":
    main()
