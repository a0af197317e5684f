import numpy as np

from keras_gan.layers import ImagePyramid, PyramidLevels
from keras_gan.layers.image_pyramid import image_pyramid
from tests.contracts import layer_contract


def images(*sides):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(2, side, side, 3)).astype("float32") for side in sides]


def test_levels_undo_a_pyramid():
    given = images(4, 8, 16)
    pyramid = ImagePyramid()(given)
    assert pyramid.shape == (2, 16, 16, 9)
    np.testing.assert_array_equal(pyramid[:, :4, :4, :3], given[0][:, :1, :1].repeat(4, 1).repeat(4, 2))
    for found, expected in zip(PyramidLevels([4, 8, 16])(pyramid), given, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_smaller_images_are_means():
    (image,) = images(8)
    small, same = PyramidLevels([4, 8])(image_pyramid(image, [4, 8]))
    np.testing.assert_array_equal(same, image)
    np.testing.assert_allclose(small, image.reshape(2, 4, 2, 4, 2, 3).mean(axis=(2, 4)), atol=1e-6)


def test_contract():
    layer_contract(ImagePyramid(), images(4, 8), (2, 8, 8, 6), second_order=False)


def test_levels_are_made_again_from_their_config():
    layer = PyramidLevels([4, 8])
    assert PyramidLevels.from_config(layer.get_config()).sides == [4, 8]
