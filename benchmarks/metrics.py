"""The metrics against the references' own code: time, memory and figures, in one run.

    pip install pytorch-fid torch-fidelity prdc
    python benchmarks/metrics.py                  # a few minutes on 2 cores
    python benchmarks/metrics.py --samples 4000   # smaller

The same random features for all: the Fréchet distance of 10,000 x 2048, precision, recall, density and
coverage of 10,000 x 1024. Each is run in a process of its own, whose peak memory over that of the
features is what the memory column says. Then `keras-gan evaluate` of the stored generator, split into
generating, extracting and statistics.
"""

import argparse
import cProfile
import json
import os
import pathlib
import pstats
import resource
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from machine import add_row

ROOT = pathlib.Path(__file__).parents[1]
PEERS = ("pytorch-fid", "torch-fidelity", "prdc")


def features(samples, dimensions):
    """Two sets of correlated features, as networks give them: half of them 0, none negative, and alike.

    The i-th eigenvalue of their covariance is about i^-1.34 of the first, as of MobileNet's features of emoji.
    """
    rng = np.random.default_rng(0)
    fall = np.arange(1, dimensions + 1, dtype="float32")[:, None] ** -0.67

    def mix():
        return fall * rng.normal(size=(dimensions, dimensions)).astype("float32")

    def drawn(mix):
        return np.maximum(rng.normal(size=(samples, dimensions)).astype("float32") @ mix, 0)

    of_real, other = mix(), mix()
    return drawn(of_real), drawn(np.float32(0.99) * of_real + np.float32(0.14) * other)


def moments(x):
    return x.mean(axis=0, dtype="float64"), np.cov(x, rowvar=False)


def ours_fid(real, generated):
    from keras_gan.metrics import functional

    given = [(len(x), *moments(x)) for x in (real, generated)]
    return timed(lambda: functional.frechet_from_moments(*given))


def pytorch_fid(real, generated):
    from pytorch_fid.fid_score import calculate_frechet_distance

    given = [*moments(real), *moments(generated)]
    return timed(lambda: float(calculate_frechet_distance(*given)))


def torch_fidelity(real, generated):
    from torch_fidelity.metric_fid import fid_statistics_to_metric

    given = [dict(zip(("mu", "sigma"), moments(x), strict=True)) for x in (real, generated)]
    return timed(lambda: fid_statistics_to_metric(*given, False)["frechet_inception_distance"])


def ours_prdc(real, generated):
    from keras_gan.metrics import functional

    return timed(lambda: list(functional.prdc(real, generated, 5).values()))


def prdc(real, generated):
    from prdc import compute_prdc

    return timed(lambda: [float(v) for v in compute_prdc(real, generated, 5).values()])


def timed(function):
    start = time.perf_counter()
    value = function()
    return value, time.perf_counter() - start


TASKS = {
    "fid": (2048, (ours_fid, pytorch_fid, torch_fidelity)),
    "prdc": (1024, (ours_prdc, prdc)),
}


def one(task, name, folder):
    """In this process: value, seconds, and the peak memory over what there was before, in MB."""
    dimensions, functions = TASKS[task]
    # Of a file: what making them took would hide what is measured.
    real, generated = np.load(folder / f"{dimensions}.npy")
    function = next(f for f in functions if f.__name__ == name)
    # Imports are not what is measured.
    function(real[:60, :8], generated[:60, :8])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    value, seconds = function(real, generated)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print("RESULT " + json.dumps({"value": value, "seconds": seconds, "megabytes": peak / 1024}))


def compare(samples, repeats, folder, results):
    for dimensions, _ in TASKS.values():
        np.save(folder / f"{dimensions}.npy", np.stack(features(samples, dimensions)))
    print(f"{'':8}{'':18}{'seconds':>9}{'theirs / ours':>15}{'peak MB':>9}{'theirs / ours':>15}  figure")
    for task, (_, functions) in TASKS.items():
        rows = {}
        for _turn in range(repeats):
            for function in functions:
                command = [sys.executable, __file__, "--one", task, function.__name__, str(folder)]
                environment = {**os.environ, "PYTHONPATH": str(ROOT)}
                run = subprocess.run(command, capture_output=True, text=True, env=environment)
                found = [line for line in run.stdout.splitlines() if line.startswith("RESULT ")]
                if not found:
                    raise SystemExit(f"{function.__name__} failed: {run.stderr[-500:]}")
                rows.setdefault(function.__name__, []).append(json.loads(found[0][7:]))
        ours = functions[0].__name__
        best = {name: min(r["seconds"] for r in found) for name, found in rows.items()}
        peak = {name: max(r["megabytes"] for r in found) for name, found in rows.items()}
        for name in rows:
            ratios = (
                ("", "")
                if name == ours
                else (f"{best[name] / best[ours]:.1f} x", f"{peak[name] / max(peak[ours], 1):.1f} x")
            )
            value = np.round(rows[name][0]["value"], 6)
            print(
                f"{task:8}{name:18}{best[name]:9.2f}{ratios[0]:>15}{peak[name]:9.0f}{ratios[1]:>15}  {value}",
                flush=True,
            )
            row = {"task": task, "by": name, "samples": samples, "value": rows[name][0]["value"]}
            add_row(results, {**row, "seconds": best[name], "megabytes": peak[name]}, *PEERS)
    print(f"{samples} samples; 2048 features for fid, 1024 for prdc; least seconds of {repeats} turns")


def end_to_end(model, n, results):
    """Time of `keras-gan evaluate` for a stored generator, by part, as a profile of the call has it."""
    from keras_gan.runs.evaluate import evaluate_model

    with tempfile.TemporaryDirectory() as folder:

        def evaluate():
            out = pathlib.Path(folder, "evaluation.json")
            return evaluate_model(model, "mnist_5k", n=n, extractor="trained", out=out)

        # Compiles, trains the extractor and computes the reference's statistics, which the cache keeps.
        evaluate()
        profile = cProfile.Profile()
        figures, _ = profile.runcall(evaluate)
    stats = pstats.Stats(profile)

    def seconds(file, function):
        rows = stats.stats.items()
        return sum(v[3] for (path, _, name), v in rows if path.endswith(file) and name == function)

    total = stats.total_tt
    generating, extracting = seconds("generator.py", "sample"), seconds("extractor.py", "_extract")
    statistics = sum(
        seconds("functional.py", name) for name in ("frechet_from_moments", "kernel_distance", "prdc")
    )
    statistics += seconds("reference.py", "moments_of")
    rest = total - generating - extracting - statistics
    parts = {"generating": generating, "extracting": extracting, "statistics": statistics, "rest": rest}
    add_row(results, {"task": "evaluate", "samples": n, "seconds": total, **parts})
    print(
        f"evaluate {n} images of {model.name}: {total:.1f} s, of which generating {generating / total:.0%}, extracting "
        f"({figures['fid']['features']} features) {extracting / total:.0%}, statistics (fid, kid, prdc) "
        f"{statistics / total:.0%}, reading and hashing {rest / total:.0%}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "saved_models" / "mnist_5k_dcgan")
    parser.add_argument("--one", nargs=3, metavar=("TASK", "NAME", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--results", type=pathlib.Path, help="file to which lines of JSON are added")
    options = parser.parse_args()
    if options.one:
        return one(*options.one[:2], pathlib.Path(options.one[2]))
    with tempfile.TemporaryDirectory() as folder:
        compare(options.samples, options.repeats, pathlib.Path(folder), options.results)
    end_to_end(options.model, options.samples, options.results)


if __name__ == "__main__":
    main()
