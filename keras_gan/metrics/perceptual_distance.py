"""Distance between images in the feature maps of a network."""

import keras
import numpy as np
from keras import layers, ops

from keras_gan import torch_file
from keras_gan.features import extractor as extractors
from keras_gan.metrics.pair import PairMetric

# VGG16's convolutions by block, and their indices in PyTorch's `features`.
VGG16 = ((64, (0, 2)), (128, (5, 7)), (256, (10, 12, 14)), (512, (17, 19, 21)), (512, (24, 26, 28)))
MEAN, DEVIATION = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)


@keras.saving.register_keras_serializable("keras_gan")
class PerceptualDistance(PairMetric):
    """Mean distance between images and their targets in a network's feature maps, as in LPIPS.

        sum over layers of mean over places of sum over channels of w |f / |f| - g / |g||^2

    Args:
        extractor: `Extractor`, or a `source` for one. Images are not resized for the feature maps.
        layers: names of layers.
        weights: list of an array of shape (channels,) for each layer; None (default) for 1 / channels.
        name: default "perceptual_distance".

    Example:
    >>> network = keras.Sequential([keras.layers.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, name="conv")])
    >>> metric = keras_gan.metrics.PerceptualDistance(network, ["conv"])
    >>> images = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 1)).astype("float32")
    >>> metric.update_state(images, images)
    >>> metric.result()
    0.0

    Reference: Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", 2018,
    https://arxiv.org/abs/1801.03924
    """

    def __init__(self, extractor, layers, weights=None, name="perceptual_distance"):
        super().__init__(name)
        self.extractor = extractors.get(extractor)
        self.layers = [layers] if isinstance(layers, str) else list(layers)
        self.weights = None if weights is None else [np.asarray(w, "float32").tolist() for w in weights]
        if self.weights is not None and len(self.weights) != len(self.layers):
            raise ValueError(
                f"`weights` must be one array for each of the {len(self.layers)} layers. "
                f"Received: {len(self.weights)}"
            )

    def check(self, image_shape):
        self.extractor.check(image_shape)
        maps = self.extractor.maps(self.layers)(np.zeros((1, *image_shape), "float32"))
        channels = [found.shape[-1] for found in maps]
        if self.weights is not None and [len(w) for w in self.weights] != channels:
            raise ValueError(
                f"`weights` must have the layers' channels, {channels}. "
                f"Received: {[len(w) for w in self.weights]}"
            )

    def of_pairs(self, real, fake):
        of, distance = self.extractor.maps(self.layers), 0.0
        pairs = zip(of(in_floats(real)), of(in_floats(fake)), strict=True)
        for i, maps in enumerate(pairs):
            a, b = (x / (ops.norm(x, axis=-1, keepdims=True) + 1e-10) for x in maps)
            weights = 1.0 / a.shape[-1] if self.weights is None else np.array(self.weights[i], "float32")
            distance = distance + ops.mean(ops.sum(weights * ops.square(a - b), axis=-1), axis=(1, 2))
        return distance


def in_floats(images):
    """Images in [-1, 1] or uint8 as floats in [-1, 1]."""
    if "int" in keras.backend.standardize_dtype(images.dtype):
        return ops.cast(images, "float32") / 127.5 - 1.0
    return ops.cast(images, "float32")


def lpips(vgg16, linear):
    """LPIPS, version 0.1 on VGG16, with its published weights.

    Args:
        vgg16: path of torchvision's `vgg16-397923af.pth`.
        linear: path of LPIPS' `weights/v0.1/vgg.pth`.

    Returns:
        `PerceptualDistance` that is logged as "lpips".

    Raises:
        ValueError: for files that contain other weights.

    Example:
    >>> metric = keras_gan.metrics.lpips("vgg16-397923af.pth", "vgg.pth")  # doctest: +SKIP
    """
    weights = [torch_file.read(path) for path in (vgg16, linear)]
    inputs = layers.Input((None, None, 3))
    shift, scale = np.array(MEAN), np.array(DEVIATION)
    x = layers.Rescaling((1 / scale).tolist(), (-shift / scale).tolist())(inputs)
    values, taps = [], []
    for block, (filters, places) in enumerate(VGG16):
        x = layers.MaxPooling2D()(x) if block else x
        for i, place in enumerate(places):
            name = f"relu{block + 1}_{i + 1}"
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=name)(x)
            values += [
                array(weights[0], vgg16, f"features.{place}.weight", (filters, None, 3, 3)).transpose(
                    2, 3, 1, 0
                ),
                array(weights[0], vgg16, f"features.{place}.bias", (filters,)),
            ]
        taps.append(name)
    network = keras.Model(inputs, x, name="lpips_vgg16")
    network.set_weights(values)
    by_channel = [
        array(weights[1], linear, f"lin{i}.model.1.weight", (1, filters, 1, 1)).ravel()
        for i, (filters, _) in enumerate(VGG16)
    ]
    return PerceptualDistance(network, taps, by_channel, name="lpips")


def array(state, path, name, shape):
    """The array of a name in a state dict; raise a ValueError if it is missing or has another shape."""
    found = state.get(name) if isinstance(state, dict) else None
    have = getattr(found, "shape", None)
    if (
        have is None
        or len(have) != len(shape)
        or any(w not in (None, h) for h, w in zip(have, shape, strict=True))
    ):
        raise ValueError(f"{path} must hold {name!r} of shape {shape}. Found: {have}")
    return found
