"""The residual networks of SNGAN, WGAN-GP and the projection discriminator."""

import functools

from keras import Model, initializers, layers, ops

from keras_gan.layers import (
    BatchNormalization,
    ConditionalBatchNormalization,
    SelfAttention,
    SpectralNormalization,
)
from keras_gan.networks.conditioning import as_vector, check_conditioning, condition_input, project
from keras_gan.networks.dcgan import stages_of

SPECTRAL = ("discriminator", "both", "none")


def sngan(
    image_shape,
    latent_dim=128,
    *,
    filters=64,
    spectral_normalization="discriminator",
    discriminator_normalization="none",
    attention=False,
    num_classes=None,
    conditioning="projection",
    kernel_initializer=None,
):
    """Residual generator and discriminator, as in the SNGAN (32 and 64 pixels) and WGAN-GP papers.

    Up to 32 pixels all stages have one width (the paper's CIFAR-10 networks: 256 in the generator, 128 in the
    discriminator with `filters=64`); above, the width doubles with every halving of the size (1024 - 64 in
    the generator at 64 pixels, 64 - 1024 in the discriminator). The generator has batch normalisation; the
    discriminator has average pooling and a sum over positions.

    Args:
        image_shape: (height, width, channels), sizes as in `networks.dcgan`.
        latent_dim: int. Default 128.
        filters: int. Default 64, the papers'.
        spectral_normalization: "discriminator" (default, SNGAN), "both" (SAGAN) or "none" (WGAN-GP).
        discriminator_normalization: "layer" or "none" (default).
        attention: bool, self-attention in both networks at size 32, or at the next smaller size of a stage
            (at most half of the images'). Default False; `networks.sagan` has it.
        num_classes: int, for networks that take labels.
        conditioning: "projection" (default) with conditional batch normalisation, "auxiliary", or
            "concat" as in `networks.dcgan`.
        kernel_initializer: name of a Keras initialiser, such as "orthogonal" (BigGAN's). Default: Glorot
            uniform, times sqrt(2) in the blocks.

    Returns:
        generator (batch, latent_dim) -> images in [-1, 1], and discriminator images -> logits (batch, 1).

    Example:
    >>> generator, discriminator = keras_gan.networks.sngan((32, 32, 3), filters=64)
    >>> generator.count_params(), discriminator.count_params()
    (4280323, 1055106)

    Reference: Miyato et al., 2018, tables 3 and 4, https://arxiv.org/abs/1802.05957; Gulrajani et al.,
    2017, https://arxiv.org/abs/1704.00028; Miyato & Koyama, 2018, https://arxiv.org/abs/1802.05637
    """
    height, width, channels = image_shape
    stages = stages_of(height, width)
    check_conditioning(num_classes, None, conditioning)
    for name, value, known in (
        ("spectral_normalization", spectral_normalization, SPECTRAL),
        ("discriminator_normalization", discriminator_normalization, ("layer", "none")),
    ):
        if value not in known:
            raise ValueError(f"`{name}` must be one of {known}. Received: {value!r}")
    start = (height >> stages, width >> stages)
    if stages <= 3:
        up, down = [4 * filters] * (stages + 1), [2 * filters] * (stages + 1)
        # At 32 pixels as in the paper: two blocks halve the size, two keep it.
        halve = [True, True, False, False] if stages == 3 else [True] * stages + [False]
    else:
        up = [filters << stage for stage in reversed(range(stages + 1))]
        down = [filters << stage for stage in range(stages + 1)]
        halve = [True] * (stages + 1)
    side = min(height, width)
    # The largest size of a stage that is at most 32 and half of the images'.
    attend_at = max(side >> i for i in range(1, stages + 1) if side >> i <= 32) if attention else None
    by_class = num_classes, conditioning
    return (
        _generator(
            start,
            channels,
            latent_dim,
            up,
            by_class,
            spectral_normalization == "both",
            attend_at,
            kernel_initializer,
        ),
        _discriminator(
            image_shape,
            down,
            halve,
            by_class,
            spectral_normalization != "none",
            discriminator_normalization,
            attend_at,
            kernel_initializer,
        ),
    )


def sagan(image_shape, latent_dim=128, *, filters=64, num_classes=None):
    """The networks of SAGAN: those of SNGAN with self-attention, and spectral normalisation in both.

    Args:
        image_shape, latent_dim, filters, num_classes: as in `sngan`.

    Returns:
        generator and discriminator.

    Example:
    >>> generator, discriminator = keras_gan.networks.sagan((32, 32, 3), filters=8)
    >>> discriminator.get_layer("attention").gamma.numpy()
    np.float32(0.0)

    Reference: Zhang et al., "Self-Attention Generative Adversarial Networks", 2019,
    https://arxiv.org/abs/1805.08318
    """
    return sngan(
        image_shape,
        latent_dim,
        filters=filters,
        spectral_normalization="both",
        attention=True,
        num_classes=num_classes,
    )


# === Parts ===


def _convolution(filters, kernel_size, name, gain=1.0, *, spectral, initializer):
    layer = layers.Conv2D(
        filters, kernel_size, padding="same", kernel_initializer=_initializer(initializer, gain), name=name
    )
    return SpectralNormalization(layer) if spectral else layer


def _initializer(name, gain=1.0):
    # A new initialiser for each layer: a shared one would give layers of equal shape the same weights.
    return (
        initializers.VarianceScaling(gain**2, "fan_avg", "uniform")
        if name is None
        else initializers.get(name)
    )


def _normalized(x, name, label, num_classes):
    if label is None:
        x = BatchNormalization(momentum=0.9, epsilon=2e-5, name=name)(x)
    else:
        x = ConditionalBatchNormalization(num_classes, epsilon=2e-5, name=name)([x, label])
    return layers.ReLU()(x)


# === Generator ===


def _generator(start, channels, latent_dim, widths, by_class, spectral, attend_at, initializer):
    num_classes, conditioning = by_class
    convolution = functools.partial(_convolution, spectral=spectral, initializer=initializer)
    x = inputs = layers.Input((latent_dim,), name="latents")
    label = condition_input(num_classes)
    if label is not None:
        inputs = [inputs, label]
        if conditioning != "projection":
            x, label = layers.Concatenate()([x, as_vector(label, num_classes)]), None
    project_layer = layers.Dense(
        start[0] * start[1] * widths[0], kernel_initializer=_initializer(initializer), name="project"
    )
    x = (SpectralNormalization(project_layer) if spectral else project_layer)(x)
    x = layers.Reshape((*start, widths[0]))(x)
    for i, width in enumerate(widths[1:]):
        y = _normalized(x, f"block_{i}_norm_1", label, num_classes)
        y = layers.UpSampling2D()(y)
        y = convolution(width, 3, f"block_{i}_conv_1", 2**0.5)(y)
        y = _normalized(y, f"block_{i}_norm_2", label, num_classes)
        y = convolution(width, 3, f"block_{i}_conv_2", 2**0.5)(y)
        x = convolution(width, 1, f"block_{i}_shortcut")(layers.UpSampling2D()(x))
        x = layers.Add()([x, y])
        if attend_at and min(x.shape[1:3]) == attend_at:
            x = SelfAttention(spectral, name="attention")(x)
    x = BatchNormalization(momentum=0.9, epsilon=2e-5, name="last_norm")(x)
    x = layers.ReLU()(x)
    x = convolution(channels, 3, "to_image")(x)
    x = layers.Activation("tanh", dtype="float32")(x)
    return Model(inputs, x, name="generator")


# === Discriminator ===


def _discriminator(image_shape, widths, halve, by_class, spectral, normalization, attend_at, initializer):
    num_classes, conditioning = by_class
    convolution = functools.partial(_convolution, spectral=spectral, initializer=initializer)
    x = inputs = layers.Input(image_shape, name="images")

    def wrap(layer):
        return SpectralNormalization(layer) if spectral else layer

    label = None if conditioning == "auxiliary" else condition_input(num_classes)
    if label is not None:
        inputs = [inputs, label]
        if conditioning == "concat":
            vector = as_vector(label, num_classes)
            channel = wrap(layers.Dense(image_shape[0] * image_shape[1], name="condition_map"))(vector)
            x = layers.Concatenate()([x, layers.Reshape((*image_shape[:2], 1))(channel)])

    def normalized(x, name):
        if normalization == "layer":
            return layers.GroupNormalization(groups=1, epsilon=1e-5, name=name)(x)
        return x

    for i, (width, down) in enumerate(zip(widths, halve, strict=True)):
        first = i == 0
        # Inside a block, except the first, the width is that of its input.
        inner = width if first else x.shape[-1]
        y = x if first else layers.ReLU()(normalized(x, f"block_{i}_norm_1"))
        y = convolution(inner, 3, f"block_{i}_conv_1", 2**0.5)(y)
        y = layers.ReLU()(normalized(y, f"block_{i}_norm_2"))
        y = convolution(width, 3, f"block_{i}_conv_2", 2**0.5)(y)
        if down:
            y = layers.AveragePooling2D(2)(y)
        shortcut = convolution(width, 1, f"block_{i}_shortcut")
        if first:
            x = shortcut(layers.AveragePooling2D(2)(x) if down else x)
        elif down or width != x.shape[-1]:
            x = shortcut(x)
            x = layers.AveragePooling2D(2)(x) if down else x
        x = layers.Add()([x, y])
        if attend_at and min(x.shape[1:3]) == attend_at:
            x = SelfAttention(spectral, name="attention")(x)
            attend_at = None
    features = ops.sum(layers.ReLU()(x), axis=(1, 2))
    x = wrap(layers.Dense(1, kernel_initializer=_initializer(initializer), name="logit"))(features)
    if label is not None and conditioning == "projection":
        x = layers.Add()([x, project(features, label, num_classes, wrap)])
    outputs = layers.Activation("linear", dtype="float32", name="logits")(x)
    if num_classes and conditioning == "auxiliary":
        x = layers.Dense(num_classes, kernel_initializer=_initializer(initializer), name="class_logits")(
            features
        )
        outputs = [outputs, layers.Activation("linear", dtype="float32", name="classes")(x)]
    return Model(inputs, outputs, name="discriminator")
