"""Videos of moving digits: their motion is known, and nothing is downloaded."""

import numpy as np

from keras_gan.arguments import check_int
from keras_gan.data import mnist_5k

DIRECTIONS = ("left", "right", "up", "down")
_STEPS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}


def moving_digits(count, split="train", *, frames=16, size=32, bounce=False, seed=0):
    """Make videos of the digits of mnist_5k that move over black, half as large as the frame.

    Args:
        count: int, number of videos.
        split: "train" or "test", the split of the digits.
        frames: int. Default 16.
        size: int, side of a frame. Default 32.
        bounce: bool. False: each digit moves by one pixel a frame towards one of four sides, which is its
            label, and never reaches it (so `frames` is at most half of `size`). True: each digit has a speed
            of -2, -1, 0, 1 or 2 pixels a frame along both axes, not both 0, and bounces off the sides; the
            label is the digit.
        seed: int.

    Returns:
        uint8 array of shape (count, frames, size, size, 1), int labels, and their names.

    Raises:
        ImportError: without the extra `demo`. ValueError: for other arguments.

    Example:
    >>> videos, labels, names = keras_gan.data.moving_digits(8)
    >>> videos.shape, names
    ((8, 16, 32, 32, 1), ['left', 'right', 'up', 'down'])
    """
    for name, value, least in (("count", count, 1), ("frames", frames, 2), ("size", size, 8)):
        check_int(value, name, least=least)
    side = size // 2
    if not bounce and frames > size - side:
        raise ValueError(
            f"Digits of {side} pixels cross a frame of {size} in {size - side} frames. Received: frames={frames}. Give a larger `size`, or "
            "`bounce=True`."
        )
    source = mnist_5k.read(split, (side, side), 1, "crop")
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, len(source.images), count)
    digits, room = np.asarray(source.images)[chosen], size - side
    if bounce:
        steps = rng.integers(-2, 3, (count, 2))
        steps[(steps == 0).all(1)] = (1, 1)
        starts = rng.integers(0, room + 1, (count, 2))
        labels, names = np.asarray(source.labels)[chosen], list(source.class_names)
    else:
        labels, names = rng.integers(0, 4, count), list(DIRECTIONS)
        steps = np.array([_STEPS[name] for name in DIRECTIONS])[labels]
        free = rng.integers(0, room + 1, (count, 2))
        # Along the direction of motion, digits begin within the spare space at the side that they leave.
        slack = rng.integers(0, room - (frames - 1) + 1, (count, 2))
        starts = np.where(steps == 0, free, np.where(steps > 0, slack, room - slack))
    places = starts[:, None] + steps[:, None] * np.arange(frames)[None, :, None]
    # Digits bounce at 0 and at `room`.
    places = room - np.abs(room - places % (2 * room))
    made = np.zeros((count, frames, size, size, 1), "uint8")
    for video, digit, way in zip(made, digits, places, strict=True):
        for frame, (y, x) in zip(video, way, strict=True):
            frame[y : y + side, x : x + side] = digit
    return made, labels.astype("int64"), names
