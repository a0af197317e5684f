"""A convolutional encoder and decoder, and a discriminator for pairs of images and latents."""

import keras
from keras import layers

from keras_gan.layers import LeakyReLU
from keras_gan.networks.blocks import has_bias, normalize


def encoder(image_shape, outputs, *, filters=32, normalization="none"):
    """Convolutions of stride 2 from images to a vector.

    They halve the image while its sides are even and above 4, with twice as many filters each time (at most 8
    times as many). A dense layer of 256 follows. The activation is ReLU, the output is linear.

    Args:
        image_shape: (height, width, channels).
        outputs: int, size of the vector: of latents, or of means and log variances.
        filters: int, of the first convolution.
        normalization: of all layers but the last: "none" or "batch". `BiGAN` needs "batch": without it the
            encoder gives the same latents for all images.

    Example:
    >>> keras_gan.networks.encoder((28, 28, 1), 8, filters=4).output_shape
    (None, 8)
    """
    if normalization not in ("none", "batch"):
        raise ValueError(f'`normalization` must be "none" or "batch". Received: {normalization!r}')
    bias = has_bias(normalization)
    x = inputs = keras.Input((*image_shape,), name="images")
    for size in _widths(image_shape, filters):
        x = layers.Conv2D(size, 4, 2, "same", use_bias=bias)(x)
        x = layers.ReLU()(normalize(x, normalization))
    x = layers.Dense(256, use_bias=bias)(layers.Flatten()(x))
    x = layers.ReLU()(normalize(x, normalization))
    return keras.Model(inputs, layers.Dense(outputs, dtype="float32")(x), name="encoder")


def joint_discriminator(image_shape, latent_dim, *, filters=32):
    """Discriminator for pairs of images and latents, for `BiGAN`.

    Convolutions of stride 2 process the image, as in `networks.encoder`; a dense layer processes the latents;
    two dense layers take both. The activation is LeakyReLU(0.2).

    Args:
        image_shape: (height, width, channels).
        latent_dim: int.
        filters: int, of the first convolution.

    Returns:
        keras.Model from [images, latents] to logits (batch, 1).

    Example:
    >>> keras_gan.networks.joint_discriminator((28, 28, 1), 8, filters=4).output_shape
    (None, 1)
    """
    images, latents = (
        keras.Input((*image_shape,), name="images"),
        keras.Input((latent_dim,), name="latents"),
    )
    x = images
    for size in _widths(image_shape, filters):
        x = LeakyReLU(0.2)(layers.Conv2D(size, 4, 2, "same")(x))
    beside = LeakyReLU(0.2)(layers.Dense(256)(latents))
    x = layers.Concatenate()([layers.Flatten()(x), beside])
    x = LeakyReLU(0.2)(layers.Dense(256)(x))
    return keras.Model([images, latents], layers.Dense(1, dtype="float32")(x), name="discriminator")


def _widths(image_shape, filters):
    """Filters of each halving."""
    height, width = image_shape[:2]
    widths = []
    while height % 2 == 0 and width % 2 == 0 and min(height, width) > 4:
        height, width = height // 2, width // 2
        widths.append(filters * min(2 ** len(widths), 8))
    return widths


def vae(image_shape, latent_dim=32, *, filters=32):
    """Encoder and decoder of a variational autoencoder: convolutions of stride 2, and back.

    The encoder is `networks.encoder`, the decoder its mirror. The activation is ReLU, the last layers are
    linear.

    Args:
        image_shape: (height, width, channels).
        latent_dim: int.
        filters: int, of the first convolution.

    Returns:
        Encoder, from images to (batch, 2 latent_dim), means and log variances; decoder, from latents to images.

    Example:
    >>> encoder, decoder = keras_gan.networks.vae((28, 28, 1), latent_dim=8)
    >>> encoder.output_shape, decoder.output_shape
    ((None, 16), (None, 28, 28, 1))
    """
    widths = _widths(image_shape, filters)
    height, width = (side >> len(widths) for side in image_shape[:2])
    x = latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(256, "relu")(x)
    first = widths[-1] if widths else filters
    x = layers.Reshape((height, width, first))(layers.Dense(height * width * first, "relu")(x))
    for size in [*widths[-2::-1], filters][: len(widths)]:
        x = layers.Conv2DTranspose(size, 4, 2, "same", activation="relu")(x)
    images = layers.Conv2D(image_shape[2], 3, padding="same", dtype="float32")(x)
    decoder = keras.Model(latents, images, name="decoder")
    return encoder(image_shape, 2 * latent_dim, filters=filters), decoder
