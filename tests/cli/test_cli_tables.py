"""Tables from the command line."""

import csv
import json
import re

import numpy as np
import pandas
import pytest
import tensorflow as tf
from PIL import Image

from keras_gan.data import Schema
from tests.cli.test_cli import here


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    random = np.random.default_rng(0)
    smokes = random.uniform(size=300) < 0.4
    frame = pandas.DataFrame(
        {
            "age": random.integers(18, 80, 300),
            "smokes": np.where(smokes, "yes", "no"),
            "city": random.choice(["Rome", "Oslo"], 300),
            "name": [f"person {i}" for i in range(300)],
            "day": pandas.date_range("2024-01-01", periods=300).strftime("%Y-%m-%d"),
        }
    )
    frame.to_csv(folder / "rows.csv", index=False)
    return folder


def train(folder, *options):
    options = ("--batch-size", 50, *options) if "--batch-size" not in options else options
    return here(
        "train", "ctgan", "--dataset", f"table:{folder / 'rows.csv'}", "--out", folder / "run", *options
    )


@pytest.fixture(scope="module")
def run(folder):
    code, text = train(folder, "--exclude", "name", "--steps", 6, "--save-every", 3)
    assert code == 0 and "6 steps of 50 rows" in text and "Likeness of columns" in text, text
    return folder / "run"


@pytest.mark.slow
def test_a_run_is_resumed_reported_and_makes_rows(folder, run):
    assert pandas.read_csv(run / "samples" / "rows.csv").columns.tolist() == ["age", "smokes", "city", "day"]
    assert np.asarray(Image.open(run / "samples" / "columns.png")).std() > 10
    code, text = train(folder, "--exclude", "name", "--steps", 9, "--resume")
    assert code == 0, text
    out = folder / "out.csv"
    code, text = here(
        *(
            "generate",
            run,
            "-n",
            20,
            "--out",
            out,
            "--where",
            "smokes=yes",
            "--where",
            "age=20..70",
            "--seed",
            3,
        )
    )
    assert code == 0, text
    rows = pandas.read_csv(out)
    assert len(rows) == 20 and set(rows.smokes) == {"yes"} and rows.age.between(20, 70).all()
    code, text = here(
        *("generate", run, "-n", 5, "--out", out, "--where", "day=2024-02-01..2024-09-30"),
        *("--where", "city=Rome", "--where", "city=Oslo"),
    )
    assert code == 0 and pandas.read_csv(out).day.between("2024-02-01", "2024-09-30").all(), text
    code, text = here("report", run)
    page = (run / "report.html").read_text()
    assert code == 0 and "Columns" in page and "What goes together least alike" in page, text
    # The export's vectors are rows by the schema beside it.
    loaded = tf.saved_model.load(str(run / "saved_model"))
    schema = json.loads((run / "saved_model" / "metadata.json").read_text())["schema"]
    rows = Schema.from_config(schema).decode(loaded.sample(7, 1).numpy())
    assert rows.shape == (7, 4) and set(rows.smokes) <= {"yes", "no"}
    with (run / "history.csv").open() as file:
        assert "g_condition" in next(csv.reader(file))


@pytest.mark.slow
def test_a_vae_of_rows(folder):
    options = ("--exclude", "name", "--steps", 8, "--batch-size", 50)
    code, text = here(
        *("train", "tvae", "--dataset", f"table:{folder / 'rows.csv'}", "--out", folder / "vae", *options)
    )
    assert code == 0 and "Likeness of pairs" in text, text
    code, text = here("generate", folder / "vae", "-n", 9, "--out", folder / "v.csv", "--where", "city=Rome")
    assert code == 0 and set(pandas.read_csv(folder / "v.csv").city) == {"Rome"}, text


def test_what_is_refused(folder, run):
    for command, message in (
        (("train", "ctgan"), "ctgan trains on a table: --dataset table:rows.csv"),
        (("train", "ctgan", "--dataset", "table:no.csv"), "There is no file 'no.csv'"),
        (
            ("train", "ctgan", "--dataset", f"table:{folder / 'rows.csv'}", "--kinds", "age"),
            "--kinds must be such as",
        ),
        (
            ("train", "ctgan", "--dataset", f"table:{folder / 'rows.csv'}", "--flip"),
            "--flip does not go with",
        ),
        (
            ("train", "ctgan", "--dataset", f"table:{folder / 'rows.csv'}", "--out", folder / "x"),
            "'name' has 300 different",
        ),
        (("train", "dcgan", "--exclude", "age"), "dcgan takes .* not --exclude"),
        (
            (
                "train",
                "ctgan",
                "--dataset",
                f"table:{folder / 'rows.csv'}",
                "--metrics",
                "fid",
                "--hold-out",
                "test",
            ),
            "ctgan",
        ),
        (("generate", run, "--out", folder / "a.png"), "makes rows of a table: `keras-gan generate"),
        (("generate", run, "--out", folder / "a.png", "--where", "a=b"), "--where is of tables"),
        (("generate", run, "--out", folder / "a.csv", "--where", "smokes"), "must be COLUMN=VALUE"),
        (("generate", run, "--out", folder / "a.csv", "--where", "smokes=no way"), "has no value 'no way'"),
        (
            ("generate", run, "--out", folder / "a.csv", "--where", "age=old"),
            r"'age', of numbers, `where` takes \(low, high\)",
        ),
        (
            ("generate", run, "--out", folder / "a.csv", "--where", "age=3", "--where", "age=4"),
            "'age' is given 2 times",
        ),
        (("generate", run / "saved_model", "--out", folder / "a.csv"), "give the run's folder"),
        (("generate", run, "--out", folder / "a.csv", "--label", 1), "go with -n, --seed and --where"),
    ):
        code, text = here(*command)
        assert code and re.search(message, text.replace("\n", " ")), (command, text)
    assert not (folder / "x" / "config.json").exists()
