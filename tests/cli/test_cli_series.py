"""Time series and texts from the command line."""

import re

import numpy as np
import pandas
import pytest

from tests.cli.test_cli import here


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("series")
    t = np.arange(300)
    frame = pandas.DataFrame(
        {
            "day": [f"d{i}" for i in t],
            "heat": 20 + 10 * np.sin(t / 5),
            "rain, mm": np.random.default_rng(0).uniform(0, 8, 300),
        }
    )
    frame.to_csv(folder / "weather.csv", index=False)
    frame.assign(heat=frame.heat.where(frame.heat < 29)).to_csv(folder / "holes.csv", index=False)
    (folder / "texts.txt").write_text("a red heart\na blue star\n\na red star\na heart\n" * 10)
    return folder


@pytest.mark.slow
def test_series_are_trained_resumed_made_and_reported(folder):
    options = ("--dataset", f"series:{folder / 'weather.csv'}", "--exclude", "day", "--length", 8)
    options += ("--batch-size", 16, "--hold-out", "0.2", "--out", folder / "run")
    code, text = here("train", "timegan", *options, "--steps", 3)
    assert code == 0 and "3 steps of 16 series" in text, text
    assert {path.suffix for path in (folder / "run" / "samples").iterdir()} >= {".png", ".csv"}
    for model, out in ((folder / "run", folder / "a.csv"), (folder / "run", folder / "b.csv")):
        code, text = here("generate", model, "-n", 5, "--out", out)
        assert code == 0, text
    made = pandas.read_csv(folder / "a.csv")
    assert list(made.columns) == ["sample", "time", "heat", "rain, mm"] and len(made) == 5 * 8
    assert made.heat.between(9.9, 30.1).all()
    # Passes over the data are counted in steps of two batches, and so are the stages.
    code, text = here("train", "timegan", *options[:-1], folder / "passes", "--epochs", 3)
    history = pandas.read_csv(folder / "passes" / "history.csv")
    assert code == 0 and history.d_loss.iloc[-1] > 0, text
    code, text = here("train", "timegan", *options, "--steps", 9, "--resume")
    assert code == 0 and "The stages are made for 9 steps now: at step 3 it is 'supervision'" in text, text
    code, text = here("generate", folder / "run" / "saved_model", "-n", 3, "--out", folder / "lines.png")
    assert code == 0, text
    assert here("report", folder / "run")[0] == 0
    page = (folder / "run" / "report.html").read_text()
    assert "Generated and real series" in page and "heat, generated" in page


@pytest.mark.slow
def test_texts_are_trained_made_and_reported(folder):
    run = folder / "texts"
    code, text = here(
        "train",
        "sequence-gan",
        "--dataset",
        f"sequences:{folder / 'texts.txt'}",
        "--batch-size",
        8,
        "--steps",
        4,
        "--out",
        run,
    )
    assert code == 0 and "4 steps of 8 sequences" in text, text
    for model, out in ((run, folder / "a.txt"), (run / "saved_model", folder / "b.txt")):
        code, text = here("generate", model, "-n", 6, "--out", out)
        assert code == 0, text
    lines = (folder / "a.txt").read_text().splitlines()
    assert len(lines) == 6 and lines == (folder / "b.txt").read_text().splitlines()
    assert {word for line in lines for word in line.split()} <= {"a", "red", "heart", "blue", "star"}
    code, text = here("generate", run, "--out", folder / "x.png")
    assert code == 1 and "makes sequences: give --out a name that ends in .txt" in text
    assert here("report", run)[0] == 0 and "Generated texts" in (run / "report.html").read_text()


@pytest.mark.parametrize(
    "options, message",
    [
        (("timegan",), "timegan trains on time series: --dataset series:rows.csv"),
        (("timegan", "--dataset", "series:none.csv"), "There is no file 'none.csv'"),
        (("timegan", "--dataset", "series:FOLDER/weather.csv", "--hold-out", "test"), "share of times"),
        (("timegan", "--dataset", "series:FOLDER/weather.csv", "--exclude", "wind"), "no column 'wind'"),
        (("timegan", "--dataset", "series:FOLDER/holes.csv"), "'heat' has 45 missing"),
        (
            ("timegan", "--dataset", "series:FOLDER/weather.csv", "--length", 400),
            "fewer than a window of 400",
        ),
        (("sequence-gan",), "sequence-gan trains on texts: --dataset sequences:texts.txt"),
        (("dcgan", "--dataset", "series:x.csv"), "'series:' is of recipes of time series, such as timegan"),
    ],
)
@pytest.mark.filterwarnings("ignore:Columns that are no numbers")
def test_held_wrong(folder, options, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, text = here("train", *(str(option).replace("FOLDER", str(folder)) for option in options))
    assert code == 1 and re.search(message, text), text
