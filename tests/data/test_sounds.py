"""Sound files and arrays as batches."""

import shutil

import numpy as np
import pytest
import soundfile

import keras_gan
from keras_gan.data import read_sound, sounds, write_sound


def tone(samples=800, rate=8000, hertz=440, level=0.5):
    return (level * np.sin(2 * np.pi * hertz * np.arange(samples) / rate)).astype("float32")


@pytest.fixture
def folder(tmp_path):
    """Two classes, a file of each format, stereo and another rate among them."""
    for i, ending in enumerate(("wav", "flac", "ogg", "aiff")):
        for name, hertz in (("high", 1500), ("low", 200)):
            (tmp_path / name).mkdir(exist_ok=True)
            sound = tone(900 + 10 * i, hertz=hertz)
            soundfile.write(
                tmp_path / name / f"{i}.{ending}", np.stack([sound, sound], 1) if i == 1 else sound, 8000
            )
    return tmp_path


def test_files_of_all_formats_by_class(folder):
    data = sounds(folder, True, batch_size=4)
    assert data.class_names == ["high", "low"] and data.rate == 8000
    assert data.element_spec[0].shape == (4, 930, 1)
    x, labels = (np.concatenate(part) for part in zip(*data.stream.whole(), strict=True))
    for sound, label in zip(x, labels, strict=True):
        peak = np.abs(np.fft.rfft(sound[:800, 0])).argmax() * 10
        assert abs(peak - (1500, 200)[label]) <= 20
    # Shorter ones end in silence.
    assert (x[[np.abs(s[905:]).max() == 0 for s in x]].shape[0]) >= 2


def test_resampling_keeps_pitch_and_level(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(16_000, 16_000), 16_000)
    sound, rate = read_sound(tmp_path / "a.wav", rate=8000)
    assert rate == 8000 and sound.shape == (8000, 1)
    inside = sound[1000:-1000, 0]
    assert np.abs(np.fft.rfft(inside)).argmax() == round(440 * len(inside) / 8000)
    np.testing.assert_allclose(np.abs(inside).max(), 0.5, atol=0.01)


def test_stereo_and_mono(tmp_path):
    left, right = tone(), tone(hertz=880)
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], 1), 8000, subtype="FLOAT")
    both, _ = read_sound(tmp_path / "a.wav", mono=False)
    np.testing.assert_allclose(both, np.stack([left, right], 1), atol=1e-6)
    mean, _ = read_sound(tmp_path / "a.wav")
    np.testing.assert_allclose(mean[:, 0], (left + right) / 2, atol=1e-6)


def test_levels_and_trimming():
    quiet = np.concatenate([np.zeros(100), tone(800, level=0.1), np.zeros(300)])
    (batch,) = sounds([quiet] * 4, rate=8000, level=0.9, trim=True, batch_size=4)
    np.testing.assert_allclose(np.abs(batch).max(), 0.9, atol=1e-3)
    assert 790 <= batch.shape[1] <= 800


@pytest.mark.slow
def test_parts_at_random_lie_within_their_sound():
    # Each sound is a ramp from its own number: what a part holds says where it is from.
    clips = [np.linspace(k / 10, k / 10 + 0.09, 1000 + 100 * k) for k in range(3)]
    data = sounds(clips, rate=8000, length=400, part="random", batch_size=4, seed=1)
    assert data.stream.size == 2 + 3 + 3
    seen = []
    for epoch in range(20):
        data.stream.start(epoch, 0, data.stream.batches)
        for batch in data:
            assert batch.shape == (4, 400, 1)
            for part in np.asarray(batch)[..., 0]:
                k = int(part[0] * 10 + 1e-3)
                assert part[-1] < k / 10 + 0.0901 and (np.diff(part) >= 0).all()
                seen.append(part[0])
    assert len(np.unique(seen)) > 50
    data.stream.start(3, 0, data.stream.batches)
    again = np.concatenate(list(data))
    data.stream.start(3, 0, data.stream.batches)
    np.testing.assert_array_equal(np.concatenate(list(data)), again)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "aiff"])
def test_written_and_read_again(tmp_path, ending):
    write_sound(tmp_path / f"a.{ending}", tone(4000)[:, None], 8000)
    sound, rate = read_sound(tmp_path / f"a.{ending}")
    assert rate == 8000
    np.testing.assert_allclose(sound[:, 0], tone(4000), atol=0.05 if ending == "ogg" else 1 / 32_000)


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(ValueError, match="written as .wav"):
        write_sound(tmp_path / "a.mp4", tone()[:, None], 8000)
    with pytest.raises(ValueError, match="NaN"):
        write_sound(tmp_path / "a.wav", np.full((10, 1), np.nan), 8000)


def test_classes_have_one_number_in_all_splits(tmp_path):
    for split, names in (("train", "abc"), ("test", "bc")):
        for name in names:
            (tmp_path / split / name).mkdir(parents=True)
            soundfile.write(tmp_path / split / name / "0.wav", tone(), 8000)
    data = sounds(tmp_path, True, split="test", batch_size=2, shuffle=False)
    assert data.class_names == ["a", "b", "c"] and next(iter(data))[1].numpy().tolist() == [1, 2]


def test_files_of_floats_beyond_the_range_are_refused(tmp_path):
    soundfile.write(tmp_path / "loud.wav", 20_000 * tone(), 8000, subtype="FLOAT")
    with pytest.raises(ValueError, match="loud.wav has samples up to .*32768"):
        read_sound(tmp_path / "loud.wav")


def test_silence_is_left_out_and_said():
    clips = [tone(), np.zeros(800), tone(), tone()]
    with pytest.warns(UserWarning, match="1 of 4 sounds are silent, such as number 1"):
        data = sounds(clips, np.array([0, 1, 0, 1]), rate=8000, batch_size=3)
    assert sorted(np.asarray(next(iter(data))[1])) == [0, 0, 1]


def test_splits_are_sub_folders(folder, tmp_path_factory):
    root = tmp_path_factory.mktemp("splits")
    for split in ("train", "test"):
        shutil.copytree(folder, root / split)
    assert len(list(sounds(root, True, split="test", batch_size=8))) == 1
    with pytest.raises(ValueError, match="val"):
        sounds(root, split="val", batch_size=2)


def test_held_wrong(folder, tmp_path):
    with pytest.raises(ValueError, match="`rate` must be given with arrays"):
        sounds([tone()] * 4, batch_size=2)
    with pytest.raises(ValueError, match=r"in \[-1, 1\], without NaN"):
        sounds([10 * tone()] * 4, rate=8000, batch_size=2)
    with pytest.raises(ValueError, match="samples come before channels"):
        sounds([tone()[None]] * 4, rate=8000, batch_size=2)
    with pytest.raises(ValueError, match="All sounds are silent"), pytest.warns(UserWarning):
        sounds([np.zeros(800)] * 4, rate=8000, batch_size=2)
    with pytest.raises(ValueError, match="needs `length`"):
        sounds([tone()] * 4, rate=8000, part="random")
    with pytest.raises(ValueError, match="There is no folder"):
        sounds(tmp_path / "nothing")
    (folder / "high" / "bad.wav").write_bytes(b"not a sound")
    with pytest.raises(ValueError, match="bad.wav cannot be read as sound"):
        sounds(folder, True, batch_size=4)
    with pytest.warns(UserWarning, match="1 files were left out, such as bad.wav"):
        assert len(sounds(folder, True, batch_size=4, on_error="skip")) == 2
    (folder / "high" / "bad.wav").unlink()
    soundfile.write(folder / "high" / "empty.wav", np.zeros(0), 8000)
    with pytest.raises(ValueError, match="no samples"):
        sounds(folder, True, batch_size=4)
    (folder / "high" / "empty.wav").unlink()
    soundfile.write(folder / "high" / "other.wav", tone(), 16_000)
    with pytest.raises(ValueError, match="several rates .*other.wav has 16000.*give `rate=`"):
        sounds(folder, True, batch_size=4)
    assert sounds(folder, True, rate=8000, batch_size=4).rate == 8000


def test_without_the_extra(monkeypatch, folder):
    import builtins

    kept = builtins.__import__

    def missing(name, *args, **kwargs):
        if name == "soundfile":
            raise ImportError(name)
        return kept(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ImportError, match=r"pip install 'keras-gan\[audio\]'"):
        keras_gan.data.sounds(folder)
