"""Emoji of 64 x 64 pixels from held-out captions, by text -> prior -> decoder.

    taskset -c 0 python benchmarks/text_to_image.py --results text_to_image.jsonl --minutes 55 --pictures pictures

The decoder, a conditional GAN, learns from the 1,730 training emoji in two styles, on the condition of MobileNet's features of
each, whitened; the prior, a GAN of vectors, makes such from MiniLM's vector of a caption. The 176 held-out captions are drawn
four times each. Printed is how often, by the ridge regression of `shared/data/make/judge.py`, an image's own caption is
among the five nearest of the 176 and the other way round: of the images, of the same with the captions shuffled, of the nearest
training image of each, and of the true held-out emoji. Beside it the distance to the nearest training image, of the
generated and of the true ones, by the root mean square of pixels and by the cosine of features: a score that is copied is worth nothing.
"""

import argparse
import json
import os
import pathlib
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from machine import machine
from PIL import Image

import keras_gan

STYLES = ("google", "twitter")


def emoji(folder, captions, stems, style):
    """uint8 images over white of stems in a style."""
    images = []
    for stem in stems:
        about = captions[stem]
        path = folder / about["split"] / style / about["category"] / f"{stem}.png"
        image = Image.open(path).convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        images.append(np.asarray(Image.alpha_composite(white, image).convert("RGB")))
    return np.stack(images)


def decoder_of(size, options):
    """DCGAN's generator, which takes the vector at its start, against DF-GAN's discriminator."""
    generator, _ = keras_gan.networks.dcgan((64, 64, 3), 32, filters=options.filters, condition_dim=size)
    _, discriminator = keras_gan.networks.dfgan((64, 64, 3), size, 32, filters=options.discriminator_filters)
    gan = keras_gan.ConditionalGAN(generator, discriminator, ema_decay=0.998, seed=options.seed)
    gan.compile(
        loss="non_saturating",
        regularizers=[
            keras_gan.regularizers.MismatchedPairs(),
            keras_gan.regularizers.R1Penalty(1.0, interval=4),
        ],
        **{
            f"{player}_optimizer": keras_gan.optimizers.Adam(options.rate, 0.0, 0.99)
            for player in gan.players
        },
    )
    return gan


def prior_of(size, texts, seed):
    prior = keras_gan.ConditionalGAN(
        *keras_gan.networks.mlp(size, 32, (256, 256), condition_dim=texts), ema_decay=0.995, seed=seed
    )
    prior.compile(
        loss="relativistic",
        regularizers=["r1", "r2"],
        **{f"{player}_optimizer": keras_gan.optimizers.Adam(4e-4, 0.0, 0.9) for player in prior.players},
    )
    return prior


class Minutes(keras.callbacks.Callback):
    """Ends a training after so many minutes of CPU time, and says how far it is."""

    def __init__(self, minutes):
        super().__init__()
        self.seconds, self.began, self.said = 60 * minutes, time.process_time(), 0

    def on_train_batch_end(self, batch, logs=None):
        spent = time.process_time() - self.began
        if spent > self.said + 300:
            self.said = spent
            figures = {name: round(float(logs[name]), 3) for name in ("d_loss", "g_loss")}
            print(f"{spent / 60:.0f} min, step {int(self.model.state.step.numpy())}: {figures}", flush=True)
        self.model.stop_training = spent > self.seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--minutes", type=float, default=55, help="CPU minutes of the decoder")
    parser.add_argument("--filters", type=int, default=24)
    parser.add_argument("--discriminator-filters", type=int, default=10)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--size", type=int, default=64, help="components of the images' vectors")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shared", type=pathlib.Path, default=pathlib.Path("../shared"))
    parser.add_argument("--pictures", type=pathlib.Path, help="folder for sheets, and for the decoder")
    options = parser.parse_args()
    sys.path.insert(0, str(options.shared / "data" / "make"))
    import judge

    folder = options.shared / "data" / "emoji"
    captions = json.loads((folder / "captions.json").read_text(encoding="utf-8"))
    table = np.load(folder / "captions_minilm.npz")
    ridge = np.load(folder / "judge_mobilenet_minilm.npz")
    stems, train = table["stem"], table["split"] == "train"
    texts = 20.0 * table["label_tags"].astype("float32")
    images = np.concatenate([emoji(folder, captions, stems[train], style) for style in STYLES])
    true = emoji(folder, captions, stems[~train], "google")
    features = judge.features(images.astype("float32") / 127.5 - 1.0)
    whitening = keras_gan.features.Whitening(options.size).fit(features)
    vectors = whitening(features)
    print(f"{len(images)} training emoji, {len(true)} held out", flush=True)

    keras.utils.set_random_seed(options.seed)
    clock = time.process_time()
    prior = prior_of(options.size, texts.shape[1], options.seed)
    of_texts = np.concatenate([texts[train]] * len(STYLES))
    pairs = keras_gan.data.conditioned(
        vectors, of_texts, noise=0.2, drop=0.1, batch_size=128, seed=options.seed
    )
    prior.fit(
        pairs, epochs=-(-2000 // len(pairs)), verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(2000)]
    )
    prior_seconds = time.process_time() - clock
    print(f"prior: {prior_seconds:.0f} s", flush=True)

    clock = time.process_time()
    decoder = decoder_of(options.size, options)
    data = keras_gan.data.conditioned(
        images, vectors, noise=0.3, batch_size=options.batch_size, seed=options.seed
    )
    decoder.fit(data, epochs=10_000, verbose=0, callbacks=[Minutes(options.minutes)])
    row = {"steps": int(decoder.state.step.numpy()), "prior_cpu_seconds": prior_seconds}
    row |= {"decoder_cpu_seconds": time.process_time() - clock, "seed": options.seed}
    row |= {"filters": options.filters, "rate": options.rate, **machine()}
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
        decoder.save(options.pictures / "decoder.keras")

    # === Held-out captions ===
    held_out, asked = stems[~train], texts[~train]
    order = np.random.default_rng(0).permutation(len(asked))

    def recalls(found, wanted=table["label_tags"][~train]):
        return judge.recalls(found, wanted, ridge)

    def nearest(levels, found):
        """Which training image is nearest by features, the mean cosine to it, and the mean root mean square of pixels."""
        unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (found, features)]
        cosines = unit[0] @ unit[1].T
        flat, others = (x.reshape(len(x), -1).astype("float32") / 127.5 for x in (levels, images))
        squares = (flat**2).sum(1)[:, None] + (others**2).sum(1)[None] - 2.0 * flat @ others.T
        pixels = np.sqrt(np.maximum(squares.min(1), 0.0) / flat.shape[1])
        return cosines.argmax(1), float(cosines.max(1).mean()), float(pixels.mean())

    sets, sheets = {"generated": [], "shuffled": [], "nearest_training": []}, []
    distances, mean_vector = (
        [],
        np.mean([prior.generate(len(asked), seed=s, labels=asked) for s in range(16)], 0),
    )
    for draw in range(4):
        made_of = prior.generate(len(asked), seed=draw, labels=asked)
        made = decoder.generate(len(asked), seed=draw, labels=made_of, batch_size=44)
        found = judge.features(made.astype("float32") / 127.5 - 1.0)
        which, cosine, pixels = nearest(made, found)
        distances.append((cosine, pixels))
        sets["generated"].append(recalls(found))
        sets["shuffled"].append(recalls(found, table["label_tags"][~train][order]))
        sets["nearest_training"].append(recalls(features[which]))
        sheets.append(made)
    true_features = judge.features(true.astype("float32") / 127.5 - 1.0)
    sets["true"] = [recalls(true_features)]
    back = np.linalg.pinv(whitening.components)
    sets["prior_mean_vector"] = [recalls(mean_vector @ back + whitening.mean)]
    for name, found in sets.items():
        row[name] = {key: round(float(np.mean([each[key] for each in found])), 4) for key in found[0]}
        print(f"{name:18}", row[name], flush=True)
    _, cosine, pixels = nearest(true, true_features)
    row["nearest"] = {
        "generated_cosine": float(np.mean([d[0] for d in distances])),
        "generated_pixels": float(np.mean([d[1] for d in distances])),
        "true_cosine": cosine,
        "true_pixels": pixels,
    }
    print(
        "nearest training image",
        {name: round(value, 4) for name, value in row["nearest"].items()},
        flush=True,
    )
    with options.results.open("a") as file:
        file.write(json.dumps(row) + "\n")
    if options.pictures:
        chosen = np.arange(0, len(asked), len(asked) // 16)[:16]
        cells = np.stack([true[chosen], *[made[chosen] for made in sheets]], axis=1)
        names = [captions[stem]["label"][:28] for stem in held_out[chosen]]
        picture = keras_gan.grid.image_grid(
            cells.reshape(-1, 64, 64, 3), 5, "true | four of the caption", row_names=names
        )
        picture.save(options.pictures / "text_to_image.png")


if __name__ == "__main__":
    main()
