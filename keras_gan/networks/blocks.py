"""Parts of the image-to-image networks: convolutions with PyTorch's padding, and normalisation."""

import keras
from keras import layers

from keras_gan.layers import BatchNormalization

NORMALIZATIONS = ("batch", "instance", "none")


def normal():
    """N(0, 0.02), the initialiser of all convolutions of these networks."""
    return keras.initializers.RandomNormal(stddev=0.02)


def uniform_by_fan_in():
    """U(-1 / sqrt(fan_in), 1 / sqrt(fan_in)), PyTorch's initialiser of kernels."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")


def convolution(x, filters, kernel_size, strides=1, padding=None, **kwargs):
    """A convolution with equal zero padding on both sides, unlike Keras' "same" at stride 2."""
    padding = (kernel_size - 1) // 2 if padding is None else padding
    kwargs = {"kernel_initializer": normal(), **kwargs}
    # Where "same" gives equal padding too, this avoids a padded copy, which the gradient would keep.
    even = all(size is not None and size % 2 == 0 for size in x.shape[1:3])
    if (strides == 1 and kernel_size == 2 * padding + 1) or (
        strides == 2 and kernel_size == 2 * padding + 2 and even
    ):
        return layers.Conv2D(filters, kernel_size, strides, padding="same", **kwargs)(x)
    if padding:
        x = layers.ZeroPadding2D(padding)(x)
    return layers.Conv2D(filters, kernel_size, strides, **kwargs)(x)


def transposed_convolution(x, filters, kernel_size, **kwargs):
    """A transposed convolution of stride 2 that doubles the size, as PyTorch's with padding 1."""
    kwargs = {"kernel_initializer": normal(), **kwargs}
    if kernel_size == 4:
        return layers.Conv2DTranspose(filters, 4, 2, padding="same", **kwargs)(x)
    # For kernel size 3, "same" would begin a pixel earlier.
    x = layers.Conv2DTranspose(filters, 3, 2, padding="valid", **kwargs)(x)
    return layers.Cropping2D(((1, 0), (1, 0)))(x)


def check_normalization(normalization):
    if normalization not in NORMALIZATIONS:
        raise ValueError(f"`normalization` must be one of {NORMALIZATIONS}. Received: {normalization!r}")


def normalize(x, normalization, name=None):
    """Batch or instance normalisation, or none; instance normalisation has no weights."""
    if normalization == "batch":
        gamma = keras.initializers.RandomNormal(mean=1.0, stddev=0.02)
        return BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer=gamma, name=name)(x)
    if normalization == "instance":
        return layers.GroupNormalization(groups=-1, epsilon=1e-5, center=False, scale=False)(x)
    return x


def has_bias(normalization):
    """Whether the convolution before a normalisation has a bias: batch normalisation brings its own."""
    return normalization != "batch"
