"""TimeGAN on series whose truth is known, and on the daily weather.

    taskset -c 0 python benchmarks/series.py --results series.jsonl ar1
    taskset -c 0 python benchmarks/series.py --results series.jsonl sines
    taskset -c 0 python benchmarks/series.py --results series.jsonl weather --data ../shared/data/series/seattle_weather.npz

Windows of 24 times, the recipe `timegan`. "ar1": x_t = 0.8 x_(t-1) + noise, whose autocorrelation at lag k is 0.8^k; "sines": five sines, of frequencies and phases in
U(0, 0.1) turns and radians as in the official code; "weather": four daily measurements, the last year held out. Scores on held-out windows, beside their floors: the
same of training windows in the place of generated ones.
"""

import argparse
import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from machine import machine

WINDOW = 24


def source_of(options):
    """A series, or several, and the share of times to train on."""
    rng = np.random.default_rng(0)
    if options.what == "ar1":
        x = np.zeros(6000)
        for t in range(1, len(x)):
            x[t] = 0.8 * x[t - 1] + rng.normal()
        return x, 0.8
    if options.what == "sines":
        frequency, phase = rng.uniform(0, 0.1, (2, 4000, 1, 5))
        x = np.sin(2 * np.pi * frequency * np.arange(WINDOW)[None, :, None] + phase)
        return list((x + 1) / 2), None
    z = np.load(options.data)
    return z["values"].astype("float64"), 1096 / 1461


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--results", required=True)
    parser.add_argument("what", choices=("ar1", "sines", "weather"))
    parser.add_argument("--data")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", help="folder for a picture and the model")
    options = parser.parse_args()

    import keras_gan
    from keras_gan import recipes
    from keras_gan.metrics import series as scores

    source, kept = source_of(options)
    order = {"window": WINDOW, "batch_size": 128, "seed": options.seed}
    if kept is None:
        data, held_out = (keras_gan.data.series(part, **order) for part in (source[:3200], source[3200:]))
    else:
        data = keras_gan.data.series(source, span=(0, kept), **order)
        held_out = keras_gan.data.series(source, span=(kept, 1), scale=data.scale, **order)
    built = {"seed": options.seed, "steps": options.steps, "source": data}
    model = recipes.build("timegan", (WINDOW, len(data.columns)), **built)
    began = time.process_time()
    stop = keras_gan.callbacks.StopAtStep(options.steps)
    model.fit(data, epochs=100_000, verbose=0, callbacks=[stop])
    minutes = (time.process_time() - began) / 60

    def windows(dataset):
        x = np.concatenate([np.asarray(x) for x in dataset.stream.whole()])
        return np.asarray(model.modality.to_storage(x))

    train, real = windows(data), windows(held_out)
    made = model.generate(len(real), seed=1)
    if options.out:
        os.makedirs(options.out, exist_ok=True)
        both = [model.modality.to_pictures(x[:: max(1, len(x) // 16)][:16]) for x in (real, made)]
        grid = keras_gan.grid.image_grid(
            np.concatenate(both), 8, "two rows of real series, two of generated ones"
        )
        grid.save(f"{options.out}/{options.what}.png")
    floor = np.random.default_rng(1).permutation(train)[: len(real)]
    found = {"what": options.what, "steps": options.steps, "minutes": round(minutes, 1)}
    for name, function in (
        ("discriminative", scores.discriminative_score),
        ("predictive", scores.predictive_score),
        ("autocorrelation_distance", scores.autocorrelation_distance),
    ):
        found[name] = [round(function(real, x), 4) for x in (made, floor)]
    for name, x in (("real", real), ("made", made)):
        found[f"deviation_{name}"] = x.std((0, 1)).round(3).tolist()
        found[f"autocorrelations_{name}"] = scores.autocorrelations(x, 4).round(3).T.tolist()
    print(json.dumps(found, indent=1), flush=True)
    with open(options.results, "a") as file:
        file.write(json.dumps({**found, "seed": options.seed, **machine()}) + "\n")


if __name__ == "__main__":
    main()
