"""StyleGAN2 on little data: without augmentation, with DiffAugment, with ADA; the same images shown.

    python benchmarks/small_data.py --results small_data.jsonl --pictures made          # six runs of 13 to 35 minutes on one core
    python benchmarks/small_data.py --results small_data.jsonl --images 300 --augmentation ada

Emoji of ../shared/data at 32 x 32 (1,730 of one style, or 300 of them), networks of few channels. At every tenth of the
training: mean logits of images of the training, of held-out ones and of fakes (the gap of the first two is
over-fitting), p, Fréchet distance and recall of the moving average's images, MobileNet's features (../shared/weights, at
128 x 128), against what was not trained on: the other 1,606 emoji, or the 176 of the test split. n is in the row.
Runs that the results file has are not made again; the table, the plot and the samples are of all that it has.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import matplotlib
import numpy as np
from machine import machine
from translation import emoji, mobilenet

import keras_gan
from keras_gan import augmentations, data, networks
from keras_gan.callbacks import StopAtStep
from keras_gan.grid import image_grid
from keras_gan.metrics import functional
from keras_gan.metrics.reference import features_of
from keras_gan.resize import resize

BATCH, LOOKS = 16, 10
SIZES = {"latent_dim": 64, "mapping_layers": 2, "channel_base": 512, "channel_max": 32}
AUGMENTATIONS = {
    "none": lambda shown: None,
    "diffaugment": lambda shown: augmentations.DiffAugment(),
    # From 0 to 1 in a third of the training; 500,000 of 25,000,000 images are the official ones' speed.
    "ada": lambda shown: augmentations.ADA("bgc", images=shown / 3),
}


def small(images):
    return data.to_uint8(resize(data.from_uint8(images), (32, 32))).numpy()


def features(images, extractor):
    return np.concatenate(list(features_of(images, extractor, np.arange(len(images)))))


def run(count, augmentation, shown, seed, extractor):
    emojis, held_out = small(emoji("train", "google")), small(emoji("test", "google"))
    order = np.random.default_rng(0).permutation(len(emojis))
    train = emojis[order[:count]]
    held_out = np.concatenate([emojis[order[count:]], held_out])
    of_held_out = features(held_out, extractor)
    keras.utils.set_random_seed(seed)
    gan = keras_gan.StyleGAN2(
        *networks.stylegan2((32, 32, 3), **SIZES),
        ema_decay=keras_gan.schedules.HalfLife(2000, BATCH, rampup=0.05),
        seed=seed,
    )
    gan.compile(augmentation=AUGMENTATIONS[augmentation](shown))
    batches = data.from_arrays(train, batch_size=BATCH)
    looks, began = [], time.perf_counter()
    for look in range(1, LOOKS + 1):
        history = gan.fit(
            batches, epochs=10**6, verbose=0, callbacks=[StopAtStep(shown * look // LOOKS // BATCH)]
        ).history
        seconds = time.perf_counter() - began
        made = gan.generate(len(held_out), seed=1)
        of_made = features(made, extractor)

        def score(images):
            logits = gan.discriminator.predict(data.from_uint8(images), batch_size=BATCH, verbose=0)
            return float(logits.mean())

        looks.append(
            {
                "shown": BATCH * int(gan.state.generator_step),
                "seconds": round(seconds),
                "train_logit": score(train[: len(held_out)]),
                "held_out_logit": score(held_out[: len(train)]),
                "fake_logit": score(made),
                "p": float(history["augment_p"][-1]) if "augment_p" in history else None,
                "fid_held_out": float(functional.frechet_distance(of_held_out, of_made)),
                "recall": float(functional.precision_recall(of_held_out, of_made)[1]),
            }
        )
        print(count, augmentation, looks[-1], flush=True)
    row = {"images": count, "augmentation": augmentation, "thousands": shown // 1000, "seed": seed}
    return {**row, "n": len(held_out), "looks": looks}, image_grid(gan.generate(64, seed=0), 16, None)


def table(rows):
    print(
        f"{'images':>6} {'augmentation':12} {'shown':>6} {'seconds':>7} {'gap':>6} {'p':>5} {'FID held-out':>12} {'n':>5} {'recall':>6}"
    )
    for row in rows:
        for look in row["looks"]:
            gap = look["train_logit"] - look["held_out_logit"]
            p = "" if look["p"] is None else f"{look['p']:.2f}"
            print(
                f"{row['images']:6} {row['augmentation']:12} {look['shown']:6} {look['seconds']:7} {gap:6.2f} {p:>5} "
                f"{look['fid_held_out']:12.1f} {row['n']:5} {look['recall']:6.3f}"
            )


def plot(rows, path):
    matplotlib.use("Agg")
    from matplotlib import pyplot

    counts = sorted({row["images"] for row in rows}, reverse=True)
    figure, axes = pyplot.subplots(len(counts), 3, figsize=(12, 3.2 * len(counts)), squeeze=False)
    for row_of_axes, count in zip(axes, counts, strict=True):
        for row in (r for r in rows if r["images"] == count):
            # An augmentation has one colour, in whichever order the runs were made.
            colour = f"C{list(AUGMENTATIONS).index(row['augmentation'])}"
            shown = [look["shown"] for look in row["looks"]]
            gap = [look["train_logit"] - look["held_out_logit"] for look in row["looks"]]
            lines = (
                gap,
                [look["fid_held_out"] for look in row["looks"]],
                [look["recall"] for look in row["looks"]],
            )
            for axis, line in zip(row_of_axes, lines, strict=True):
                axis.plot(shown, line, colour, label=row["augmentation"])
        titles = ("logits: training - held-out", "Fréchet distance, held-out", "recall, held-out")
        for axis, title in zip(row_of_axes, titles, strict=True):
            axis.set(title=f"{count} images: {title}", xlabel="images shown")
    axes[0][0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=80)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--images", type=int, action="append", help="Default: 1730 and 300.")
    parser.add_argument("--augmentation", choices=AUGMENTATIONS, action="append", help="Default: all.")
    parser.add_argument("--thousands", type=int, default=250, help="Thousands of images shown. Default 250.")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.results.open()] if options.results.exists() else []
    extractor = mobilenet()
    for count in options.images or (300, 1730):
        for name in options.augmentation or AUGMENTATIONS:
            key = {
                "images": count,
                "augmentation": name,
                "thousands": options.thousands,
                "seed": options.seed,
            }
            if any(key.items() <= row.items() for row in rows):
                continue
            row, picture = run(count, name, 1000 * options.thousands, options.seed, extractor)
            rows.append(row)
            with options.results.open("a") as file:
                file.write(json.dumps(row | machine()) + "\n")
            if options.pictures:
                options.pictures.mkdir(parents=True, exist_ok=True)
                picture.save(options.pictures / f"{count}_{name}.png")
    table(rows)
    if options.pictures and rows:
        options.pictures.mkdir(parents=True, exist_ok=True)
        plot(rows, options.pictures / "small_data.png")


if __name__ == "__main__":
    main()
