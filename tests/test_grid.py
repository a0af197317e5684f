import numpy as np
import pytest

from keras_gan.grid import image_grid


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
