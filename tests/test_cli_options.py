import pytest

from keras_gan.cli_options import as_label, existing, writable


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
    with pytest.raises(ValueError, match="There is no 'nowhere'. It must be a run folder"):
        existing("nowhere")
    with pytest.raises(ValueError, match=r"There is no 'nowhere'\.$"):
        existing("nowhere", "")


def test_labels_are_numbers_or_names():
    assert [as_label(text) for text in ("3", "imps", None)] == [3, "imps", None]
