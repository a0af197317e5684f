import shutil

import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import data


def picture(path, colour, size=(12, 10)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


def pair_folders(tmp_path, n=6):
    """Pairs of which b is a's value plus 100; kept in classes' folders."""
    for i in range(n):
        for kind, extra in (("a", 0), ("b", 100)):
            picture(tmp_path / kind / f"class{i % 2}" / f"{i}.png", (20 * i + extra,) * 3)
    return tmp_path / "a", tmp_path / "b"


def levels(batch):
    return {name: data.to_uint8(value).numpy() for name, value in batch.items()}


def test_partners_stay_together(tmp_path):
    a, b = pair_folders(tmp_path)
    seen = []
    for batch in data.paired_folders(a, b, image_size=8, batch_size=2, channels_a=1):
        assert batch["condition"].shape == (2, 8, 8, 1) and batch["image"].shape == (2, 8, 8, 3)
        batch = levels(batch)
        np.testing.assert_array_equal(batch["image"][..., :1], batch["condition"] + 100)
        seen += list(batch["condition"][:, 0, 0, 0])
    assert sorted(seen) == [0, 20, 40, 60, 80, 100] and seen != sorted(seen)
    batch = levels(next(iter(data.paired_folders(a, b, image_size=8, direction="b2a"))))
    np.testing.assert_array_equal(batch["condition"], batch["image"] + 100)


def test_side_by_side(tmp_path):
    for i in range(3):
        both = np.full((8, 16, 3), 30 * i, "uint8")
        both[:, 8:] += 100
        Image.fromarray(both).save(tmp_path / f"{i}.png")
    for batch in data.paired_folders(tmp_path):
        batch = levels(batch)
        assert batch["image"].shape == (1, 8, 8, 3)
        np.testing.assert_array_equal(batch["image"], batch["condition"] + 100)
    # What is no pair would be cut through its middle.
    (tmp_path / "square").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "square" / "0.png")
    with pytest.warns(UserWarning, match="halves of 4 x 8 pixels"):
        data.paired_folders(tmp_path / "square", image_size=8)
    shutil.rmtree(tmp_path / "square")
    Image.new("RGB", (15, 8)).save(tmp_path / "odd.png")
    with pytest.raises(ValueError, match=r"odd.png is 15 pixels wide"):
        data.paired_folders(tmp_path)


def test_the_same_part_and_mirror_image_of_both():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 128, (8, 16, 16, 3)).astype("uint8")
    pairs = data.pairs_from_arrays(image, image + 100, crop=8, batch_size=8, flip=True)
    batch = levels(next(iter(pairs)))
    np.testing.assert_array_equal(batch["image"], batch["condition"] + 100)
    mirrored, corners = 0, set()
    for part in batch["condition"]:
        places = [
            (y, x, flip)
            for whole in image
            for y in range(9)
            for x in range(9)
            for flip in (False, True)
            if (whole[y : y + 8, x : x + 8][:, :: -1 if flip else 1] == part).all()
        ]
        assert len(places) == 1
        mirrored += places[0][2]
        corners.add(places[0][:2])
    assert 0 < mirrored < 8 and len(corners) > 3


def test_what_does_not_fit_is_named(tmp_path):
    a, b = pair_folders(tmp_path)
    picture(a / "class0" / "alone.png", (0, 0, 0))
    with pytest.raises(ValueError, match=r"without a partner.*1 only in .*class0/alone"):
        data.paired_folders(a, b)
    picture(b / "class0" / "alone.png", (0, 0, 0), size=(20, 20))
    with pytest.raises(ValueError, match="image_size"):
        data.paired_folders(a, b)
    (b / "class0" / "alone.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"alone.png.*Repair or remove them\.$"):
        data.paired_folders(a, b, image_size=8)
    with pytest.raises(ValueError, match="no folder"):
        data.paired_folders(tmp_path / "none", b)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="empty"):
        data.unpaired_folders(tmp_path / "empty", a)
    with pytest.raises(ValueError, match="a2b"):
        data.paired_folders(a, b, direction="ab")
    with pytest.raises(ValueError, match="second folder"):
        data.unpaired_folders(a)


def test_two_kinds_of_different_lengths(tmp_path):
    for kind, n in (("a", 3), ("b", 8)):
        for i in range(n):
            picture(tmp_path / kind / f"{i}.png", (10 * i,) * 3)
    unpaired = data.unpaired_folders(tmp_path / "a", tmp_path / "b", image_size=8, batch_size=2)
    assert len(unpaired) == 4
    orders = {"condition": [], "image": []}
    for epoch in range(3):
        unpaired.stream.start(epoch, 0, 4)
        for batch in unpaired:
            for name, value in levels(batch).items():
                orders[name] += list(value[:, 0, 0, 0] // 10)
    # An epoch is one pass over the longer; of the shorter each picture comes as often as any other.
    assert all(sorted(orders["image"][8 * e : 8 * e + 8]) == list(range(8)) for e in range(3))
    assert np.bincount(orders["condition"]).min() >= 6
    # Which meets which changes from epoch to epoch.
    meetings = [
        list(zip(orders["condition"], orders["image"], strict=True))[8 * e : 8 * e + 8] for e in range(3)
    ]
    assert sorted(meetings[0]) != sorted(meetings[1])


def test_tfds_cycle_gan_is_read_by_name(monkeypatch):
    from keras_gan.data import tensorflow_datasets
    from keras_gan.data.source import Source

    asked = []

    def read(name, split, size, channels, *rest):
        asked.append((name, split))
        return Source(np.full((3, *size, channels), 7 * len(asked), "uint8"), np.zeros(3, int), None, name)

    monkeypatch.setattr(tensorflow_datasets, "read", read)
    batch = levels(next(iter(data.unpaired_folders("cycle_gan/horse2zebra", image_size=8, split="test"))))
    assert asked == [("cycle_gan/horse2zebra", "testA"), ("cycle_gan/horse2zebra", "testB")]
    assert (batch["condition"] == 7).all() and (batch["image"] == 14).all()


def test_examples_are_evenly_spaced_and_whole():
    image = np.arange(10, dtype="uint8")[:, None, None, None] * np.ones((1, 8, 8, 1), "uint8")
    examples = levels(data.pairs_from_arrays(image, image, flip=True).stream.examples(4))
    assert list(examples["image"][:, 0, 0, 0]) == [0, 3, 6, 9]
    assert keras_gan.data.Stream is data.Stream


def test_parts_larger_than_the_pictures_and_unequal_lengths():
    images = np.zeros((3, 8, 8, 3), "uint8")
    for make in (data.pairs_from_arrays, data.unpaired_from_arrays):
        with pytest.raises(ValueError, match="larger than the images"):
            make(images, images, crop=16)
    with pytest.raises(ValueError, match="3 conditions for 2 images"):
        data.pairs_from_arrays(images, images[:2])


def test_folders_beyond_the_limit_are_read_from_their_files(tmp_path):
    pair_folders(tmp_path)
    for load in (data.paired_folders, data.unpaired_folders):
        batches = [
            list(load(tmp_path / "a", tmp_path / "b", batch_size=2, flip=True, **limit).as_numpy_iterator())
            for limit in ({}, {"cache_limit": 100})
        ]
        for held, read in zip(*batches, strict=True):
            for name in ("condition", "image"):
                np.testing.assert_array_equal(held[name], read[name])


def test_floats_one_folder_and_whole_pictures(tmp_path):
    images = np.zeros((3, 8, 8, 3), "uint8")
    for make in (data.pairs_from_arrays, data.unpaired_from_arrays):
        with pytest.raises(ValueError, match="to_uint8"):
            make(images.astype("float32"), images)
    a, _ = pair_folders(tmp_path)
    for load in (data.paired_folders, data.unpaired_folders):
        with pytest.raises(ValueError, match="the same folder"):
            load(a, str(a) + "/")
    picture(tmp_path / "whole" / "0.png", (1, 2, 3), (8, 8))
    with pytest.warns(UserWarning, match="give `b`"):
        data.paired_folders(tmp_path / "whole")


def test_one_kind_in_memory_and_one_in_its_files(tmp_path):
    for i in range(6):
        picture(tmp_path / "many" / f"{i}.png", (i, 0, 0), (8, 8))
        if i < 2:
            picture(tmp_path / "few" / f"{i}.png", (0, i, 0), (8, 8))
    dataset = data.unpaired_folders(tmp_path / "few", tmp_path / "many", cache_limit=2 * 8 * 8 * 3)
    assert len(list(dataset)) == 6


def test_partners_of_two_shapes_are_named(tmp_path):
    a, b = pair_folders(tmp_path)
    picture(b / "class0" / "2.png", (0, 0, 0), size=(24, 10))
    with pytest.raises(ValueError, match=r"1 of 6 pairs.*2.png is \(10, 12\).*\(10, 24\)"):
        data.paired_folders(a, b, image_size=8)
    # Of one shape, but of two sizes, they are brought to one.
    picture(b / "class0" / "2.png", (0, 0, 0), size=(24, 20))
    data.paired_folders(a, b, image_size=8)


def test_label_maps(tmp_path):
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 5, (3, 6, 6)).astype("uint8")
    for i, numbers in enumerate(classes):
        picture(tmp_path / "b" / f"{i}.png", (50 * i,) * 3, size=(12, 12))
        (tmp_path / "a").mkdir(exist_ok=True)
        labels = Image.fromarray(numbers)
        if i:  # numbers are meant, whatever the palette's colours
            labels = labels.convert("P")
            labels.putdata(numbers.ravel())
            labels.putpalette(rng.integers(0, 256, 768).astype("uint8").tolist())
        labels.save(tmp_path / "a" / f"{i}.png")
    for batch in data.paired_folders(tmp_path / "a", tmp_path / "b", image_size=12, classes_a=5):
        i = round(float(batch["image"][0, 0, 0, 0] + 1) * 127.5) // 50
        assert batch["condition"].shape == (1, 12, 12, 5)
        expected = np.eye(5)[classes[i].repeat(2, axis=0).repeat(2, axis=1)] * 2 - 1
        np.testing.assert_array_equal(batch["condition"][0], expected)
    for options, message in (
        ({"classes_a": 4}, r"a/\d.png.*4 classes has the number 4"),
        ({"classes_a": 5, "direction": "b2a"}, "classes_a"),
        ({"classes_a": 1}, "at least 2"),
    ):
        with pytest.raises(ValueError, match=message):
            data.paired_folders(tmp_path / "a", tmp_path / "b", image_size=12, **options)
    with pytest.warns(UserWarning, match="above 4: .* the last 2 are empty"):
        data.paired_folders(tmp_path / "a", tmp_path / "b", image_size=12, classes_a=7)
    with pytest.raises(ValueError, match="mode is RGB"):
        data.paired_folders(tmp_path / "b", tmp_path / "a", image_size=12, classes_a=5)


def test_leaks_are_named(tmp_path):
    from keras_gan.data.pairs import warn_of_leak

    a, b = pair_folders(tmp_path / "train")
    test_a, test_b = pair_folders(tmp_path / "test")
    train, test = (data.paired_folders(*pair, image_size=8).stream for pair in ((a, b), (test_a, test_b)))
    with pytest.warns(UserWarning, match=r"held-out images are among.*test/a/class0/0.png"):
        warn_of_leak(train, test)


def test_parts_that_the_conditions_cannot_follow_are_refused():
    small, large = (np.zeros((2, side, side, 3), "uint8") for side in (8, 32))
    data.pairs_from_arrays(small, large, crop=16)
    with pytest.raises(ValueError, match="multiples of how many times smaller"):
        data.pairs_from_arrays(small, large, crop=18)
