"""The networks of StarGAN: one generator between all domains, and a discriminator that predicts them."""

from keras import Model, layers, ops

from keras_gan.arguments import check_int
from keras_gan.layers import BatchNormalization, LeakyReLU
from keras_gan.networks.blocks import convolution, transposed_convolution
from keras_gan.networks.conditioning import as_vector, check_conditioning, condition_input

NORMALIZATIONS = ("instance", "batch")


def stargan(
    image_shape,
    *,
    num_classes=None,
    condition_dim=None,
    filters=64,
    residual_blocks=6,
    discriminator_filters=64,
    discriminator_blocks=None,
    normalization="instance",
):
    """Generator from [images, domain] to images, and discriminator from images to [logits, domain logits].

    The generator is that of `networks.resnet` with zero padding: 7x7 convolution, two strided 4x4, residual
    blocks, two transposed 4x4, 7x7 and tanh. The target domain is concatenated to the image's channels, the
    same at each pixel. The discriminator halves the size `discriminator_blocks` times, and has no
    normalisation.

    Args:
        image_shape: (height, width, channels), multiples of 4.
        num_classes: int, number of domains, one for each image; `condition_dim`: int, number of attributes,
            several for each image. Give one of the two.
        filters: int, channels after the generator's first convolution. Default 64.
        residual_blocks: int. Default 6.
        discriminator_filters: int, channels after the discriminator's first convolution. Default 64.
        discriminator_blocks: int. Default 6, or as many as leave at least 2 pixels.
        normalization: "instance" (default, with learnt scale and shift), or "batch".

    Returns:
        (generator, discriminator).

    Raises:
        ValueError: for sizes that do not fit, and if no domains are given.

    Example:
    >>> generator, discriminator = keras_gan.networks.stargan((16, 16, 3), num_classes=4, filters=4, residual_blocks=1)
    >>> generator.input_shape, [tuple(output.shape) for output in discriminator.outputs]
    ([(None, 16, 16, 3), (None,)], [(None, 2, 2, 1), (None, 4)])

    Reference: Choi et al., "StarGAN: Unified Generative Adversarial Networks for Multi-Domain Image-to-Image Translation",
    2018, https://arxiv.org/abs/1711.09020; the official code's architecture
    """
    check_conditioning(num_classes, condition_dim, "concat")
    if not (num_classes or condition_dim):
        raise ValueError("StarGAN's images are of several domains: give `num_classes` or `condition_dim`.")
    if normalization not in NORMALIZATIONS:
        raise ValueError(f"`normalization` must be one of {NORMALIZATIONS}. Received: {normalization!r}")
    for name, value in (("filters", filters), ("residual_blocks", residual_blocks)):
        check_int(value, name)
    if len(image_shape) != 3 or any(not side or side % 4 for side in image_shape[:2]):
        raise ValueError(
            f"`image_shape` must be (height, width, channels), multiples of 4. Received: {image_shape}"
        )
    side = min(image_shape[:2])
    if discriminator_blocks is None:
        discriminator_blocks = min(6, side.bit_length() - 2)
    check_int(discriminator_blocks, "discriminator_blocks")
    if any(size % 2**discriminator_blocks for size in image_shape[:2]):
        raise ValueError(
            f"The discriminator halves the images {discriminator_blocks} times: the sides must be multiples of "
            f"{2**discriminator_blocks}, or `discriminator_blocks` smaller. Received: image_shape={image_shape}"
        )
    options = {"filters": filters, "residual_blocks": residual_blocks, "normalization": normalization}
    return (
        generator(image_shape, num_classes, condition_dim, **options),
        discriminator(image_shape, num_classes or condition_dim, discriminator_filters, discriminator_blocks),
    )


def generator(image_shape, num_classes, condition_dim, *, filters, residual_blocks, normalization):
    """The generator alone; arguments as `stargan`, but the image sizes may be None."""
    images, condition = (
        layers.Input(tuple(image_shape), name="images"),
        condition_input(num_classes, condition_dim),
    )
    vector = ops.cast(as_vector(condition, num_classes), images.dtype)
    maps = ops.ones_like(images[..., :1]) * ops.expand_dims(vector, (1, 2))
    x = layers.Concatenate()([images, maps])

    def normalized(x, name):
        return _normalization(normalization, f"{name}_norm")(x)

    x = layers.ReLU()(normalized(_conv(x, filters, 7, "first"), "first"))
    for i in (1, 2):
        x = layers.ReLU()(normalized(_conv(x, filters << i, 4, f"down_{i}", 2), f"down_{i}"))
    width = x.shape[-1]
    for i in range(residual_blocks):
        y = layers.ReLU()(normalized(_conv(x, width, 3, f"residual_{i}_1"), f"residual_{i}_1"))
        y = normalized(_conv(y, width, 3, f"residual_{i}_2"), f"residual_{i}_2")
        x = layers.Add()([x, y])
    for i in (1, 2):
        x = transposed_convolution(x, width >> i, 4, use_bias=False, name=f"up_{i}")
        x = layers.ReLU()(normalized(x, f"up_{i}"))
    x = _conv(x, image_shape[-1], 7, "to_image")
    return Model([images, condition], layers.Activation("tanh", dtype="float32")(x), name="generator")


def discriminator(image_shape, domains, filters, blocks):
    """The discriminator alone; arguments as `stargan`."""
    x = images = layers.Input(tuple(image_shape), name="images")
    for i in range(blocks):
        x = LeakyReLU(0.01)(convolution(x, filters << i, 4, 2, name=f"down_{i}"))
    logits = layers.Activation("linear", dtype="float32")(_conv(x, 1, 3, "logits"))
    x = layers.Conv2D(domains, x.shape[1:3], use_bias=False, name="domains")(x)
    x = layers.Activation("linear", dtype="float32")(layers.Flatten()(x))
    return Model(images, [logits, x], name="discriminator")


def _conv(x, width, kernel_size, name, strides=1):
    return convolution(x, width, kernel_size, strides, use_bias=False, name=name)


def _normalization(normalization, name):
    if normalization == "batch":
        return BatchNormalization(momentum=0.9, epsilon=1e-5, name=name)
    return layers.GroupNormalization(groups=-1, epsilon=1e-5, name=name)
