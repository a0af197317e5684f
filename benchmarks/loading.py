"""CPU time of an epoch of a folder's images, against `keras.utils.image_dataset_from_directory`.

    python benchmarks/loading.py --results FILE --folder ../shared/data/emoji/train/google --image-size 64

On one core. Beyond `cache_limit` images are decoded once, before the first epoch ("once"), and read from the cache's file.
"""
# ruff: noqa: E402 (threads are set before TensorFlow starts)

import os

os.environ.update(
    TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1", OMP_NUM_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3"
)
os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[-1]})

import argparse
import json
import pathlib
import tempfile
import time

import keras
import numpy as np
from machine import machine

import keras_gan


def epoch(dataset):
    began, count = time.process_time(), 0
    for batch in dataset:
        count += len(batch)
    return time.process_time() - began, count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--image-size", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    side = arguments.image_size
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        began = time.process_time()
        beyond = keras_gan.data.load(arguments.folder, image_size=side, batch_size=64, cache_limit=0)
        once = time.process_time() - began
        began = time.process_time()
        memory = keras_gan.data.load(arguments.folder, image_size=side, batch_size=64)
        into_memory = time.process_time() - began
        for a, b in zip(beyond, memory, strict=True):
            np.testing.assert_array_equal(a, b)
        theirs = keras.utils.image_dataset_from_directory(
            arguments.folder, labels=None, image_size=(side, side), batch_size=64, verbose=False
        )
        sets = {"beyond cache_limit": beyond, "in memory": memory, "image_dataset_from_directory": theirs}
        times = {name: [] for name in sets}
        for _ in range(arguments.repeats):
            for name, dataset in sets.items():
                seconds, count = epoch(dataset)
                times[name].append(seconds * 1000 / count)
    about = {**machine("pillow"), "image_size": side}
    print(about)
    print(f"once: {once:.2f} s (into memory {into_memory:.2f} s)")
    print(f"{'':32}{'ms an image':>12}")
    for name, values in times.items():
        print(f"{name:32}{np.median(values):12.4f}")
    rows = [{"case": name, "ms": values} for name, values in times.items()]
    arguments.results.write_text("".join(json.dumps(row | about) + "\n" for row in ({"once": once}, *rows)))


if __name__ == "__main__":
    main()
