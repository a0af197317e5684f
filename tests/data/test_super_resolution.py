import numpy as np
import pytest
from PIL import Image

from keras_gan import data


def images(n=4, size=32, channels=3):
    return np.random.default_rng(0).integers(0, 256, (n, size, size, channels)).astype("uint8")


def test_small_ones_are_pillows_bicubic():
    for batch in data.low_high(images(), 4, batch_size=2, flip=False):
        low, high = (data.to_uint8(batch[name]).numpy() for name in ("condition", "image"))
        assert low.shape == (2, 8, 8, 3) and high.shape == (2, 32, 32, 3)
        for small, large in zip(low, high, strict=True):
            expected = np.asarray(Image.fromarray(large).resize((8, 8), Image.Resampling.BICUBIC))
            assert np.abs(small.astype(int) - expected).max() <= 1
        # As a file would hold them: whole levels.
        np.testing.assert_allclose(data.from_uint8(low), batch["condition"], atol=1e-6)


def test_parts_of_pictures_of_any_size(tmp_path):
    sizes = [(40, 64), (33, 90), (70, 32)]
    for i, (height, width) in enumerate(sizes):
        Image.fromarray(images(1, 128)[0, :height, :width]).save(tmp_path / f"{i}.png")
    found = []
    arrays = [images(1, 128)[0, :h, :w] for h, w in sizes]
    # A folder in memory, one that is read from its files, and arrays.
    for source, options in ((str(tmp_path), {}), (str(tmp_path), {"cache_limit": 0}), (arrays, {})):
        batch = next(iter(data.low_high(source, 2, crop=16, batch_size=4, **options)))
        assert batch["image"].shape == (4, 16, 16, 3) and batch["condition"].shape == (4, 8, 8, 3)
        found.append(batch["image"].numpy())
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    with pytest.raises(ValueError, match=r"1.png, \(33, 90\), is smaller than `crop`"):
        data.low_high(tmp_path, 2, crop=36)


def test_what_does_not_fit_is_said():
    for arguments, message in (
        ((images(), 1), "`scale` must"),
        ((images(size=30), 4), "multiples of scale=4"),
        ((images().astype("float32"), 4), "uint8"),
        (([images()[0]], 4), "crop"),
    ):
        with pytest.raises(ValueError, match=message):
            data.low_high(*arguments)
    for arguments, message in (
        (([],), "no images"),
        ((images(channels=4), 4), "4 channels"),
    ):
        with pytest.raises(ValueError, match=message):
            data.low_high(*arguments, crop=16, degradation="real")
    with pytest.raises(ValueError, match="channels"):
        data.low_high(images(), channels=2)
    with pytest.raises(ValueError, match="degradation"):
        data.low_high(images(), degradation="blur")
    with pytest.raises(ValueError, match="smaller than `crop`"):
        data.low_high(images(), crop=64)
    with pytest.raises(ValueError, match=r"multiples of scale=4.*crop \(18, 18\).*such as \(16, 16\)"):
        data.low_high(images(), crop=18)


def test_splits_of_a_folder_are_its_sub_folders(tmp_path):
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
        Image.fromarray(images(1, 40)[0] // (1 if split == "train" else 2)).save(tmp_path / split / "a.png")
    whole = {
        split: data.low_high(tmp_path, 2, split=split, crop=16, batch_size=1)
        .stream.fetch([0])["image"]
        .numpy()
        for split in ("train", "test")
    }
    assert whole["train"].max() > 0.9 and whole["test"].max() < 0.1
    with pytest.raises(ValueError, match="nonsense"):
        data.low_high(tmp_path, 2, split="nonsense", crop=16)
