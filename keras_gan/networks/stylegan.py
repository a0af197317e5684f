"""The networks of StyleGAN."""

from keras import Model, layers, ops

from keras_gan.layers import (
    AdaptiveInstanceNormalization,
    BiasedActivation,
    EqualizedConv2D,
    EqualizedDense,
    LearnedConstant,
    MinibatchStdDev,
    NoiseInjection,
)
from keras_gan.networks.checks import check_image_shape, check_positive
from keras_gan.networks.conditioning import check_conditioning, condition_input, of_class
from keras_gan.networks.stylegan2 import mapping, stages_of


def stylegan(
    image_shape,
    latent_dim=512,
    *,
    w_dim=None,
    mapping_layers=8,
    channel_base=16384,
    channel_max=512,
    num_classes=None,
    group_size=4,
):
    """Style-based generator with adaptive instance normalisation and a learned constant, and its discriminator.

    These are the paper's best networks (configuration F), without progressive growing.

    Args:
        image_shape: (size, size, channels), size a power of two of at least 8.
        latent_dim: int. Default 512.
        w_dim: int, size of the mapped latents. Default `latent_dim`.
        mapping_layers: int. Default 8.
        channel_base, channel_max: ints. A stage of size r has channel_base / r channels, `channel_max` at most.
            Defaults 16384 and 512, the paper's.
        num_classes: int, for networks that take labels.
        group_size: int, of the minibatch standard deviation. Default 4.

    Returns:
        generator (batch, latent_dim) -> images, not bounded, with the layers `mapping` and `synthesis`, and
        discriminator images -> logits (batch, 1); with `num_classes` both also take labels.

    Example:
    >>> generator, discriminator = keras_gan.networks.stylegan(
    ...     (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    ... )
    >>> generator.output_shape, generator.get_layer("synthesis").input_shape
    ((None, 16, 16, 3), (None, 6, 8))

    Reference: Karras et al., "A Style-Based Generator Architecture for Generative Adversarial Networks", 2019,
    https://arxiv.org/abs/1812.04948
    """
    channels = check_image_shape(image_shape)[2]
    check_positive(
        latent_dim=latent_dim,
        mapping_layers=mapping_layers,
        channel_base=channel_base,
        channel_max=channel_max,
        group_size=group_size,
    )
    check_conditioning(num_classes, None, "projection")
    sizes, widths, _, _ = stages_of(image_shape, channel_base, channel_max, 0)
    w_dim = latent_dim if w_dim is None else w_dim
    check_positive(w_dim=w_dim)
    to_w = mapping(latent_dim, w_dim, mapping_layers, num_classes, "mapping")
    synthesis = _synthesis(w_dim, sizes, widths, channels)
    latents, label = layers.Input((latent_dim,), name="latents"), condition_input(num_classes)
    inputs = latents if label is None else [latents, label]
    ws = layers.RepeatVector(2 * len(sizes), name="broadcast")(to_w(inputs))
    return (
        Model(inputs, synthesis(ws), name="generator"),
        _discriminator(image_shape, sizes, widths, num_classes, group_size),
    )


def _synthesis(w_dim, sizes, widths, channels):
    ws = layers.Input((2 * len(sizes), w_dim), name="ws")
    of_layer = ops.unstack(ws, axis=1)
    for i, size in enumerate(sizes):
        for j in range(2):
            name = f"b{size}_conv{j}"
            if i == 0 and j == 0:
                x = LearnedConstant((size, size, widths[size]), name="b4_const")(ws)
            else:
                up = 2 if j == 0 else 1
                x = EqualizedConv2D(widths[size], 3, up=up, use_bias=False, name=name)(x)
            x = NoiseInjection(per_channel=True, name=f"{name}_noise")(x)
            x = BiasedActivation("leaky_relu", name=f"{name}_act")(x)
            x = AdaptiveInstanceNormalization(name=f"{name}_style")([x, of_layer[2 * i + j]])
    x = EqualizedConv2D(channels, 1, name="to_image")(x)
    return Model(ws, layers.Activation("linear", dtype="float32")(x), name="synthesis")


def _discriminator(image_shape, sizes, widths, num_classes, group_size):
    inputs, label = layers.Input(image_shape, name="images"), condition_input(num_classes)
    x = EqualizedConv2D(widths[sizes[-1]], 1, "leaky_relu", name="from_image")(inputs)
    for size in reversed(sizes[1:]):
        x = EqualizedConv2D(widths[size], 3, "leaky_relu", name=f"b{size}_conv0")(x)
        below = widths[size // 2]
        x = EqualizedConv2D(below, 3, "leaky_relu", down=2, name=f"b{size}_conv1")(x)
    x = MinibatchStdDev(group_size)(x)
    x = EqualizedConv2D(widths[4], 3, "leaky_relu", name="b4_conv")(x)
    x = EqualizedDense(widths[4], "leaky_relu", name="b4_fc")(layers.Flatten()(x))
    # A logit for each class; the label selects one.
    x = EqualizedDense(num_classes or 1, name="b4_out")(x)
    if label is not None:
        x = of_class(x, label)
    x = layers.Activation("linear", dtype="float32", name="logits")(x)
    return Model(inputs if label is None else [inputs, label], x, name="discriminator")
