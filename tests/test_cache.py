import numpy as np

from keras_gan.cache import cache_folder, spilled, write_whole


def test_the_platforms_folder_or_the_one_that_is_asked_for(tmp_path, monkeypatch):
    import platformdirs

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a"))
    assert cache_folder("x") == tmp_path / "a" / "keras_gan" / "x"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name, author: tmp_path / "b" / name)
    assert cache_folder() == tmp_path / "b" / "keras_gan" and cache_folder().is_dir()


def test_a_file_appears_whole(tmp_path):
    write_whole(tmp_path / "a.txt", lambda partial: partial.write_text("x"))
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_images_are_written_once_and_the_newest_of_a_group_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    images, calls = np.arange(24, dtype="uint8").reshape(6, 2, 2, 1), []

    def blocks():
        calls.append(1)
        yield images[:4], np.arange(4)
        yield images[4:], np.arange(4, 6)

    for key in (["a"], ["a"], ["b"]):
        stored, labels = spilled(key, blocks, images.shape, group=["g"])
        np.testing.assert_array_equal(stored, images)
        np.testing.assert_array_equal(labels, np.arange(6))
    assert len(calls) == 2 and len(list(tmp_path.rglob("images.npy"))) == 1
