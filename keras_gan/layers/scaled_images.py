"""Images with a factor for each channel: [images (batch, height, width, channels), factors (batch, channels)].

The pair represents images times factors. Factors are positive, and LeakyReLU(f x) = f LeakyReLU(x). So layers
can pass the factors on, up to a layer that scales its input anyway, without a pass over the images.

The gradients of the functions below consist of the same functions, to any order. They take fewer passes than
the gradients of broadcast products.
"""

from keras import ops


def split(inputs):
    """Split a layer's input into images and their factors, or None."""
    return inputs if isinstance(inputs, (list, tuple)) else (inputs, None)


def spread(factors):
    """(batch, channels) as (batch, 1, 1, channels)."""
    return ops.reshape(factors, (-1, 1, 1, factors.shape[-1]))


@ops.custom_gradient
def scale_channels(x, factors):
    """Images times factors."""

    def gradient(upstream):
        return scale_channels(upstream, factors), sum_of_products(upstream, x)

    return x * spread(factors), gradient


@ops.custom_gradient
def sum_of_products(a, b):
    """The sum over pixels of a b, (batch, channels)."""

    def gradient(upstream):
        return scale_channels(b, upstream), scale_channels(a, upstream)

    return ops.sum(a * b, axis=(1, 2)), gradient


@ops.custom_gradient
def of_noise(noise, amounts):
    """Noise (batch, height, width, 1) times an amount for each channel (batch, channels)."""

    def gradient(upstream):
        return ops.sum(scale_channels(upstream, amounts), axis=3, keepdims=True), _amounts(upstream, noise)

    return noise * spread(amounts), gradient


@ops.custom_gradient
def _amounts(x, noise):
    """The sum over pixels of images times noise, (batch, channels)."""

    def gradient(upstream):
        return of_noise(noise, upstream), ops.sum(scale_channels(x, upstream), axis=3, keepdims=True)

    pixels, channels = x.shape[1] * x.shape[2], x.shape[3]
    rows = ops.reshape(noise, (-1, 1, pixels)), ops.reshape(x, (-1, pixels, channels))
    return ops.reshape(ops.matmul(*rows), (-1, channels)), gradient
