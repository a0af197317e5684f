"""Sound from the command line."""

import re

import numpy as np
import pytest
import soundfile

from tests.cli.test_cli import here

LENGTH = 1024


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder, time = tmp_path_factory.mktemp("sound"), np.arange(LENGTH) / 8000
    for name, hertz in (("high", 1500), ("low", 300)):
        (folder / "sounds" / name).mkdir(parents=True)
        for i in range(12):
            sound = np.sin(2 * np.pi * hertz * (1 + i / 50) * time) * 0.5
            soundfile.write(folder / "sounds" / name / f"{i}.wav", sound, 8000)
    return folder


def train(folder, recipe, *options):
    options = ("--length", LENGTH, "--batch-size", 8, "--steps", 3, *options)
    out = folder / recipe
    return here("train", recipe, "--dataset", f"sounds:{folder / 'sounds'}", "--out", out, *options)


@pytest.mark.slow
def test_sounds_by_class_are_trained_resumed_made_and_reported(folder):
    code, text = train(folder, "conditional-wavegan")
    assert code == 0 and "3 steps of 8 sounds" in text, text
    code, text = train(folder, "conditional-wavegan", "--steps", 6, "--resume")
    assert code == 0 and "step 6/6" in text, text
    run = folder / "conditional-wavegan"
    assert {path.suffix for path in (run / "samples").iterdir()} == {".png", ".wav", ".gif"}
    for model, out in ((run, folder / "a.wav"), (run / "saved_model", folder / "b.wav")):
        code, text = here("generate", model, "-n", 3, "--label", "low", "--out", out)
        assert code == 0, text
    assert (folder / "a.wav").read_bytes() == (folder / "b.wav").read_bytes()
    assert soundfile.info(folder / "a.wav").frames == 3 * (LENGTH + 2000)
    assert here("generate", run, "-n", 4, "--out", folder / "grid.png")[0] == 0
    assert here("report", run)[0] == 0
    page = (run / "report.html").read_text()
    assert len(re.findall("<audio controls", page)) == 32 and "Real sounds" in page


@pytest.mark.slow
def test_a_vocoder_makes_sound_of_sound(folder):
    code, text = train(folder, "hifigan", "--steps", 2)
    assert code == 0, text
    run = folder / "hifigan"
    code, text = here("vocode", run, folder / "sounds" / "low", "--out", folder / "vocoded")
    assert code == 0 and len(list((folder / "vocoded").glob("*.wav"))) == 12, text
    assert soundfile.info(folder / "vocoded" / "0.wav").frames == LENGTH
    np.save(folder / "mel.npy", np.zeros((10, 40), "float32"))
    assert here("vocode", run, folder / "mel.npy", "--out", folder / "of_mel")[0] == 0
    assert soundfile.info(folder / "of_mel" / "mel.wav").frames == 10 * 128
    assert here("report", run)[0] == 0
    assert len(re.findall("<audio controls", (run / "report.html").read_text())) == 16
    code, text = here("generate", run, "--out", folder / "x.wav")
    assert code == 1 and "use `keras-gan vocode`" in text
    code, text = here("vocode", folder / "nothing", folder / "mel.npy")
    assert code == 1 and "no file or folder" in text


@pytest.mark.slow
def test_spectrograms_are_heard(folder):
    # 8 frames of 64 frequencies are no square, which the networks take none the less.
    code, text = train(folder, "specgan", "--length", 4096, "--steps", 1)
    assert code == 0, text
    code, text = here("generate", folder / "specgan", "-n", 2, "--out", folder / "spec.wav")
    assert code == 0 and soundfile.info(folder / "spec.wav").frames == 2 * (4096 + 2000), text


@pytest.mark.parametrize(
    "options, message",
    [
        (("wavegan",), "wavegan trains on sound: --dataset sounds:FOLDER"),
        (("wavegan", "--dataset", "sounds:nothing"), "There is no folder 'nothing'"),
        (("wavegan", "--dataset", "sounds:.", "--flip"), "--flip does not go with"),
        (
            ("wavegan", "--dataset", "sounds:.", "--metrics", "fid", "--hold-out", "test"),
            "--metrics does not go with",
        ),
        (("dcgan", "--rate", "8000"), "dcgan takes .* not --rate"),
        (("dcgan", "--dataset", "sounds:."), "'sounds:' is of recipes of sound, such as wavegan"),
    ],
)
def test_held_wrong(options, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, text = here("train", *options)
    assert code == 1 and re.search(message, text), text


def test_a_length_that_the_networks_do_not_make(folder):
    code, text = train(folder, "wavegan", "--length", 1000)
    assert code == 1 and "16 times a power of 4" in text
