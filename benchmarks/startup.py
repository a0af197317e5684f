"""CPU time of commands that compute nothing, against `import keras`.

    python benchmarks/startup.py --results FILE

Each is run several times in turn, on one core; the least of its times counts.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys

from machine import machine

COMMANDS = (
    *(
        "train",
        "generate",
        "translate",
        "upscale",
        "convert",
        "evaluate",
        "report",
        "export",
        "describe",
        "push",
    ),
    *("recipes", "doctor", "interpolate", "truncate", "mix", "project", "edit"),
)
KERAS_GAN = (
    sys.executable,
    "-c",
    "import sys; sys.argv[0] = 'keras-gan'; from keras_gan.cli import main; main()",
)
CASES = {
    "import keras": (sys.executable, "-c", "import keras"),
    "import keras_gan": (sys.executable, "-c", "import keras_gan"),
    "keras-gan --help": (*KERAS_GAN, "--help"),
    "keras-gan recipes": (*KERAS_GAN, "recipes"),
    **{f"keras-gan {command} --help": (*KERAS_GAN, command, "--help") for command in COMMANDS},
    "unknown option": (*KERAS_GAN, "train", "--nonsense"),
    "unknown recipe": (*KERAS_GAN, "train", "WGAN_GP"),
    "contradicting options": (*KERAS_GAN, "train", "--steps", "5", "--epochs", "5"),
    "unknown metric": (*KERAS_GAN, "train", "--metrics", "nonsense", "--hold-out", "test"),
    "missing folder": (*KERAS_GAN, "train", "--dataset", "folder:nowhere"),
    "missing model": (*KERAS_GAN, "generate", "nowhere"),
}


def cpu_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[-1]})
    about = machine("typer")
    times = {name: [] for name in CASES}
    for _ in range(arguments.repeats):
        for name, command in CASES.items():
            times[name].append(cpu_seconds(command))
    keras = min(times["import keras"])
    print(about)
    print(f"{'command':32}{'seconds':>9}{'/ import keras':>16}")
    for name, seconds in times.items():
        print(f"{name:32}{min(seconds):9.3f}{min(seconds) / keras:16.3f}")
    rows = [{"case": name, "seconds": seconds} for name, seconds in times.items()]
    arguments.results.write_text("".join(json.dumps(row | about) + "\n" for row in rows))


if __name__ == "__main__":
    main()
