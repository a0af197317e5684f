"""A convolutional encoder and decoder."""

import keras
from keras import layers


def vae(image_shape, latent_dim=32, *, filters=32):
    """Encoder and decoder of a variational autoencoder: convolutions of stride 2, and back.

    The encoder halves the image while its sides are even and above 4, with twice as many filters each time (at most 8
    times); ReLU throughout, the last layers linear.

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
    height, width, channels = image_shape
    widths = []
    while height % 2 == 0 and width % 2 == 0 and min(height, width) > 4:
        height, width = height // 2, width // 2
        widths.append(filters * min(2 ** len(widths), 8))
    x = inputs = keras.Input((*image_shape,), name="images")
    for size in widths:
        x = layers.Conv2D(size, 4, 2, "same", activation="relu")(x)
    x = layers.Dense(256, "relu")(layers.Flatten()(x))
    encoder = keras.Model(inputs, layers.Dense(2 * latent_dim, dtype="float32")(x), name="encoder")
    x = latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(256, "relu")(x)
    first = widths[-1] if widths else filters
    x = layers.Reshape((height, width, first))(layers.Dense(height * width * first, "relu")(x))
    for size in [*widths[-2::-1], filters][: len(widths)]:
        x = layers.Conv2DTranspose(size, 4, 2, "same", activation="relu")(x)
    images = layers.Conv2D(channels, 3, padding="same", dtype="float32")(x)
    return encoder, keras.Model(latents, images, name="decoder")
