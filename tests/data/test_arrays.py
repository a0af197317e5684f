import numpy as np
import pytest

from keras_gan.data import from_arrays


def test_uint8_becomes_floats_in_range():
    images = np.arange(256, dtype="uint8").reshape(4, 8, 8, 1)
    (batch,) = from_arrays(images, batch_size=4, shuffle=False)
    np.testing.assert_allclose(batch, images / 127.5 - 1, atol=1e-6)
    assert batch.dtype == np.float32


def test_labels_stay_with_their_images():
    images = np.linspace(-1, 1, 10, dtype="float32")[:, None, None, None] * np.ones((1, 2, 2, 1), "float32")
    for batch, labels in from_arrays(images, np.arange(10), batch_size=5, seed=3):
        np.testing.assert_allclose(batch[:, 0, 0, 0], np.linspace(-1, 1, 10)[labels], atol=1e-6)


def test_vectors_may_have_any_range():
    (batch,) = from_arrays(np.full((3, 2), 40.0, "float32"), batch_size=3)
    assert batch.shape == (3, 2)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((5, 8, 8), "uint8"), None, r"images\[\.\.\., None\]"),
        (np.full((5, 8, 8, 1), np.nan, "float32"), None, "NaN"),
        (np.random.rand(5, 8, 8, 1) * 255, None, "127.5"),
        (np.random.rand(5, 8, 8, 1), None, r"\* 2 - 1"),
        (np.zeros((5, 8, 8, 1), "int64"), None, "int64"),
        (np.zeros((5, 8, 8, 1), "uint8"), np.zeros(4), "one row per image"),
        (np.zeros((5, 8, 8, 1), "uint8"), None, "fewer than one batch"),
    ],
)
def test_bad_arrays(images, labels, message):
    with pytest.raises(ValueError, match=message):
        from_arrays(images, labels, batch_size=64)
