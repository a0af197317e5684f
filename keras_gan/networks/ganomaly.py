"""The networks of GANomaly."""

import keras
from keras import layers

from keras_gan.layers import LeakyReLU
from keras_gan.networks.blocks import convolution, normal, normalize, transposed_convolution
from keras_gan.networks.checks import check_square


def ganomaly(image_shape, latent_dim=100, *, filters=64):
    """The networks of GANomaly: encoder, decoder, an encoder for the decoder's images, discriminator.

    The encoder has strided 4 x 4 convolutions without biases down to 4 x 4 pixels, with batch normalisation
    after all but the first; the decoder is its reverse. The second encoder is built like the first, and so is
    the discriminator, with one output.

    Args:
        image_shape: (side, side, channels); the side is a power of two, 8 or more.
        latent_dim: int. Default 100.
        filters: int, of the first convolution; each halving doubles it. Default 64.

    Returns:
        encoder, images -> latents; decoder, latents -> images in [-1, 1]; second encoder, as the first;
        discriminator, images -> logits (batch, 1).

    Raises:
        ValueError: for other image shapes, and sizes that are not positive ints.

    Example:
    >>> encoder, decoder, _, discriminator = keras_gan.networks.ganomaly((32, 32, 1), latent_dim=8, filters=4)
    >>> encoder.output_shape, decoder.output_shape, discriminator.output_shape
    ((None, 8), (None, 32, 32, 1), (None, 1))

    Reference: Akcay et al., "GANomaly: Semi-Supervised Anomaly Detection via Adversarial Training", 2018,
    https://arxiv.org/abs/1805.06725; the official code's architecture
    """
    check_square(image_shape, latent_dim=latent_dim, filters=filters)

    def down(outputs, name):
        x = images = keras.Input(tuple(image_shape), name="images")
        x = LeakyReLU(0.2)(convolution(x, filters, 4, 2, use_bias=False))
        width, side = filters, image_shape[0] // 2
        while side > 4:
            width, side = 2 * width, side // 2
            x = convolution(x, width, 4, 2, use_bias=False)
            x = LeakyReLU(0.2)(normalize(x, "batch"))
        x = layers.Conv2D(outputs, 4, use_bias=False, kernel_initializer=normal())(x)
        x = layers.Activation("linear", dtype="float32")(layers.Flatten()(x))
        return keras.Model(images, x, name=name)

    x = latents = keras.Input((latent_dim,), name="latents")
    width, side = filters * image_shape[0] // 8, 4
    x = layers.Conv2DTranspose(width, 4, use_bias=False, kernel_initializer=normal())(
        layers.Reshape((1, 1, latent_dim))(x)
    )
    x = layers.ReLU()(normalize(x, "batch"))
    while 2 * side < image_shape[0]:
        width, side = width // 2, 2 * side
        x = layers.ReLU()(normalize(transposed_convolution(x, width, 4, use_bias=False), "batch"))
    x = transposed_convolution(x, image_shape[2], 4, use_bias=False)
    decoder = keras.Model(latents, layers.Activation("tanh", dtype="float32")(x), name="decoder")
    return down(latent_dim, "encoder"), decoder, down(latent_dim, "second_encoder"), down(1, "discriminator")
