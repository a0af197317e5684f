"""Memory of a training step at published sizes: what is fixed, and what each image of the batch adds.

    python benchmarks/memory.py --results benchmarks/results/memory.jsonl

Each row is a recipe at scale "paper" at one batch size, in a process of its own: resident memory when networks, moving averages and
optimisers are made, and the peak of three steps without penalties; of StyleGAN2 also with R1 at each step, and with path length too.
On a CPU, in float32: a GPU's convolutions need work space of their own, and mixed precision about half for activations.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

CASES = {
    "dcgan": (64, (32, 64, 128)),
    "sngan": (32, (32, 64)),
    "stylegan2-256": (256, (2, 4)),
}
PENALTIES = ("none", "r1", "r1+path")


def resident(peak=False):
    """MiB of this process now, or the most since `forget_peak`."""
    name = "VmHWM:" if peak else "VmRSS:"
    line = next(line for line in pathlib.Path("/proc/self/status").read_text().splitlines() if name in line)
    return int(line.split()[1]) // 1024


def forget_peak():
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def child(name, side, batch, penalties):
    import numpy as np

    import keras_gan
    from keras_gan.callbacks import StopAtStep

    classes = {"num_classes": 10} if keras_gan.recipes.get(name, "paper").labels else {}
    gan = keras_gan.recipes.build(name, (side, side, 3), "paper", batch_size=batch, **classes)
    chosen = {
        "none": [],
        "r1": ["r1"],
        "r1+path": ["r1", keras_gan.regularizers.PathLengthPenalty(interval=1)],
    }
    options = {"augmentation": None} if "stylegan" in name else {}
    gan.compile(regularizers=chosen[penalties], **options)
    images = np.zeros((batch * 3, side, side, 3), "uint8")
    labels = {"labels": np.zeros(len(images), "int32")} if classes else {}
    data = keras_gan.data.from_arrays(images, batch_size=batch, **labels)
    made = resident()
    forget_peak()
    gan.fit(data, epochs=10, verbose=0, callbacks=[StopAtStep(3)])
    weights = sum(v.shape.num_elements() * 4 for v in gan.weights) / 2**20
    row = {"recipe": name, "side": side, "batch_size": batch, "penalties": penalties}
    print(json.dumps({**row, "weights": round(weights), "made": made, "peak": resident(peak=True)}))


def table(rows):
    print(
        f"{'recipe':16}{'side':>5} {'penalties':10}{'weights':>8}{'batches':>12}{'peak, MiB':>16}{'fixed':>8}{'an image':>9}"
    )
    keys = dict.fromkeys((row["recipe"], row["side"], row["penalties"]) for row in rows)
    for key in keys:
        found = sorted(
            (row for row in rows if (row["recipe"], row["side"], row["penalties"]) == key),
            key=lambda row: row["batch_size"],
        )
        batches, peaks = ([row[name] for row in found] for name in ("batch_size", "peak"))
        each = (peaks[-1] - peaks[0]) / max(1, batches[-1] - batches[0])
        print(
            f"{key[0]:16}{key[1]:5} {key[2]:10}{found[0]['weights']:8}{'/'.join(map(str, batches)):>12}"
            f"{'/'.join(map(str, peaks)):>16}{peaks[0] - each * batches[0]:8.0f}{each:9.1f}"
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--recipe", choices=CASES, action="append", help="Default: all.")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        name, side, batch, penalties = options.child
        return child(name, int(side), int(batch), penalties)
    from machine import machine

    for name in options.recipe or CASES:
        side, batches = CASES[name]
        for penalties in PENALTIES[: 3 if "stylegan" in name else 1]:
            for batch in batches:
                command = [sys.executable, __file__, "--results", options.results, "--child", name]
                said = subprocess.run(
                    [*map(str, command), str(side), str(batch), penalties], stdout=subprocess.PIPE, check=True
                )
                row = {
                    **json.loads(said.stdout.splitlines()[-1]),
                    **machine(),
                }
                with options.results.open("a") as file:
                    file.write(json.dumps(row) + "\n")
                print(row, flush=True)
    table([json.loads(line) for line in options.results.open()])


if __name__ == "__main__":
    main()
