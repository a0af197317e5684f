import pytest

from keras_gan.cli.options import existing, numbers, writable


def test_what_can_be_written(tmp_path):
    writable(tmp_path / "new" / "deeper" / "a.png")
    writable(tmp_path / "new", folder=True)
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"--out .*file/a\.png cannot be written: Not a directory"):
        writable(tmp_path / "file" / "a.png")
    with pytest.raises(ValueError, match="--sheet .* is a folder"):
        writable(tmp_path, "--sheet")


def test_what_exists():
    existing("hf://me/digits")
    with pytest.raises(ValueError, match="There is no file or folder 'nowhere'. It must be a run folder"):
        existing("nowhere")
    with pytest.raises(ValueError, match=r"There is no file or folder 'nowhere'\.$"):
        existing("nowhere", "")


def test_numbers_with_commas():
    assert numbers("1, 2", int, "--shape", "8,8") == [1, 2]
    with pytest.raises(ValueError, match="--shape takes numbers with commas between, such as 8,8"):
        numbers("1,x", int, "--shape", "8,8")
