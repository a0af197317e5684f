"""Videos as batches, and back."""

import sys

import numpy as np
import pytest
from PIL import Image

from keras_gan.data import moving_digits, next_frames, read_video, videos, write_video


def clip(count=8, height=16, width=24, channels=3, seed=0):
    """Frames that tell themselves apart: each has a level of its own."""
    levels = np.linspace(0, 240, count).astype("uint8")
    made = np.broadcast_to(levels[:, None, None, None], (count, height, width, channels)).copy()
    made[:, : height // 2, : width // 2] = seed
    return made


def test_arrays_parts_and_labels():
    given = np.stack([clip(20, seed=10 * i) for i in range(8)])
    data = videos(given, np.arange(8) % 2, frames=5, batch_size=8, class_names=["a", "b"])
    assert data.fps == 10 and data.class_names == ["a", "b"]
    # 20 frames are four parts of five.
    assert data.stream.size == 32
    starts = set()
    for x, labels in data:
        assert x.shape == (8, 5, 16, 24, 3) and labels.shape == (8,)
        assert float(np.min(x)) >= -1 and float(np.max(x)) <= 1
        for part, label in zip(np.asarray(x), labels, strict=True):
            levels = np.round((part[:, -1, -1, 0] + 1) * 127.5).astype("uint8")
            start = int(np.flatnonzero(given[0, :, -1, -1, 0] == levels[0])[0])
            # Frames that follow one another, of one video, whose label it has.
            assert (levels == given[0, start : start + 5, -1, -1, 0]).all()
            which = round(float((part[0, 0, 0, 0] + 1) * 127.5) / 10)
            assert which % 2 == label
            starts.add(start)
    assert len(starts) > 4
    first = next(iter(videos(given, frames=5, part="start", shuffle=False, batch_size=8)))
    assert (np.round((first[0, :, -1, -1, 0] + 1) * 127.5) == given[0, :5, -1, -1, 0]).all()


def test_mirrored_left_right_and_not_upside_down():
    given = np.zeros((8, 4, 8, 8), "uint8")
    given[:, :, :2, :3] = 255
    data, seen = videos(given, frames=4, batch_size=8, flip=True), set()
    for epoch in range(4):
        data.stream.start(epoch, 0, 1)
        for x in data:
            assert float(np.min(x[:, :, :2])) == -1 and float(np.max(x[:, :, 2:])) == -1
            seen |= {bool(value > 0) for value in np.asarray(x)[:, 0, 0, 0, 0]}
    assert seen == {True, False}
    # Validation and pictures see them as they are.
    assert all((np.asarray(x)[:, 0, 0, 0, 0] > 0).all() for x in data.stream.whole())


@pytest.mark.parametrize("ending", [".gif", ".webp", ".mp4"])
def test_files_come_back(tmp_path, ending):
    if ending == ".mp4":
        pytest.importorskip("imageio_ffmpeg", reason="pip install 'keras-gan[video]'")
    given = clip(9)
    write_video(tmp_path / f"clip{ending}", given, 8)
    found, fps = read_video(tmp_path / f"clip{ending}")
    assert found.shape == given.shape and fps == pytest.approx(8, abs=0.4)
    assert np.abs(found.astype(int) - given)[:, -4:].max() <= (12 if ending == ".mp4" else 3)
    small, _ = read_video(tmp_path / f"clip{ending}", size=(8, 8), channels=1)
    assert small.shape == (9, 8, 8, 1)
    # Twice as fast: every second frame.
    half, fps = read_video(tmp_path / f"clip{ending}", fps=4)
    assert fps == 4 and len(half) in (4, 5)


def test_frames_that_last_unlike_long_are_seen_as_long(tmp_path):
    images = [Image.new("RGB", (16, 16), (level,) * 3) for level in (0, 100, 200)]
    images[0].save(
        tmp_path / "a.gif", save_all=True, append_images=images[1:], duration=[100, 300, 200], loop=0
    )
    found, fps = read_video(tmp_path / "a.gif")
    assert fps == 10 and np.round(found.mean((1, 2, 3)), -1).tolist() == [0, 100, 100, 100, 200, 200]
    # Equal frames are one in the file, and many again.
    still = np.zeros((5, 16, 16, 1), "uint8")
    still[4] = 255
    write_video(tmp_path / "b.gif", still, 10)
    assert Image.open(tmp_path / "b.gif").n_frames == 2
    found, fps = read_video(tmp_path / "b.gif", fps=10)
    assert found.mean((1, 2, 3)).tolist() == [0, 0, 0, 0, 255]


def test_times_add_up_at_rates_that_no_gif_has(tmp_path):
    write_video(tmp_path / "a.gif", clip(24), 24)
    with Image.open(tmp_path / "a.gif") as file:
        total = 0
        for i in range(file.n_frames):
            file.seek(i)
            total += file.info["duration"]
    assert total == 1000


def test_transparent_animations_lie_over_white(tmp_path):
    images = [Image.new("RGBA", (16, 16), (0, 0, 0, 0)) for _ in range(3)]
    for i, image in enumerate(images):
        image.paste((255, 0, 0, 255), (4 * i, 0, 4 * i + 4, 4))
    images[0].save(tmp_path / "a.gif", save_all=True, append_images=images[1:], duration=100, disposal=2)
    found, _ = read_video(tmp_path / "a.gif")
    assert len(found) == 3 and (found[:, 8, 8] == 255).all()
    for i, frame in enumerate(found):
        assert (frame[1, 4 * i + 1] == (255, 0, 0)).all()
        assert (frame[1, (4 * i + 9) % 16] == 255).all()


def test_folders_of_frames_and_of_classes(tmp_path):
    for name, level in (("dark", 0), ("light", 200)):
        for number in range(2):
            folder = tmp_path / name / f"take-{number}"
            folder.mkdir(parents=True)
            for i in range(6):
                Image.new("RGB", (16, 16), (level + i,) * 3).save(folder / f"{i:03d}.png")
    write_video(tmp_path / "light" / "third.gif", clip(6, 16, 16), 10)
    data = videos(tmp_path, True, frames=6, fps=10, batch_size=5, shuffle=False)
    x, labels = next(iter(data))
    assert data.class_names == ["dark", "light"] and labels.numpy().tolist() == [0, 0, 1, 1, 1]
    levels = np.round((x.numpy()[..., 0].mean((2, 3)) + 1) * 127.5)
    assert levels[0].tolist() == [0, 1, 2, 3, 4, 5] and levels[2].tolist() == [200, 201, 202, 203, 204, 205]
    with pytest.raises(ValueError, match="no rate: give `fps=`"):
        videos(tmp_path / "dark", frames=6, batch_size=1)


def test_frames_are_in_the_order_of_their_numbers(tmp_path):
    for i in range(1, 13):
        Image.new("L", (16, 16), 10 * i).save(tmp_path / f"frame{i}.png")
    video, _ = read_video(tmp_path, fps=10, channels=1)
    assert video.mean((1, 2, 3)).tolist() == [10.0 * i for i in range(1, 13)]


@pytest.mark.parametrize("ending", [".gif", ".webp"])
@pytest.mark.parametrize("fps", [10, 12, 15, 24, 30])
def test_rates_that_a_file_rounds_are_found_again(tmp_path, fps, ending):
    # Frames that follow one another differ, but for one pair, which is one frame in the file.
    given = clip(3 * fps)[np.arange(3 * fps) * 7 % (3 * fps - 1)]
    given[5] = given[4]
    write_video(tmp_path / f"a{ending}", given, fps)
    found, rate = read_video(tmp_path / f"a{ending}")
    assert len(found) == len(given) and rate == pytest.approx(fps, rel=0.01)
    assert np.abs(found.astype(int) - given)[:, -4:].max() <= 4


def test_the_folder_where_one_is(tmp_path, monkeypatch):
    write_video(tmp_path / "a.gif", clip(), 10)
    monkeypatch.chdir(tmp_path)
    assert videos(".", frames=8, batch_size=1).stream.size == 1


def test_next_frames():
    given = np.stack([clip(7, seed=i) for i in range(4)])
    data = next_frames(given, history=3, batch_size=4)
    for batch in data:
        assert batch["condition"].shape == (4, 16, 24, 9) and batch["image"].shape == (4, 16, 24, 3)
        known = np.round((np.asarray(batch["condition"])[:, -1, -1, ::3] + 1) * 127.5)
        following = np.round((np.asarray(batch["image"])[:, -1, -1, 0] + 1) * 127.5)
        # Levels rise by 40 a frame.
        np.testing.assert_allclose(np.diff(np.c_[known, following]), 40)


def test_moving_digits():
    made, labels, names = moving_digits(40, seed=1)
    assert made.shape == (40, 16, 32, 32, 1) and names == ["left", "right", "up", "down"]
    weights = made[..., 0] / made[..., 0].sum((2, 3), keepdims=True)
    y, x = (weights * np.arange(32)[:, None]).sum((2, 3)), (weights * np.arange(32)).sum((2, 3))
    steps = np.array([(0, -1), (0, 1), (-1, 0), (1, 0)])[labels]
    np.testing.assert_allclose(np.diff(y), np.repeat(steps[:, :1], 15, 1), atol=1e-9)
    np.testing.assert_allclose(np.diff(x), np.repeat(steps[:, 1:], 15, 1), atol=1e-9)
    bounced = moving_digits(40, "test", bounce=True, seed=1)[0]
    sums = bounced.astype(int).sum((2, 3, 4))
    assert (sums == sums[:, :1]).all()  # no digit leaves the frame
    weights = bounced[..., 0] / sums[..., None, None]
    x = (weights * np.arange(32)).sum((2, 3))
    speeds = np.abs(np.diff(x))
    assert (speeds <= 2 + 1e-9).all()
    with pytest.raises(ValueError, match="cross a frame"):
        moving_digits(4, frames=20)


def test_held_wrong(tmp_path):
    with pytest.raises(ValueError, match="has 3 frames, and an example has 16"):
        videos(np.stack([clip(3)] * 4), batch_size=2)
    with pytest.raises(ValueError, match="several sizes"):
        videos([clip(20), clip(20, 8, 8)], batch_size=1)
    with pytest.raises(ValueError, match=r"uint8, or floats in \[-1, 1\]"):
        videos(255.0 * np.ones((4, 20, 8, 8, 1)), batch_size=2)
    with pytest.raises(ValueError, match=r"\(time, height, width"):
        videos(np.zeros((4, 20, 8), "uint8"), batch_size=2)
    with pytest.raises(ValueError, match="one video"):
        videos(clip(20), batch_size=2)
    with pytest.raises(ValueError, match="must be ints"):
        videos(np.stack([clip(20)] * 4), np.zeros(4), batch_size=2)
    with pytest.raises(ValueError, match="no files that end in"):
        videos(tmp_path, batch_size=1)
    Image.new("RGB", (16, 16)).save(tmp_path / "one.gif")
    with pytest.raises(ValueError, match=r"one\.gif has 1 frame at 10 a second, and an example has 16"):
        videos(tmp_path, batch_size=1)
    write_video(tmp_path / "a.gif", clip(20), 10)
    with pytest.warns(UserWarning, match="1 files were left out"):
        assert videos(tmp_path, batch_size=1, on_error="skip").stream.size == 1
    write_video(tmp_path / "b.gif", clip(20), 20)
    (tmp_path / "one.gif").unlink()
    with pytest.raises(ValueError, match=r"several rates .*give `fps=`"):
        videos(tmp_path, batch_size=1)
    for ending in (".gif", ".mp4"):
        (tmp_path / f"bad{ending}").write_bytes(b"GIF89a")
        with pytest.raises(ValueError, match=f"bad{ending} cannot be read"):
            read_video(tmp_path / f"bad{ending}")
    with pytest.raises(ValueError, match=r"\.gif, \.webp or \.mp4"):
        write_video(tmp_path / "x.avi", clip(), 10)
    with pytest.raises(ValueError, match="50 frames a second at most"):
        write_video(tmp_path / "x.gif", clip(), 60)


def test_films_need_the_extra(tmp_path, monkeypatch):
    (tmp_path / "a.mp4").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(ImportError, match=r"pip install 'keras-gan\[video\]'"):
        videos(tmp_path, batch_size=1)


def test_a_film_that_is_turned_comes_upright(tmp_path):
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="pip install 'keras-gan[video]'")
    import subprocess

    given = np.zeros((12, 32, 48, 3), "uint8")
    given[:, :, :24] = 200  # bright at the left
    write_video(tmp_path / "a.mp4", given, 10)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-display_rotation", "90"]
    subprocess.run([*command, "-i", tmp_path / "a.mp4", "-c", "copy", tmp_path / "b.mp4"], check=True)
    found, _ = read_video(tmp_path / "b.mp4")
    assert found.shape == (12, 48, 32, 3)
    assert abs(found[:, :20].mean() - found[:, 28:].mean()) > 150
