"""Multi-scale structural similarity (MS-SSIM), and the similarity of generated images that it measures."""

import keras
import numpy as np
from keras import ops

from keras_gan.arguments import check_int
from keras_gan.metrics.image_sample import ImageSampleMetric

SIDE, SIGMA = 11, 1.5
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


@keras.saving.register_keras_serializable("keras_gan")
class MSSSIM(ImageSampleMetric):
    """Mean MS-SSIM of random pairs of generated images: measures diversity; 1 if all images are equal.

    Logged as `ms_ssim` and, for pairs of real images, `ms_ssim_real`. The two are about equal if the
    generator is as diverse as the data; for a collapsed generator `ms_ssim` is higher.

    Args:
        pairs: int, number of random pairs. Default 1000.
        seed: int, of the pairs.
        num_samples: int, number of real and of generated images that are kept. Default 2048.
        name: default "ms_ssim".

    Example:
    >>> metric = keras_gan.metrics.MSSSIM(pairs=8)
    >>> images = np.random.default_rng(0).uniform(-1, 1, (32, 16, 16, 1)).astype("float32")
    >>> metric.update_state(images, np.ones_like(images))
    >>> round(metric.result()["ms_ssim"], 6)
    1.0

    Reference: Odena et al., "Conditional Image Synthesis with Auxiliary Classifier GANs", 2017,
    https://arxiv.org/abs/1610.09585
    """

    fewest = 2

    @property
    def figure_names(self):
        return [self.name, f"{self.name}_real"]

    def __init__(self, pairs=1000, seed=0, num_samples=2048, name="ms_ssim"):
        super().__init__(num_samples, name)
        check_int(pairs, "pairs")
        self.pairs, self.seed = pairs, seed

    def check(self, image_shape):
        scales(image_shape)

    def compute(self):
        return {
            self.name: mean_ms_ssim(self.fake.numpy(), self.pairs, self.seed),
            f"{self.name}_real": mean_ms_ssim(self.real.numpy(), self.pairs, self.seed),
        }


def mean_ms_ssim(images, pairs=1000, seed=0):
    """Mean MS-SSIM of random pairs of different images, from uint8 images (n, height, width, channels)."""
    if len(images) < 2:
        raise ValueError(f"Pairs need at least 2 images. Received: {len(images)}")
    rng = np.random.default_rng(seed)
    first = rng.integers(len(images), size=pairs)
    second = (first + rng.integers(1, len(images), size=pairs)) % len(images)
    parts = [slice(start, start + 128) for start in range(0, pairs, 128)]
    values = [ops.convert_to_numpy(ms_ssim(images[first[p]], images[second[p]])) for p in parts]
    return float(np.concatenate(values).mean())


def scales(image_shape):
    """Number of scales (at most 5) for an image shape: at the smallest the window of 11 pixels still fits."""
    if len(image_shape) != 3 or min(image_shape[:2]) < SIDE:
        raise ValueError(f"SSIM needs images of {SIDE} pixels and more. Received: {tuple(image_shape)}")
    return min(len(WEIGHTS), int(np.log2(min(image_shape[:2]) / SIDE)) + 1)


def ms_ssim(a, b):
    """Multi-scale structural similarity of pairs of images.

    It uses as many of the 5 scales as fit (`scales`), with weights normalised to add up to 1; with one
    scale it is the SSIM. The window is Gaussian, of 11 pixels, sigma 1.5.

    Args:
        a, b: images in [0, 255] of shape (batch, height, width, channels).

    Returns:
        float32 of shape (batch,), mean over channels.

    Reference: Wang et al., "Multi-scale structural similarity for image quality assessment", 2003
    """
    a, b = ops.cast(a, "float32"), ops.cast(b, "float32")
    count = scales(tuple(a.shape[1:]))
    weights = np.array(WEIGHTS[:count]) / sum(WEIGHTS[:count])
    similarity = 1.0
    for scale, weight in enumerate(weights):
        if scale:
            a, b = (ops.average_pool(x, 2, 2, padding="same") for x in (a, b))
        luminance, structure = ssim_terms(a, b)
        if scale == count - 1:
            structure = structure * luminance
        term = ops.mean(structure, axis=(1, 2))
        # A negative similarity has no real root: it becomes 0.
        similarity = similarity * ops.maximum(term, 0.0) ** weight
    return ops.mean(similarity, axis=-1)


def ssim_terms(a, b, largest=255.0):
    """Maps of the luminance term and of the contrast-structure term; their product is the SSIM."""
    c1, c2 = (0.01 * largest) ** 2, (0.03 * largest) ** 2
    mean_a, mean_b = _window(a), _window(b)
    products = mean_a * mean_b
    squares = mean_a**2 + mean_b**2
    luminance = (2.0 * products + c1) / (squares + c1)
    structure = (2.0 * (_window(a * b) - products) + c2) / (_window(a**2 + b**2) - squares + c2)
    return luminance, structure


def _window(images):
    """Gaussian-weighted mean around each pixel whose window lies within the image."""
    channels = images.shape[-1]
    weights = np.exp(-0.5 * ((np.arange(SIDE) - SIDE // 2) / SIGMA) ** 2)
    weights = (weights / weights.sum()).astype("float32")
    for shape in ((SIDE, 1, 1, 1), (1, SIDE, 1, 1)):
        kernel = np.broadcast_to(weights.reshape(shape), (*shape[:2], channels, 1))
        images = ops.depthwise_conv(images, kernel, padding="valid")
    return images
