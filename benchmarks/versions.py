"""Two commits side by side: the first step of a training, a step thereafter, and memory.

    python benchmarks/versions.py OLD --results versions.jsonl --repeats 3      # against the files as they are

Each case is trained by both in turns, each time in a process of its own on one pinned core. Printed are medians of CPU seconds
(wall seconds behind them), new / old. The first step traces and compiles.
"""

import argparse
import itertools
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from machine import machine

ROOT = pathlib.Path(__file__).resolve().parents[1]


def dcgan(size, batch, critic=False):
    import keras_gan

    networks = keras_gan.networks.dcgan(
        (size, size, 3),
        latent_dim=100,
        filters=16,
        discriminator_normalization="none" if critic else "batch",
    )
    gan = (keras_gan.WGANGP if critic else keras_gan.GAN)(*networks, seed=0)
    gan.compile()
    return gan, {"image": (batch * (5 if critic else 1), size, size, 3)}


def stylegan2(size, batch):
    import keras_gan

    networks = keras_gan.networks.stylegan2(
        (size, size, 3), latent_dim=64, mapping_layers=2, channel_base=1024, channel_max=32
    )
    gan = keras_gan.StyleGAN2(*networks, seed=0)
    gan.compile(augmentation="ada")
    return gan, {"image": (batch, size, size, 3)}


def cyclegan(size, batch):
    import keras_gan

    translators = [keras_gan.networks.resnet((size, size, 3), blocks=6, filters=8) for _ in range(2)]
    judges = [keras_gan.networks.patchgan((size, size, 3), filters=8) for _ in range(2)]
    gan = keras_gan.CycleGAN(*translators, *judges, seed=0)
    gan.compile()
    return gan, {"image": (batch, size, size, 3), "condition": (batch, size, size, 3)}


CASES = {
    "DCGAN 28": (lambda: dcgan(28, 64), 40),
    "DCGAN 64": (lambda: dcgan(64, 32), 20),
    "WGAN-GP 32": (lambda: dcgan(32, 32, critic=True), 10),
    "StyleGAN2 64": (lambda: stylegan2(64, 8), 16),
    "CycleGAN 128": (lambda: cyclegan(128, 1), 8),
}


def child(name):
    """Train one case; print its figures as JSON."""
    import keras
    import numpy as np

    build, steps = CASES[name]
    keras.utils.set_random_seed(0)
    gan, shapes = build()
    rng = np.random.default_rng(0)
    data = {key: rng.uniform(-1, 1, shape).astype("float32") for key, shape in shapes.items()}
    batch = len(data["image"]) // getattr(gan, "discriminator_steps", 1)
    marks = []

    class Clock(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            marks.append((time.process_time(), time.perf_counter()))

    began = time.process_time(), time.perf_counter()
    gan.fit(data, batch_size=batch, epochs=steps, verbose=0, callbacks=[Clock()])
    first = [marks[0][i] - began[i] for i in (0, 1)]
    later = [[b[i] - a[i] for a, b in itertools.pairwise(marks[2:])] for i in (0, 1)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"first": first, "step": [statistics.median(x) for x in later], "memory": memory}))


def run(name, source):
    environment = {**os.environ, "PYTHONPATH": str(source), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, __file__, "--child", name]
    if hasattr(os, "sched_setaffinity"):
        command = ["taskset", "-c", str(min(os.sched_getaffinity(0))), *command]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tempfile.gettempdir())
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", nargs="?", help="commit")
    parser.add_argument("--child", choices=CASES)
    parser.add_argument("--results", type=pathlib.Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--case", choices=CASES, action="append", help="default: all")
    options = parser.parse_args()
    if options.child:
        return child(options.child)
    with tempfile.TemporaryDirectory() as folder:
        old = pathlib.Path(folder) / "old"
        subprocess.run(["git", "worktree", "add", "-q", "--detach", old, options.old], cwd=ROOT, check=True)
        try:
            print(json.dumps({**machine(), "old": options.old}))
            print(f"{'case':14}{'first step':>22}{'step, ms':>26}{'memory, MB':>18}")
            for name in options.case or CASES:
                found = {"old": [], "new": []}
                for _ in range(options.repeats):
                    for side, source in (("old", old), ("new", ROOT)):
                        found[side].append(run(name, source))
                show(name, found, options.results)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", old], cwd=ROOT, check=True)


def show(name, found, results):
    def median(side, key, i=None):
        return statistics.median(f[key] if i is None else f[key][i] for f in found[side])

    row = {key: {side: [median(side, key, i) for i in (0, 1)] for side in found} for key in ("first", "step")}
    row["memory"] = {side: median(side, "memory") for side in found}
    if results:
        with results.open("a") as file:
            file.write(json.dumps({"case": name, **row}) + "\n")
    first, step, memory = row["first"], row["step"], row["memory"]
    print(
        f"{name:14}{first['new'][0]:7.1f} / {first['old'][0]:.1f} = {first['new'][0] / first['old'][0]:.2f}"
        f"{1e3 * step['new'][0]:12.1f} / {1e3 * step['old'][0]:.1f} = {step['new'][0] / step['old'][0]:.3f}"
        f"{memory['new']:10.0f} / {memory['old']:.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
