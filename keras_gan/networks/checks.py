"""Arguments of networks, checked before anything is built."""

from keras_gan.arguments import check_int


def check_image_shape(image_shape):
    """Return (height, width, channels), or raise a ValueError."""
    shape = tuple(image_shape) if hasattr(image_shape, "__iter__") else ()
    if len(shape) != 3 or not all(isinstance(side, int) and side >= 1 for side in shape):
        raise ValueError(f"`image_shape` must be (height, width, channels). Received: {image_shape!r}")
    return shape


def check_positive(**values):
    """Raise a ValueError for the first argument that is not a positive int."""
    for name, value in values.items():
        check_int(value, name)


def check_square(image_shape, **sizes):
    """Raise a ValueError unless images are squares of a power of two from 8 on, and sizes positive ints."""
    check_positive(**sizes)
    height, width, _ = check_image_shape(image_shape)
    if height != width or height < 8 or height & (height - 1):
        raise ValueError(
            f"`image_shape` must be (side, side, channels), the side a power of two from 8 on. Received: {image_shape}"
        )
