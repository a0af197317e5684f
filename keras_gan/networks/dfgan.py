"""The networks of DF-GAN."""

from keras import Model, layers

from keras_gan.layers import LeakyReLU, ResidualGain
from keras_gan.networks.checks import check_square


def dfgan(image_shape, condition_dim, latent_dim=100, *, filters=32, discriminator_filters=None):
    """Generator and discriminator of DF-GAN, which makes images from a sentence's embedding in one stage.

    The generator is made of residual blocks that double the size first; multilayer perceptrons on [latents,
    condition] scale and shift all channels, twice before each convolution. The discriminator joins the
    condition to its last 4 x 4 features ("one-way output"): it has no second output for images alone. Neither
    network has batch normalisation.

    Args:
        image_shape: (side, side, channels); the side is a power of two, 8 or more.
        condition_dim: int, size of the embedding.
        latent_dim: int. Default 100.
        filters: int, channels of the generator at the images' own size; half the size has twice as many, up to 8 times.
            Default 32, the official code's.
        discriminator_filters: int. Default `filters`.

    Returns:
        generator [latents (batch, latent_dim), condition (batch, condition_dim)] -> images in [-1, 1], and discriminator
        [images, condition] -> logits (batch, 1).

    Raises:
        ValueError: for other image shapes, and sizes that are not positive ints.

    Example:
    >>> generator, discriminator = keras_gan.networks.dfgan((32, 32, 3), condition_dim=16, filters=4)
    >>> generator.input_shape, discriminator.output_shape
    ([(None, 100), (None, 16)], (None, 1))

    Reference: Tao et al., "DF-GAN: A Simple and Effective Baseline for Text-to-Image Synthesis", 2022,
    https://arxiv.org/abs/2008.05865; the official code's architecture
    """
    discriminator_filters = filters if discriminator_filters is None else discriminator_filters
    check_square(
        image_shape,
        condition_dim=condition_dim,
        latent_dim=latent_dim,
        filters=filters,
        discriminator_filters=discriminator_filters,
    )
    side = image_shape[0]
    # Widths at 4 x 4 pixels, and at each size up to the images' own.
    factors = [min(2**i, 8) for i in reversed(range(side.bit_length() - 2))]

    latents, condition = (
        layers.Input((latent_dim,), name="latents"),
        layers.Input((condition_dim,), name="condition"),
    )
    beside = layers.Concatenate()([latents, condition])
    x = layers.Dense(4 * 4 * factors[0] * filters, name="start")(latents)
    x = layers.Reshape((4, 4, factors[0] * filters))(x)
    for i, factor in enumerate(factors[1:]):
        x = layers.UpSampling2D()(x)
        x = _up(x, beside, factor * filters, f"block_{i}")
    x = layers.Conv2D(image_shape[-1], 3, padding="same", name="to_image")(LeakyReLU(0.2)(x))
    x = layers.Activation("tanh", dtype="float32")(x)
    generator = Model([latents, condition], x, name="generator")

    image, condition = (
        layers.Input(image_shape, name="images"),
        layers.Input((condition_dim,), name="condition"),
    )
    x = layers.Conv2D(discriminator_filters, 3, padding="same", name="from_image")(image)
    for i, factor in enumerate(reversed(factors[:-1])):
        x = _down(x, factor * discriminator_filters, f"block_{i}")
    y = layers.UpSampling2D(4)(layers.Reshape((1, 1, condition_dim))(condition))
    x = layers.Concatenate()([x, y])
    x = layers.Conv2D(2 * discriminator_filters, 3, padding="same", use_bias=False, name="joint")(x)
    x = layers.Conv2D(1, 4, use_bias=False, name="logit")(LeakyReLU(0.2)(x))
    x = layers.Activation("linear", dtype="float32", name="logits")(layers.Flatten()(x))
    return generator, Model([image, condition], x, name="discriminator")


def _up(x, beside, width, name):
    y = _fused(x, beside, f"{name}_fuse_1")
    y = layers.Conv2D(width, 3, padding="same", name=f"{name}_conv_1")(y)
    y = _fused(y, beside, f"{name}_fuse_2")
    y = layers.Conv2D(width, 3, padding="same", name=f"{name}_conv_2")(y)
    if x.shape[-1] != width:
        x = layers.Conv2D(width, 1, name=f"{name}_shortcut")(x)
    return layers.Add()([x, y])


def _fused(x, beside, name):
    """Scale and shift all channels by the condition, twice, each time followed by a nonlinearity."""
    for i in range(2):
        x = layers.Multiply()([x, _per_channel(beside, x.shape[-1], "ones", f"{name}_gain_{i}")])
        x = layers.Add()([x, _per_channel(beside, x.shape[-1], "zeros", f"{name}_shift_{i}")])
        x = LeakyReLU(0.2)(x)
    return x


def _per_channel(beside, width, start, name):
    """A multilayer perceptron's output for each channel, initially `start`."""
    y = layers.Dense(width, activation="relu", name=f"{name}_1")(beside)
    y = layers.Dense(width, kernel_initializer="zeros", bias_initializer=start, name=f"{name}_2")(y)
    return layers.Reshape((1, 1, width))(y)


def _down(x, width, name):
    y = layers.Conv2D(width, 4, strides=2, padding="same", use_bias=False, name=f"{name}_conv_1")(x)
    y = layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"{name}_conv_2")(LeakyReLU(0.2)(y))
    y = ResidualGain(name=f"{name}_gain")(LeakyReLU(0.2)(y))
    if x.shape[-1] != width:
        x = layers.Conv2D(width, 1, name=f"{name}_shortcut")(x)
    return layers.Add()([layers.AveragePooling2D(2)(x), y])
