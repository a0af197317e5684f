"""The networks of f-AnoGAN's best known reimplementation."""

import math

import keras
from keras import layers

from keras_gan.layers import LeakyReLU
from keras_gan.networks.blocks import convolution


def fanogan_mlp(image_shape, latent_dim=100, *, widths=(128, 256, 512, 1024), epsilon=1e-5):
    """Fully connected encoder, generator and discriminator, for small images.

    Args:
        image_shape: (height, width, channels).
        latent_dim: int.
        widths: of the generator's four hidden layers; the other two networks have the third and the second.
        epsilon: float, of batch normalisation. Default 1e-5; the reimplementation has 0.8, where a momentum was meant.

    Returns:
        Encoder, from images to latents in [-1, 1]; generator; discriminator, to logits.

    Example:
    >>> encoder, generator, discriminator = keras_gan.networks.fanogan_mlp((28, 28, 1), latent_dim=8)
    >>> encoder.output_shape, generator.output_shape, discriminator.output_shape
    ((None, 8), (None, 28, 28, 1), (None, 1))

    Reference: Schlegl et al., "f-AnoGAN: Fast unsupervised anomaly detection with generative adversarial networks",
    2019; A03ki, https://github.com/A03ki/f-AnoGAN, mnist/model.py
    """
    x = latents = keras.Input((latent_dim,), name="latents")
    for i, width in enumerate(widths):
        x = layers.Dense(width)(x)
        if i:
            x = layers.BatchNormalization(momentum=0.9, epsilon=epsilon)(x)
        x = LeakyReLU(0.2)(x)
    x = layers.Dense(math.prod(image_shape))(x)
    # The reimplementation has channels first, which makes no difference for grey images.
    x = layers.Activation("tanh", dtype="float32")(layers.Reshape(tuple(image_shape))(x))
    generator = keras.Model(latents, x, name="generator")

    def judge(outputs, activation, name):
        x = images = keras.Input(tuple(image_shape), name="images")
        x = layers.Flatten()(x)
        for width in (widths[2], widths[1]):
            x = LeakyReLU(0.2)(layers.Dense(width)(x))
        return keras.Model(images, layers.Dense(outputs, activation, dtype="float32")(x), name=name)

    return judge(latent_dim, "tanh", "encoder"), generator, judge(1, None, "discriminator")


def fanogan(
    image_shape,
    latent_dim=100,
    *,
    widths=(16, 32, 64, 128),
    generator_widths=(128, 64),
    normalization="none",
    epsilon=1e-5,
    dropout=0.25,
):
    """Convolutional encoder, generator and discriminator, for sides that are multiples of 16.

    Args:
        image_shape: (height, width, channels).
        latent_dim: int.
        widths: filters of the four convolutions of encoder and discriminator, which halve the image.
        generator_widths: filters of the generator's two stages, which double it.
        normalization: of the discriminator after each convolution but the first: "none" (default), or "batch"
            as in the reimplementation, which is not allowed with a gradient penalty.
        epsilon: float, of batch normalisation but the generator's first. Default 1e-5; the reimplementation has 0.8.
        dropout: float, rate after each convolution of encoder and discriminator. Default 0.25.

    Returns:
        Encoder, from images to latents in [-1, 1]; generator; discriminator, to logits.

    Raises:
        ValueError: for sides that are not multiples of 16, and an unknown normalisation.

    Example:
    >>> encoder, generator, discriminator = keras_gan.networks.fanogan((32, 32, 3), latent_dim=8)
    >>> encoder.output_shape, generator.output_shape, discriminator.output_shape
    ((None, 8), (None, 32, 32, 3), (None, 1))

    Reference: as `fanogan_mlp`, mvtec_ad/model.py
    """
    height, width, channels = image_shape
    if height % 16 or width % 16:
        raise ValueError(f"Sides must be multiples of 16. Received: image_shape={tuple(image_shape)}")
    if normalization not in ("none", "batch"):
        raise ValueError(f'`normalization` must be "none" or "batch". Received: {normalization!r}')
    first, second = generator_widths
    x = latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(first * height * width // 16)(x)
    x = layers.Reshape((height // 4, width // 4, first))(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
    for filters in (first, second):
        x = layers.Conv2D(filters, 3, padding="same")(layers.UpSampling2D()(x))
        x = LeakyReLU(0.2)(layers.BatchNormalization(momentum=0.9, epsilon=epsilon)(x))
    x = layers.Conv2D(channels, 3, padding="same", dtype="float32")(x)
    generator = keras.Model(latents, layers.Activation("tanh", dtype="float32")(x), name="generator")

    def judge(outputs, activation, normalization, name):
        x = images = keras.Input(tuple(image_shape), name="images")
        for i, filters in enumerate(widths):
            x = LeakyReLU(0.2)(convolution(x, filters, 3, 2, padding=1))
            x = layers.Dropout(dropout)(x)
            if i and normalization == "batch":
                x = layers.BatchNormalization(momentum=0.9, epsilon=epsilon)(x)
        x = layers.Flatten()(x)
        return keras.Model(images, layers.Dense(outputs, activation, dtype="float32")(x), name=name)

    encoder = judge(latent_dim, "tanh", "batch", "encoder")
    return encoder, generator, judge(1, None, normalization, "discriminator")
