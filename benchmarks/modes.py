"""Modes of a ring of 8 and a grid of 25 Gaussians, by the protocol of PacGAN's table 1.

    python benchmarks/modes.py --data ring --method r3gan --seed 0     # one run, one line
    python benchmarks/modes.py --table --results modes.jsonl           # all runs, hours on 2 cores
    python benchmarks/modes.py --table --results modes.jsonl --data ring        # half of them

A run ends with `modes=8 hq=98.1 reverse_kl=0.004 seconds=61`. With --table the runs that the
results file has are not made again, so that it can be cut off and go on; it prints a table beside
the published rows, and --pictures FOLDER draws the samples of each method.

Protocol: 100,000 fixed points (ring: radius 1, sigma 0.01; grid: {-4, -2, 0, 2, 4}^2, sigma 0.05);
latents N(0, I_2); 2,500 samples of the EMA generator. A sample is of high quality within 3 sigma
(Mahalanobis) of the nearest mean; a mode counts with one such sample; reverse KL = log(modes) -
entropy of the high-quality samples' modes. Networks: 3 hidden layers of 128 in both players; r3gan's
generator has 6 (the published ones have 4 of 400, in the generator, and 3 of 200 maxout units of 5).
"""

import argparse
import dataclasses
import json
import os
import pathlib
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from machine import machine

import keras_gan
from keras_gan import regularizers as r

DATA = {"ring": 0.01, "grid": 0.05}
PUBLISHED = {
    "ring": {"GAN": (6.3, 98.2, 0.45), "ALI": (6.6, 97.6, 0.36), "PacGAN2": (7.9, 95.6, 0.07), "PacGAN4": (7.8, 95.9, 0.07)},
    "grid": {"GAN": (17.3, 94.8, 0.70), "ALI": (24.1, 95.7, 0.14), "PacGAN2": (23.8, 91.3, 0.13), "PacGAN4": (24.8, 93.6, 0.04)},
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Method:
    """What a row of the table trains: arguments of `networks.mlp` and of `compile`, steps, EMA."""

    parts: object
    networks: dict = dataclasses.field(default_factory=dict)
    steps: int = 25_000
    grid_steps: int | None = None  # where the grid takes more
    batch: int = 256
    rate: float = 1e-3
    final_rate: float = 1e-3
    beta_1: float = 0.5
    beta_2: float = 0.999
    ema_decay: float | None = None


METHODS = {
    "gan": Method(dict),
    "lsgan": Method(lambda: {"loss": "least_squares"}),
    "wgan-gp": Method(
        lambda: {"loss": "wasserstein", "regularizers": [r.GradientPenalty(0.1)], "discriminator_steps": 2},
        beta_1=0.0, beta_2=0.9, steps=6000,
    ),
    "pacgan2": Method(dict, {"packing": 2}),
    "pacgan4": Method(dict, {"packing": 4}),
    "minibatch-discrimination": Method(dict, {"minibatch_discrimination": True}, batch=64, steps=9000),
    "feature-matching": Method(lambda: {"regularizers": [r.FeatureMatchingPenalty(1.0)]}),
    "r1": Method(
        lambda: {"regularizers": [r.R1Penalty(0.1)]},
        beta_1=0.0, beta_2=0.99, ema_decay=0.999, final_rate=0.0, steps=12_000,
    ),
    "r3gan": Method(
        lambda: {"loss": "relativistic", "regularizers": [r.R1Penalty(0.03), r.R2Penalty(0.03)]},
        {"generator_hidden": (128,) * 6},
        beta_1=0.0, beta_2=0.99, ema_decay=0.999, final_rate=0.0, batch=128, steps=32_000, grid_steps=48_000,
    ),
}  # fmt: skip
BEST = "r3gan"


def centres(data):
    if data == "ring":
        angles = 2 * np.pi * np.arange(8) / 8
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)
    values = np.array([-4.0, -2.0, 0.0, 2.0, 4.0])
    return np.stack(np.meshgrid(values, values), axis=-1).reshape(-1, 2)


def points(data, n, seed=0):
    rng = np.random.default_rng(seed)
    means = centres(data)
    return means[rng.integers(len(means), size=n)] + DATA[data] * rng.normal(size=(n, 2))


def score(samples, data):
    """Modes found, high-quality samples in percent, reverse KL of these over the modes."""
    means = centres(data)
    distances = np.linalg.norm(samples[:, None] - means[None], axis=-1) / DATA[data]
    nearest, good = distances.argmin(1), distances.min(1) < 3
    counts = np.bincount(nearest[good], minlength=len(means))
    shares = counts[counts > 0] / max(counts.sum(), 1)
    reverse_kl = float(np.log(len(means)) + (shares * np.log(shares)).sum()) if good.any() else float("inf")
    return {"modes": int((counts > 0).sum()), "hq": 100.0 * float(good.mean()), "reverse_kl": reverse_kl}


def train(data, name, seed, steps=None):
    """One run: its figures and samples."""
    method = METHODS[name]
    steps = steps or (data == "grid" and method.grid_steps) or method.steps
    keras.utils.set_random_seed(seed)
    networks = keras_gan.networks.mlp(2, latent_dim=2, hidden=(128, 128, 128), **method.networks)
    gan = keras_gan.GAN(*networks, ema_decay=method.ema_decay, seed=seed)
    parts = method.parts()
    k = parts.get("discriminator_steps", 1)

    def adam(player_steps):
        rate = method.rate
        if method.final_rate != rate:
            rate = keras.optimizers.schedules.CosineDecay(rate, player_steps, alpha=method.final_rate / rate)
        return keras.optimizers.Adam(rate, method.beta_1, method.beta_2)

    gan.compile(
        generator_optimizer=adam(steps),
        discriminator_optimizer=adam(k * steps),
        steps_per_execution=100,
        **parts,
    )
    real = points(data, 100_000).astype("float32")
    start = time.perf_counter()
    gan.fit(real, batch_size=method.batch, steps_per_epoch=steps, epochs=1, verbose=0)
    seconds = time.perf_counter() - start
    samples = gan.generate(2500, seed=10_000 + seed, batch_size=2500)
    return {**score(samples, data), "seconds": seconds}, samples


def line(figures):
    return (
        f"modes={figures['modes']} hq={figures['hq']:.1f} reverse_kl={figures['reverse_kl']:.3f} "
        f"seconds={figures['seconds']:.0f}"
    )


def table(results, pictures, sets):
    rows = [json.loads(text) for text in results.read_text().splitlines()] if results.exists() else []
    done = {(row["data"], row["method"], row["seed"]) for row in rows}
    for data in sets:
        for name in METHODS:
            for seed in range(5 if name in (BEST, "gan") else 2):
                if (data, name, seed) in done:
                    continue
                figures, samples = train(data, name, seed)
                row = {
                    "data": data,
                    "method": name,
                    "seed": seed,
                    **figures,
                    # Pictures show the first seed's.
                    **({"samples": samples.round(3).tolist()} if seed == 0 else {}),
                }
                rows.append(row)
                with results.open("a") as file:
                    file.write(json.dumps(row | machine()) + "\n")
                print(f"{data} {name} seed {seed}: {line(figures)}", flush=True)
    for data in sets:
        print(f"\n{data}: mean (standard deviation) over seeds")
        print(f"{'':26}{'modes':>14}{'HQ %':>14}{'reverse KL':>18}{'seconds':>9}{'seeds':>7}")
        for name, (modes, hq, kl) in PUBLISHED[data].items():
            print(f"{name + ' (published)':26}{modes:14.1f}{hq:14.1f}{kl:18.2f}")
        for name in METHODS:
            runs = [row for row in rows if (row["data"], row["method"]) == (data, name)]
            cells = []
            for key, digits in (("modes", 1), ("hq", 1), ("reverse_kl", 4)):
                values = [row[key] for row in runs]
                spread = statistics.stdev(values) if len(values) > 1 else 0.0
                cells.append(f"{statistics.mean(values):.{digits}f} ({spread:.{digits}f})")
            seconds = statistics.mean(row["seconds"] for row in runs)
            print(f"{name:26}{cells[0]:>14}{cells[1]:>14}{cells[2]:>18}{seconds:9.0f}{len(runs):7}")
    if pictures:
        draw(rows, pictures, sets)


def draw(rows, folder, sets):
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    for data in sets:
        figure, axes = plt.subplots(2, 5, figsize=(15, 6.3), sharex=True, sharey=True)
        panels = {"real": points(data, 2500, seed=1)}
        panels |= {
            row["method"]: np.array(row["samples"])
            for row in rows
            if row["data"] == data and row["seed"] == 0
        }
        limit = 1.5 if data == "ring" else 5.5
        for axis, (name, samples) in zip(axes.flat, panels.items(), strict=False):
            axis.scatter(*samples.T, s=2, alpha=0.3)
            axis.set(title=name, xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
        figure.tight_layout()
        figure.savefig(folder / f"{data}.png", dpi=80)
        plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=DATA)
    parser.add_argument("--method", choices=METHODS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="instead of the method's own")
    parser.add_argument("--table", action="store_true", help="all methods and seeds")
    parser.add_argument(
        "--results", type=pathlib.Path, help="file of finished runs (JSON lines), for --table"
    )
    parser.add_argument("--pictures", type=pathlib.Path, help="folder for pictures of samples, for --table")
    options = parser.parse_args()
    if options.table:
        if options.results is None:
            parser.error("--table needs --results FILE")
        if options.method or options.steps or options.seed:
            parser.error("--table makes all runs: leave out --method, --seed and --steps")
        table(options.results, options.pictures, [options.data] if options.data else list(DATA))
    else:
        if options.data is None or options.method is None:
            parser.error("give --data and --method, or --table")
        print(line(train(options.data, options.method, options.seed, options.steps)[0]))


if __name__ == "__main__":
    main()
