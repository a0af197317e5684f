import numpy as np
import pytest

from keras_gan.grid import as_colour, image_grid, interleave


def test_layout_and_order():
    images = np.arange(6, dtype="uint8")[:, None, None, None] * np.full((1, 50, 50, 3), 40, "uint8")
    picture = np.asarray(image_grid(images, columns=3))
    assert picture.shape == (104, 156, 3)
    np.testing.assert_array_equal(picture[25, [25, 77, 129], 0], [0, 40, 80])
    np.testing.assert_array_equal(picture[77, [25, 77, 129], 0], [120, 160, 200])


def test_small_images_are_enlarged_and_captions_take_room():
    images = np.zeros((4, 8, 8, 1), "uint8")
    assert image_grid(images).size == (100, 100)
    assert image_grid(images, caption="epoch 1").size == (100, 116)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((4, 8, 8, 1)),
        np.zeros((8, 8, 1), "uint8"),
        np.zeros((0, 8, 8, 1), "uint8"),
        np.zeros((4, 8, 8, 2), "uint8"),
    ],
)
def test_bad_images(images):
    with pytest.raises(ValueError, match="uint8 images"):
        image_grid(images)


def test_other_channels_become_colours():
    grey = np.full((1, 2, 2, 1), 9, "uint8")
    rgba = np.array([[[[10, 20, 30, 0], [10, 20, 30, 255]]]], "uint8").repeat(2, axis=1)
    cells = interleave([grey, rgba])
    assert cells.shape == (2, 2, 2, 3) and (cells[0] == 9).all()
    assert (cells[1, :, 0] == 255).all() and (cells[1, :, 1] == [10, 20, 30]).all()
    np.testing.assert_array_equal(interleave([rgba, rgba])[0], rgba[0])
    for classes in (2, 4, 5):
        maps = np.eye(classes, dtype="uint8")[None, None] * np.uint8(255)
        assert len(np.unique(as_colour(maps).reshape(-1, 3), axis=0)) == classes
