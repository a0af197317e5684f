"""`train --post-hoc-ema` and `ema`."""

import keras
import pytest

from tests.cli.test_cli import here
from tests.metrics.networks import convolution

FEW = ("--steps", "8", "--batch-size", "16")


@pytest.mark.slow
def test_lengths_are_measured_and_the_best_is_written(tmp_path):
    run = tmp_path / "run"
    code, text = here("train", *FEW, "--post-hoc-ema", "--out", run)
    assert code == 0, text
    assert len(list((run / "ema").glob("ema-*.npz"))) == 8
    convolution().save(tmp_path / "extractor.keras")
    options = ("--extractor", tmp_path / "extractor.keras", "-n", "64")
    code, text = here("ema", run, "--length", "0.05,0.1", *options)
    assert code == 0 and "length 0.05 " in text and "length 0.1 " in text, text
    assert (run / "ema.keras").exists() and f"{run / 'ema.keras'}: the average of length" in text
    code, text = here("ema", run, "--length", "0.07", "--out", tmp_path / "a.keras")
    assert code == 0, text
    assert keras.saving.load_model(tmp_path / "a.keras").generate(2, seed=0).shape == (2, 28, 28, 1)
    code, text = here("train", "--steps", "10", "--batch-size", "16", "--out", run, "--resume")
    assert code == 1 and "post_hoc_ema" in text
    for wrong, message in (
        (("--length", "0.9"), "share of the training"),
        (("--length", "a"), "must be numbers"),
        (("--length", "0.1", "--metric", "fid", "-n", 9), "--metric, -n: a single --length"),
        (("--reference", "folder:nowhere"), "nowhere"),
        (("--metric", "prdc"), "fid, kid, mind, cmmd"),
        (("--out", tmp_path / "a.h5"), ".keras file"),
        (("--length", "0.1", "--step", "3000"), "no snapshot of step 3000"),
    ):
        code, text = here("ema", run, *wrong)
        assert code == 1 and message in text, text


@pytest.mark.slow
def test_what_keeps_no_average(tmp_path):
    run = tmp_path / "run"
    code, text = here("train", *FEW, "--out", run)
    assert code == 0, text
    code, text = here("ema", run, "--length", "0.1")
    assert code == 1 and "--post-hoc-ema" in text
