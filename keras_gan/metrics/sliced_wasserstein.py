"""Sliced Wasserstein distance of patches at several scales."""

import keras
import numpy as np

from keras_gan.metrics.image_sample import ImageSampleMetric

NEIGHBORHOOD = 7
# The binomial filter of the pyramid: outer product of (1, 4, 6, 4, 1) / 16.
FILTER = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0


@keras.saving.register_keras_serializable("keras_gan")
class SlicedWasserstein(ImageSampleMetric):
    """Sliced Wasserstein distance of 7x7 patches of Laplacian pyramids, times 1000.

    Levels from the images' size down to 16 pixels show at which scale images differ. Logged as
    `swd`, the mean, and `swd_32`, `swd_16`, ... by the side of the level.

    Args:
        num_samples: int, number of real and of generated images that are kept. Default 2048.
        patches: int, number of random patches of each image and level. Default 128.
        directions: int, number of random projections. Default 512.
        seed: int, of patches and projections.
        name: default "swd".

    Example:
    >>> metric = keras_gan.metrics.SlicedWasserstein(patches=8, directions=32)
    >>> images = np.random.default_rng(0).uniform(-1, 1, (32, 16, 16, 1)).astype("float32")
    >>> metric.update_state(images, images)
    >>> metric.result()
    {'swd': 0.0, 'swd_16': 0.0}

    Reference: Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and
    Variation", 2018, https://arxiv.org/abs/1710.10196
    """

    def __init__(self, num_samples=2048, patches=128, directions=512, seed=0, name="swd"):
        super().__init__(num_samples, name)
        self.patches, self.directions, self.seed = patches, directions, seed

    def check(self, image_shape):
        if len(image_shape) != 3 or min(image_shape[:2]) < 16:
            raise ValueError(f"SlicedWasserstein takes images of 16 pixels and more. Received: {image_shape}")

    def compute(self):
        figures = sliced_wasserstein(
            self.real.numpy(), self.fake.numpy(), self.patches, self.directions, self.seed
        )
        return {self.name: float(np.mean(list(figures.values())))} | {
            f"{self.name}_{side}": value for side, value in figures.items()
        }


def sliced_wasserstein(real, fake, patches=128, directions=512, seed=0):
    """Distances by level: a dict from the level's height to 1000 x the sliced Wasserstein distance.

    Args:
        real, fake: uint8 images of shape (n, height, width, channels); of a larger set the first.
        patches, directions, seed: as in `SlicedWasserstein`.
    """
    n = min(len(real), len(fake))
    if n < 1:
        raise ValueError("The sliced Wasserstein distance needs real and generated images.")
    levels = [_pyramid(images[:n].astype("float32")) for images in (real, fake)]
    figures = {}
    for a, b in zip(*levels, strict=True):
        # The same positions and directions for both sets: equal sets have distance 0.
        one, two = (_descriptors(level, patches, np.random.default_rng(seed)) for level in (a, b))
        rng = np.random.default_rng([seed, 1])
        projections = rng.normal(size=(one.shape[1], directions))
        projections /= np.linalg.norm(projections, axis=0)
        distances = [
            np.abs(np.sort(one @ part, axis=0) - np.sort(two @ part, axis=0)).mean(axis=0)
            for part in np.array_split(projections.astype("float32"), max(1, directions // 32), axis=1)
        ]
        figures[a.shape[1]] = float(1e3 * np.concatenate(distances).mean())
    return figures


def _blur(images):
    """Apply the binomial filter over height and width, with mirrored edges."""
    for axis in (1, 2):
        padding = [(0, 0)] * images.ndim
        padding[axis] = (2, 2)
        padded, length = np.pad(images, padding, mode="reflect"), images.shape[axis]
        images = sum(w * padded.take(range(i, i + length), axis) for i, w in enumerate(FILTER))
    return images.astype("float32")


def _pyramid(images):
    """Laplacian pyramid from the images' size down to 16 pixels."""
    levels = [images]
    while min(levels[-1].shape[1:3]) >= 32:
        smaller = _blur(levels[-1])[:, ::2, ::2]
        larger = np.zeros_like(levels[-1])
        larger[:, ::2, ::2] = smaller
        levels[-1] = levels[-1] - 4.0 * _blur(larger)
        levels.append(smaller)
    return levels


def _descriptors(images, patches, rng):
    """Random patches as rows; each channel is normalised to mean 0 and deviation 1 over all patches."""
    n, height, width, channels = images.shape
    windows = np.lib.stride_tricks.sliding_window_view(images, (NEIGHBORHOOD, NEIGHBORHOOD), axis=(1, 2))
    rows = rng.integers(height - NEIGHBORHOOD + 1, size=(n, patches))
    columns = rng.integers(width - NEIGHBORHOOD + 1, size=(n, patches))
    chosen = windows[np.arange(n)[:, None], rows, columns].reshape(n * patches, channels, -1)
    chosen = chosen - chosen.mean(axis=(0, 2), keepdims=True)
    deviation = chosen.std(axis=(0, 2), keepdims=True)
    return (chosen / np.where(deviation > 0, deviation, 1.0)).reshape(n * patches, -1)
