"""The residual networks of the R1 paper, without normalisation."""

from keras import Model, initializers, layers

from keras_gan.layers import LeakyReLU
from keras_gan.networks.blocks import uniform_by_fan_in
from keras_gan.networks.checks import check_image_shape, check_positive
from keras_gan.networks.conditioning import check_conditioning, condition_input, of_class
from keras_gan.networks.dcgan import stages_of


def gan_stability(
    image_shape,
    latent_dim=256,
    *,
    filters=64,
    max_filters=1024,
    num_classes=None,
    embedding_dim=256,
):
    """Residual generator and discriminator of "Which Training Methods for GANs do actually Converge?".

    Blocks have two 3x3 convolutions, each after a LeakyReLU(0.2); a tenth of their output is added to their
    input. There is no normalisation. The width is `filters` at the images' size and doubles with every
    halving of the size. The defaults are the paper's for LSUN at 256 pixels.

    Args:
        image_shape: (height, width, channels), sizes as in `networks.dcgan`.
        latent_dim: int. Default 256.
        filters: int. Default 64; 16 in the paper's networks for 1024 pixels.
        max_filters: int, the largest width. Default 1024.
        num_classes: int, for networks that take labels: a normalised embedding concatenated to the latents,
            and one logit for each class, from which the label selects one.
        embedding_dim: int, size of the embedding. Default 256.

    Returns:
        generator (batch, latent_dim) -> images in [-1, 1], and discriminator images -> logits (batch, 1).

    Example:
    >>> generator, discriminator = keras_gan.networks.gan_stability((32, 32, 3), filters=8)
    >>> generator.output_shape, discriminator.output_shape
    ((None, 32, 32, 3), (None, 1))

    Reference: Mescheder et al., 2018, appendix, https://arxiv.org/abs/1801.04406
    """
    height, width, channels = check_image_shape(image_shape)
    check_positive(
        latent_dim=latent_dim, filters=filters, max_filters=max_filters, embedding_dim=embedding_dim
    )
    check_conditioning(num_classes, None, "projection")
    stages = stages_of(height, width)
    widths = [min(filters << stage, max_filters) for stage in range(stages + 1)]
    start = (height >> stages, width >> stages)
    return (
        _generator(start, channels, latent_dim, widths[::-1], num_classes, embedding_dim),
        _discriminator(image_shape, widths, num_classes),
    )


def _convolution(filters, kernel_size, name, use_bias=True):
    return layers.Conv2D(
        filters,
        kernel_size,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=uniform_by_fan_in(),
        name=name,
    )


def _block(x, filters, name):
    """x + a tenth of conv(act(conv(act(x))))."""
    y = LeakyReLU(0.2)(x)
    y = _convolution(min(x.shape[-1], filters), 3, f"{name}_conv_1")(y)
    y = LeakyReLU(0.2)(y)
    y = _convolution(filters, 3, f"{name}_conv_2")(y)
    if x.shape[-1] != filters:
        x = _convolution(filters, 1, f"{name}_shortcut", use_bias=False)(x)
    return x + 0.1 * y


def _generator(start, channels, latent_dim, widths, num_classes, embedding_dim):
    x = inputs = layers.Input((latent_dim,), name="latents")
    label = condition_input(num_classes)
    if label is not None:
        inputs = [inputs, label]
        embedding = layers.Embedding(
            num_classes,
            embedding_dim,
            embeddings_initializer=initializers.RandomNormal(stddev=1.0),
            name="label_embedding",
        )(label)
        x = layers.Concatenate()([x, layers.UnitNormalization()(embedding)])
    x = layers.Dense(start[0] * start[1] * widths[0], kernel_initializer=uniform_by_fan_in(), name="project")(
        x
    )
    x = layers.Reshape((*start, widths[0]))(x)
    for i, width in enumerate(widths[1:]):
        x = _block(x, width, f"block_{i}")
        x = layers.UpSampling2D()(x)
    x = _block(x, widths[-1], "last_block")
    x = _convolution(channels, 3, "to_image")(LeakyReLU(0.2)(x))
    x = layers.Activation("tanh", dtype="float32")(x)
    return Model(inputs, x, name="generator")


def _discriminator(image_shape, widths, num_classes):
    x = inputs = layers.Input(image_shape, name="images")
    label = condition_input(num_classes)
    if label is not None:
        inputs = [inputs, label]
    x = _convolution(widths[0], 3, "from_image")(x)
    x = _block(x, widths[0], "first_block")
    for i, width in enumerate(widths[1:]):
        # The average includes the zeros at the border.
        x = layers.AveragePooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
        x = _block(x, width, f"block_{i}")
    x = layers.Flatten()(LeakyReLU(0.2)(x))
    x = layers.Dense(num_classes or 1, kernel_initializer=uniform_by_fan_in(), name="logit")(x)
    if label is not None:
        x = of_class(x, label)
    x = layers.Activation("linear", dtype="float32", name="logits")(x)
    return Model(inputs, x, name="discriminator")
