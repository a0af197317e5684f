"""Times of several methods in one run, for the benchmarks of steps.

Each method has a process of its own; the processes take turns, so that a slow moment of the machine
meets all.
"""

import dataclasses
import importlib.util
import json
import multiprocessing
import os
import pathlib
import resource
import statistics
import time

from machine import machine


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def work(pipe, make, method, case, clock):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    # As in the commands, and as PyTorch has it: TensorFlow leaves oneDNN off on a CPU without AVX-512.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    run = make(method, case)
    before = peak_mb()
    run()  # compiles, warms up
    pipe.send("ready")
    while pipe.recv() == "go":
        start = clock()
        run()
        pipe.send((clock() - start) / case.steps)
    pipe.send((peak_mb(), before))


def measure(make, methods, case, repeats, clock=time.perf_counter):
    """Seconds of a step in each turn, the peak of resident MB, and that before the first step, by method.

    `make(method, case)` returns a function that runs `case.steps` steps; `clock` is a function of `time`. The method "torch" is left out
    where PyTorch is not installed.
    """
    context = multiprocessing.get_context("spawn")
    workers = {}
    for method in methods:
        if method == "torch" and importlib.util.find_spec("torch") is None:
            continue
        here, there = context.Pipe()
        context.Process(target=work, args=(there, make, method, case, clock), daemon=True).start()
        # So that a process that fails ends this one.
        there.close()
        here.recv()
        workers[method] = here
    times = {method: [] for method in workers}
    for turn in range(repeats):
        # Each turn in another order: what runs after a heavy neighbour is not always the same.
        for method in list(workers)[turn % len(workers) :] + list(workers)[: turn % len(workers)]:
            workers[method].send("go")
            times[method].append(workers[method].recv())
    peaks, starts = {}, {}
    for method, pipe in workers.items():
        pipe.send("stop")
        peaks[method], starts[method] = pipe.recv()
    return times, peaks, starts


def print_ratios(parser, cases, make, repeats):
    """Measure the cases that are asked for, `fit` against "torch"; print a table of CPU times and append rows to a file.

    Options of `parser` that are fields of the cases are passed to them.
    """
    parser.add_argument("--case", choices=cases, action="append", help="default: all")
    parser.add_argument("--repeats", type=int, default=repeats)
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    options = parser.parse_args()
    print(f"{'case':24}{'fit ms':>10}{'torch ms':>10}{'ratio':>8}")
    for name in options.case or cases:
        fields = dataclasses.asdict(cases[name])
        case = dataclasses.replace(cases[name], **{k: v for k, v in vars(options).items() if k in fields})
        times, _, _ = measure(make, ("fit", "torch"), case, options.repeats, time.process_time)
        ratio = statistics.median(a / b for a, b in zip(times["fit"], times["torch"], strict=True))
        row = {"case": name, "ratio": ratio, "repeats": options.repeats, **fields}
        row |= {f"{method}_ms": 1000 * statistics.median(seconds) for method, seconds in times.items()}
        with options.results.open("a") as file:
            file.write(json.dumps(row | machine("torch")) + "\n")
        print(f"{name:24}{row['fit_ms']:10.1f}{row['torch_ms']:10.1f}{ratio:8.2f}", flush=True)
