"""Times of several methods in one run, for the benchmarks of steps.

Each method has a process of its own; the processes take turns, so that a slow moment of the machine
meets all.
"""

import importlib.util
import multiprocessing
import os
import resource
import time


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
