import pytest

from keras_gan import augmentations


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"transformations": "bgz"}, "bgcfnc"),
        ({"transformations": {"flip": 1.0}}, "xflip.*flip"),
        ({"transformations": {"xflip": 2.0}}, "Factors"),
        ({"p": 1.5}, "`p`"),
        ({"p": float("nan")}, "`p`"),
        ({"target": 1.0}, "`target`"),
        ({"images": 0}, "`images`"),
        ({"interval": 0}, "`interval`"),
    ],
)
def test_ada_refuses(arguments, words):
    with pytest.raises(ValueError, match=words):
        augmentations.ADA(**arguments)
