"""In a process of its own: it makes logical devices and a strategy."""

import os
import pathlib
import subprocess
import sys

import pytest

import keras_gan


@pytest.mark.slow
def test_every_trial_reports(tmp_path):
    root = str(pathlib.Path(keras_gan.__file__).parents[1])
    run = subprocess.run(
        [sys.executable, "-m", "keras_gan", "doctor"],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
    )
    for name in ("float32:", "mixed_bfloat16:", "mixed_float16:", "float32, XLA:", "float32, 2 replicas:"):
        assert name in run.stdout, run.stdout + run.stderr
    assert "[wrong]" not in run.stdout and run.returncode == 0, run.stdout
    assert "placement" in run.stdout and "CPU" in run.stdout
