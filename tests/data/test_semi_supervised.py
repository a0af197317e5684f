import itertools

import numpy as np
import pytest
from PIL import Image

from keras_gan.data import load, semi_supervised, unlabel


def test_unlabel_keeps_as_many_of_each_class():
    labels = np.repeat([0, 1, 2], [50, 5, 20])
    found = unlabel(labels, 21, seed=1)
    assert np.bincount(found[found >= 0]).tolist() == [8, 5, 8]
    assert (found[found >= 0] == labels[found >= 0]).all()
    np.testing.assert_array_equal(found, unlabel(labels, 21, seed=1))
    assert (found != unlabel(labels, 21, seed=2)).any()
    # What had none has none.
    assert (unlabel(np.where(labels == 1, -1, labels), 4)[50:55] == -1).all()


@pytest.mark.parametrize(
    ("labels", "keep", "message"),
    [([0, 1, 2], 2, "to 3, all"), ([0, 1, 2], 4, "one label a class"), ([0.0, 1.0], 2, "ints")],
)
def test_bad_labels(labels, keep, message):
    with pytest.raises(ValueError, match=message):
        unlabel(np.array(labels), keep)


def test_each_batch_has_a_labelled_one_beside_it(images):
    labels = np.full(64, -1)
    labels[[3, 10, 40]] = [0, 1, 2]
    data = semi_supervised(images, labels, batch_size=16, flip=True)
    seen = []
    for batch in data:
        assert set(batch) == {"image", "label", "labelled_image", "labelled_label"}
        for image, label in zip(
            batch["labelled_image"].numpy(), batch["labelled_label"].numpy(), strict=True
        ):
            original = images[[3, 10, 40][label]]
            assert any(np.array_equal(image, x) for x in (original, original[:, ::-1]))
        seen.append(batch["labelled_label"].numpy())
    assert any((a != b).any() for a, b in itertools.pairwise(seen))
    again = [batch["labelled_label"].numpy() for batch in semi_supervised(images, labels, batch_size=16)]
    for a, b in zip(seen, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert semi_supervised(images.reshape(64, -1), labels, batch_size=16).element_spec[
        "labelled_image"
    ].shape == (16, 64)


@pytest.mark.parametrize(
    ("labels", "message"),
    [(np.full(64, -1), "some 0 or more"), (np.zeros(3, int), "64 ints"), (np.full(64, -2), "-2 to -2")],
)
def test_bad_data(images, labels, message):
    with pytest.raises(ValueError, match=message):
        semi_supervised(images, labels, batch_size=8)


def test_a_folder_of_images_without_a_class(tmp_path):
    """Named alike in all splits; where it is the only folder there are no classes."""
    for split, counts in (("train", (3, 2, 4)), ("test", (1, 1, 0))):
        for name, count, level in zip(("cat", "zebra", "unlabelled"), counts, (40, 200, 120), strict=True):
            (tmp_path / split / name).mkdir(parents=True)
            for i in range(count):
                Image.new("L", (8, 8), level + i).save(tmp_path / split / name / f"{i}.png")
    data = load(f"folder:{tmp_path}", labels=True, batch_size=1)
    assert data.class_names == ["cat", "zebra"]
    rows = [(int(127.5 * float(x[0, 0, 0, 0]) + 128) // 40, int(y[0])) for x, y in data]
    assert sorted(rows) == [(1, 0)] * 3 + [(3, -1)] * 4 + [(5, 1)] * 2
    found = semi_supervised(data, batch_size=3)
    assert found.class_names == ["cat", "zebra"] and found.stream.size == 9
    with pytest.raises(ValueError, match="one folder per class"):
        load(f"folder:{tmp_path / 'train' / 'unlabelled'}", labels=True, batch_size=1)
    (tmp_path / "alone").mkdir()
    (tmp_path / "train" / "unlabelled").rename(tmp_path / "alone" / "unlabeled")
    with pytest.raises(ValueError, match="one folder per class"):
        load(f"folder:{tmp_path / 'alone'}", labels=True, batch_size=1)
    assert len(load(f"folder:{tmp_path / 'alone'}", batch_size=1)) == 4
