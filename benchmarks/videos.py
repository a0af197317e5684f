"""Videos: the direction of moving digits by class, clips by category, and the next frame of bouncing digits.

    taskset -c 0 python benchmarks/videos.py --results videos.jsonl digits --minutes 20 --out videos
    taskset -c 0 python benchmarks/videos.py --results videos.jsonl clips --data ../shared/data/movies16/clips.npz --minutes 30 --out videos
    taskset -c 0 python benchmarks/videos.py --results videos.jsonl next-frame --minutes 10 --out videos

"digits": MoCoGAN learns digits that move in four directions, the class; the direction of a generated video is that of a line through its centroids. "clips":
animated emoji by category; Fréchet distance and agreement on a small network over space and time that learnt the categories from the training clips, average
content distance on its mean colours. "next-frame": PSNR in dB by how many frames ahead, beside the last frame that is given and linear extrapolation, on digits
that nothing was trained on.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from machine import machine
from sound import until


def train(gan, data, options, score):
    """Train for so many minutes, with a row of figures every few."""
    curve, began = [], time.process_time()
    while time.process_time() - began < 60 * options.minutes:
        left = options.minutes - (time.process_time() - began) / 60
        gan.fit(data, epochs=100_000, verbose=0, callbacks=[until(min(options.every, left))])
        minutes = round((time.process_time() - began) / 60, 1)
        curve.append({"minutes": minutes, "steps": int(gan.state.step.numpy()), **score()})
        print({k: round(v, 4) if isinstance(v, float) else v for k, v in curve[-1].items()}, flush=True)
    return curve


def show(gan, videos, name, options):
    if options.out:
        folder = pathlib.Path(options.out)
        folder.mkdir(parents=True, exist_ok=True)
        modality = gan.modality if hasattr(gan, "fps") else None
        import keras_gan

        modality = modality or keras_gan.modalities.Video(10, videos.shape[1:])
        modality.write_many(folder / f"{name}.gif", videos)
        keras_gan.grid.image_grid(modality.to_pictures(videos[:16], frames=8), 2).save(folder / f"{name}.png")
        gan.save(folder / f"{name}.keras")


# === Moving digits ===


def directions(videos):
    """Which of left, right, up and down, and the speed in pixels a frame, of a line through the centroids of what is bright."""
    weights = np.maximum(videos.astype("float64").mean(-1) - 40, 0)
    total = weights.sum((2, 3)) + 1e-9
    y = (weights * np.arange(weights.shape[2])[:, None]).sum((2, 3)) / total
    x = (weights * np.arange(weights.shape[3])).sum((2, 3)) / total
    dy, dx = (np.polyfit(np.arange(y.shape[1]), places.T, 1)[0] for places in (y, x))
    found = np.where(np.abs(dx) > np.abs(dy), np.where(dx < 0, 0, 1), np.where(dy < 0, 2, 3))
    return found, np.hypot(dx, dy)


def digits(options):
    import keras_gan
    from keras_gan import recipes

    videos, labels, names = keras_gan.data.moving_digits(2000)
    assert (directions(videos)[0] == labels).all()
    data = keras_gan.data.videos(videos, labels, batch_size=16, class_names=names, seed=options.seed)
    gan = recipes.build("conditional-mocogan", (16, 32, 32, 1), seed=options.seed, num_classes=4, source=data)
    asked = np.arange(400) % 4

    def score():
        found, speed = directions(gan.generate(400, seed=1, labels=asked))
        right = found == asked
        return {
            "right": float(right.mean()),
            "speed": float(np.median(speed)),
            **{f"right_{name}": float(right[asked == i].mean()) for i, name in enumerate(names)},
        }

    curve = train(gan, data, options, score)
    show(gan, gan.generate(32, seed=2, labels=np.arange(32) % 4), "digits", options)
    return {"what": "digits", **curve[-1], "curve": curve}


# === Clips ===


def clips(options):
    import keras_gan
    from keras_gan import metrics, recipes

    z = np.load(options.data)
    of_all = np.array([str(name) for name in z["train_category"]])
    counts = {name: int((of_all == name).sum()) for name in np.unique(of_all)}
    names = [name for name, count in counts.items() if count >= options.fewest]
    print(counts, "of which", names, flush=True)
    chosen = {s: np.isin([str(n) for n in z[f"{s}_category"]], names) for s in ("train", "test")}
    videos = {s: z[f"{s}_clips"][chosen[s]] for s in chosen}
    labels = {s: np.array([names.index(str(n)) for n in z[f"{s}_category"][chosen[s]]]) for s in chosen}
    floats = {s: np.asarray(keras_gan.data.from_uint8(videos[s])) for s in chosen}
    extractor = metrics.train_extractor(
        (floats["train"], labels["train"]), (floats["test"], labels["test"]), epochs=40
    )
    features = {s: np.asarray(extractor(floats[s])) for s in chosen}
    colours = {s: videos[s].astype("float64").mean((2, 3)) / 255 for s in chosen}
    content = metrics.videos.average_content_distance
    real = {
        "test": float(metrics.functional.frechet_distance(features["train"], features["test"])),
        "content": content(colours["train"]),
    }
    print("real", real, flush=True)
    data = keras_gan.data.videos(
        videos["train"], labels["train"], batch_size=16, class_names=names, seed=options.seed
    )
    gan = recipes.build(
        "conditional-mocogan", (16, 32, 32, 3), seed=options.seed, num_classes=len(names), source=data
    )
    asked = np.concatenate([labels["train"]] * 2)

    def score():
        made = gan.generate(len(asked), seed=1, labels=asked)
        return {
            "frechet": float(
                metrics.functional.frechet_distance(features["train"], np.asarray(extractor(made)))
            ),
            "agreement": float((np.asarray(extractor.classifier(made)).argmax(1) == asked).mean()),
            "content": content(made.astype("float64").mean((2, 3)) / 255),
        }

    first = score()
    print("before", first, flush=True)
    curve = train(gan, data, options, score)
    show(gan, gan.generate(32, seed=2, labels=np.sort(np.arange(32) % len(names))), "clips", options)
    return {
        "what": "clips",
        "classifier": extractor.accuracy,
        "real": real,
        "before": first,
        **curve[-1],
        "curve": curve,
    }


# === Next frame ===


def next_frame(options):
    import keras_gan
    from keras_gan import recipes
    from keras_gan.metrics.videos import psnr_by_horizon

    videos = {
        s: keras_gan.data.moving_digits(n, s, bounce=True)[0] for s, n in (("train", 2000), ("test", 200))
    }
    data = keras_gan.data.next_frames(videos["train"], batch_size=16, seed=options.seed)
    gan = recipes.build("next-frame", (32, 32, 1), seed=options.seed, source_shape=(32, 32, 4))
    given, real = videos["test"][:, :8], videos["test"][:, 8:16]
    before = given.astype("float64")
    ahead = np.arange(1, 9)[:, None, None, None]
    line = before[:, -1:] + ahead * (before[:, -1:] - before[:, -2:-1])
    bars = {
        "last": np.repeat(given[:, -1:], 8, axis=1),
        "linear": np.clip(line, 0, 255).astype("uint8"),
    }
    bars = {name: psnr_by_horizon(real, made).round(2).tolist() for name, made in bars.items()}
    print(bars, flush=True)

    def score():
        made = gan.continue_videos(given, frames=8)
        error = np.abs(made[:, 0].astype("float64") - real[:, 0]).mean()
        return {"psnr": psnr_by_horizon(real, made).round(2).tolist(), "error": float(error)}

    curve = train(gan, data, options, score)
    made = gan.continue_videos(given[:16], frames=8)
    show(
        gan,
        np.concatenate([np.concatenate([given[:16], x[:16]], 1) for x in (made, real)], 3),
        "next",
        options,
    )
    return {"what": "next frame", "bars": bars, **curve[-1], "curve": curve}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--results", required=True)
    kinds = {"digits": digits, "clips": clips, "next-frame": next_frame}
    parser.add_argument("what", choices=kinds)
    parser.add_argument("--data", help="clips.npz")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--every", type=float, default=2.0)
    parser.add_argument("--fewest", type=int, default=15, help="training clips that a category needs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", help="folder for pictures and the model")
    options = parser.parse_args()
    row = {**kinds[options.what](options), "seed": options.seed, **machine()}
    with open(options.results, "a") as file:
        file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
