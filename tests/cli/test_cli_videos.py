"""Videos from the command line."""

import re

import numpy as np
import pytest

from keras_gan.data import read_video, write_video
from tests.cli.test_cli import here


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    for name, way in (("left", -1), ("right", 1)):
        (folder / "bars" / name).mkdir(parents=True)
        for i in range(6):
            video = np.zeros((10, 16, 16, 1), "uint8")
            for t in range(10):
                video[t, 2 * i : 2 * i + 4, (4 + way * t) % 12 : (4 + way * t) % 12 + 4] = 255
            write_video(folder / "bars" / name / f"{i}.gif", video, 10)
    return folder


@pytest.mark.slow
def test_videos_are_trained_resumed_made_and_reported(folder):
    options = ("--dataset", f"videos:{folder / 'bars'}", "--image-size", 16, "--channels", 1)
    options += ("--frames", 10, "--batch-size", 4, "--out", folder / "run")
    code, text = here("train", "conditional-mocogan", *options, "--steps", 1)
    assert code == 0 and "1 steps of 4 videos" in text, text
    code, text = here("train", "conditional-mocogan", *options, "--steps", 2, "--resume")
    assert code == 0 and "step 2/2" in text, text
    assert {path.suffix for path in (folder / "run" / "samples").iterdir()} >= {".png", ".gif"}
    for model, out in ((folder / "run", "a.gif"), (folder / "run" / "saved_model", "b.gif")):
        code, text = here("generate", model, "-n", 1, "--label", "left", "--out", folder / out)
        assert code == 0, text
    made = [read_video(folder / name, fps=10)[0] for name in ("a.gif", "b.gif")]
    assert made[0].shape == (10, 16, 16, 3) and np.abs(made[0].astype(int) - made[1]).max() <= 3
    code, text = here("generate", folder / "run", "-n", 4, "--out", folder / "strips.png")
    assert code == 0, text
    code, text = here("generate", folder / "run", "--out", folder / "x.wav")
    assert code == 1 and "makes no .wav files" in text
    assert here("report", folder / "run")[0] == 0
    page = (folder / "run" / "report.html").read_text()
    assert "Generated videos" in page and "Real videos" in page and "image/gif" in page


@pytest.mark.slow
def test_the_next_frame_is_trained_and_predicted(folder):
    options = ("--dataset", f"videos:{folder / 'bars'}", "--image-size", 16, "--channels", 1)
    run = folder / "next"
    code, text = here("train", "next-frame", *options, "--batch-size", 4, "--steps", 2, "--out", run)
    assert code == 0 and "2 steps of 4 frames" in text, text
    code, text = here("predict", run, folder / "bars", "--frames", 3, "--out", folder / "predicted")
    assert code == 0 and len(list((folder / "predicted").rglob("*.gif"))) == 12, text
    video, _ = read_video(folder / "predicted" / "left" / "0.gif", fps=10)
    given, _ = read_video(folder / "bars" / "left" / "0.gif")
    assert len(video) == 13 and np.abs(video[:10].astype(int) - given).max() <= 3
    assert here("report", run)[0] == 0
    code, text = here("generate", run, "--out", folder / "x.png")
    assert code == 1 and "use `keras-gan predict`" in text
    code, text = here("predict", folder / "run", folder / "bars")
    assert code == 1 and re.search("predicts no frames|There is no", text)
    short = np.zeros((2, 16, 16, 1), "uint8")
    short[1] = 255
    write_video(folder / "short.gif", short, 10)
    code, text = here("predict", run, folder / "short.gif")
    assert code == 1 and "has 2 frames, and the model is given 4" in text


@pytest.mark.slow
def test_moving_digits_need_no_files(tmp_path):
    code, text = here(
        "train", "conditional-mocogan", "--steps", 2, "--hold-out", "test", "--out", tmp_path / "run"
    )
    assert code == 0 and "conditional-mocogan on moving_digits" in text, text
    code, text = here("generate", tmp_path / "run", "--label", "up", "--out", tmp_path / "up.gif")
    assert code == 0, text
    code, text = here("train", "next-frame", "--steps", 2, "--out", tmp_path / "next")
    assert code == 0, text
    assert here("report", tmp_path / "run")[0] == 0 and here("report", tmp_path / "next")[0] == 0


@pytest.mark.parametrize(
    "options, message",
    [
        (("mocogan", "--dataset", "folder:x"), "mocogan trains on videos: --dataset videos:FOLDER"),
        (("mocogan", "--dataset", "videos:nothing"), "There is no folder 'nothing'"),
        (("mocogan", "--fps", 5), "are of files"),
        (("next-frame", "--flip"), "does not mirror videos"),
        (("dcgan", "--dataset", "videos:."), "'videos:' is of recipes of videos, such as mocogan"),
        (("dcgan", "--frames", 5), "takes .*, not --frames"),
    ],
)
def test_held_wrong(options, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, text = here("train", *options)
    assert code == 1 and re.search(message, text), text
