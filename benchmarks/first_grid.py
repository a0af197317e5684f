"""Seconds from an empty environment to the first sample grid of `keras-gan train`: two wheels in turns, on one core.

    pip wheel --no-deps --wheel-dir old OLD_CHECKOUT && pip wheel --no-deps --wheel-dir new .
    python benchmarks/first_grid.py --old 'old/keras_gan-0.1.0-py3-none-any.whl[demo]' --new new/keras_gan-1.0.0-py3-none-any.whl --results FILE

Packages come from pip's cache, which a first run fills: `--repeats 2` and more leave the first turn out. CPU seconds of the installation and
of the training until the file of the grid is there; wall seconds beside them.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from machine import machine


def measured(run):
    """CPU and wall seconds of a function that starts processes and waits for them."""
    before, begin = os.times(), time.perf_counter()
    run()
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"cpu": round(cpu, 1), "wall": round(time.perf_counter() - begin, 1)}


def versions_in(venv):
    """Versions of Keras and TensorFlow that were installed there."""
    found = [path.name.split("-") for path in venv.glob("lib/*/site-packages/*.dist-info")]
    return {
        parts[0]: parts[1].removesuffix(".dist") for parts in found if parts[0] in ("keras", "tensorflow")
    }


def turn(wheel):
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        pip = [
            folder / "venv/bin/pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            str(pathlib.Path(wheel).absolute()),
        ]
        install = measured(lambda: subprocess.run(pip, check=True, stderr=subprocess.DEVNULL))
        bytes_ = sum(file.stat().st_size for file in (folder / "venv").rglob("*") if file.is_file())

        def train():
            command = [folder / "venv/bin/keras-gan", "train"]
            with subprocess.Popen(
                command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process:
                while not list(folder.glob("runs/*/samples/*.png")):
                    if process.poll() is not None:
                        raise RuntimeError(f"{wheel}: the training ended without a grid")
                    time.sleep(0.05)
                process.send_signal(signal.SIGKILL)

        sizes = {"install": install, "train": measured(train), "megabytes": round(bytes_ / 1e6)}
        return sizes | versions_in(folder / "venv")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--old", required=True)
    parser.add_argument("--new", required=True)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--results", required=True)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    rows = []
    for i in range(options.repeats):
        for name in ("old", "new"):
            row = {"build": name, "turn": i, **turn(getattr(options, name))}
            rows.append(row)
            print(row, flush=True)
            with open(options.results, "a") as file:
                file.write(json.dumps(machine() | row) + "\n")
    for clock in ("cpu", "wall"):
        last = [row for row in rows if row["turn"] or options.repeats == 1]
        total = {
            name: min(row["install"][clock] + row["train"][clock] for row in last if row["build"] == name)
            for name in ("old", "new")
        }
        print(f"{clock}: {total['new']:.1f} / {total['old']:.1f} = {total['new'] / total['old']:.2f}")


if __name__ == "__main__":
    main()
