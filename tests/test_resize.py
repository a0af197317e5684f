import numpy as np
import pytest
from PIL import Image

from keras_gan.resize import resize


@pytest.mark.parametrize("sizes", [((28, 28), (75, 75)), ((64, 48), (32, 31)), ((5, 7), (7, 5))], ids=str)
def test_it_is_pils_bicubic(sizes):
    (height, width), target = sizes
    images = np.random.default_rng(0).integers(0, 256, (2, height, width, 1)).astype("float32")
    for image, found in zip(images, np.asarray(resize(images, target)), strict=True):
        expected = Image.fromarray(image[..., 0], mode="F").resize(target[::-1], Image.BICUBIC)
        np.testing.assert_allclose(found[..., 0], np.asarray(expected), atol=1e-3)
    assert (np.asarray(resize(images, (height, width))) == images).all()
