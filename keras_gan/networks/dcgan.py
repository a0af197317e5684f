"""The networks of DCGAN, for any size."""

from keras import Model, initializers, layers

from keras_gan.arguments import check_int
from keras_gan.layers import (
    BatchNormalization,
    ConditionalBatchNormalization,
    LeakyReLU,
    Packing,
    SpectralNormalization,
)
from keras_gan.networks.checks import check_image_shape, check_positive
from keras_gan.networks.conditioning import as_vector, check_conditioning, condition_input, project

NORMALIZATIONS = ("batch", "layer", "spectral", "none")


def dcgan(
    image_shape,
    latent_dim=100,
    *,
    filters=64,
    kernel_size=5,
    generator_normalization="batch",
    discriminator_normalization="batch",
    residual_blocks=0,
    packing=1,
    num_classes=None,
    condition_dim=None,
    conditioning="concat",
    embedding_dim=None,
    recognition=None,
    kernel_initializer=None,
):
    """Convolutional generator and discriminator of DCGAN.

    With `image_shape=(64, 64, 3)` these are the paper's networks: 100 -> 4x4x1024 -> 8x8x512 -> 16x16x256 ->
    32x32x128 -> 64x64x3 and back. They have strided and transposed convolutions, no pooling and no hidden
    dense layers; batch normalisation except at the generator's output and the discriminator's input; ReLU and
    tanh in the generator, LeakyReLU(0.2) in the discriminator; N(0, 0.02) weights.

    Args:
        image_shape: (height, width, channels). Each side is halved while both stay even and at least 4: 64 ->
            4, 28 -> 7, 96 -> 6; the shorter side must end at 4 to 8.
        latent_dim: int. Default 100.
        filters: int, the discriminator's first width; it doubles with every stage, and the
            generator begins one doubling above its last. Default 64.
        kernel_size: int. Default 5.
        generator_normalization, discriminator_normalization: "batch", "layer", "spectral" or
            "none". A critic with a gradient penalty must not have "batch".
        residual_blocks: int, 3x3 convolutions with a shortcut after each doubling but the last, and after
            each halving; not in the paper. Narrow networks with one learn faster than wide ones without:
            `benchmarks/time_to_quality.py`. Default 0.
        packing: int, images that the discriminator sees at once (PacGAN). Default 1.
        num_classes: int, for networks that take labels, for `ConditionalGAN` or `ACGAN`.
        condition_dim: int, for networks that take vectors of attributes instead.
        conditioning: how the networks take them: "concat" to the generator's latents and, as one more
            channel, to the discriminator's images; "projection", with conditional batch normalisation in the
            generator; "auxiliary", where the discriminator predicts the class instead of taking it.
        embedding_dim: int, to learn a vector for each class; `None` for one-hot ones.
        recognition: int, outputs of InfoGAN's recognition head in addition to the logits.
        kernel_initializer: name of a Keras initialiser, such as "orthogonal". Default: the paper's
            N(0, 0.02).

    Returns:
        generator (batch, latent_dim) -> images in [-1, 1], and discriminator images -> logits
        (batch, 1). With classes or attributes the generator takes [latents, condition], and the
        discriminator [images, condition] ("auxiliary": gives [logits, class logits]).

    Raises:
        ValueError: for sizes that cannot be halved in this way, and unknown names.

    Example:
    >>> generator, discriminator = keras_gan.networks.dcgan((64, 64, 3), latent_dim=100)
    >>> generator.count_params()
    18858883

    Reference: Radford et al., "Unsupervised Representation Learning with Deep Convolutional
    Generative Adversarial Networks", 2016, https://arxiv.org/abs/1511.06434
    """
    height, width, channels = check_image_shape(image_shape)
    stages = stages_of(height, width)
    for name, value in (
        ("generator_normalization", generator_normalization),
        ("discriminator_normalization", discriminator_normalization),
    ):
        if value not in NORMALIZATIONS:
            raise ValueError(f"`{name}` must be one of {NORMALIZATIONS}. Received: {value!r}")
    check_positive(
        latent_dim=latent_dim,
        filters=filters,
        kernel_size=kernel_size,
        packing=packing,
        recognition=1 if recognition is None else recognition,
    )
    check_int(residual_blocks, "residual_blocks", least=0)
    check_conditioning(num_classes, condition_dim, conditioning, embedding_dim)
    if packing > 1 and (num_classes or condition_dim or recognition):
        raise ValueError("`packing` joins images of different conditions: it is for networks without any.")
    if recognition and conditioning == "auxiliary":
        raise ValueError('`recognition` (InfoGAN) and conditioning="auxiliary" (ACGAN) are two models.')
    if num_classes and conditioning == "projection" and generator_normalization != "batch":
        raise ValueError(
            'conditioning="projection" has conditional batch normalisation: `generator_normalization` must '
            f'be "batch". Received: {generator_normalization!r}'
        )
    start = (height >> stages, width >> stages)
    condition = (num_classes, condition_dim, conditioning, embedding_dim)
    return (
        _generator(
            start,
            stages,
            channels,
            latent_dim,
            filters,
            kernel_size,
            generator_normalization,
            residual_blocks,
            condition,
            kernel_initializer,
        ),
        _discriminator(
            (height, width, channels),
            stages,
            filters,
            kernel_size,
            discriminator_normalization,
            residual_blocks,
            condition,
            packing,
            recognition,
            kernel_initializer,
        ),
    )


# === Generator: project, then double the size and halve the width ===


def _generator(
    start,
    stages,
    channels,
    latent_dim,
    filters,
    kernel_size,
    normalization,
    residual_blocks,
    condition,
    kernel_initializer,
):
    width = filters * 2**stages
    num_classes, condition_dim, conditioning, embedding_dim = condition
    x = inputs = layers.Input((latent_dim,), name="latents")
    label = condition_input(num_classes, condition_dim)
    by_class = None
    if label is not None:
        inputs = [inputs, label]
        if conditioning == "projection" and normalization == "batch":
            by_class = label, num_classes
        else:
            x = layers.Concatenate()([x, as_vector(label, num_classes, embedding_dim)])
    wrap = _wrapper(normalization)
    use_bias = normalization in ("none", "spectral")
    x = wrap(
        layers.Dense(
            start[0] * start[1] * width,
            use_bias=use_bias,
            kernel_initializer=_initializer(kernel_initializer),
            name="project",
        )
    )(x)
    x = layers.Reshape((*start, width))(x)
    x = _normalize(x, normalization, "project", by_class)
    x = layers.ReLU()(x)
    for stage in range(1, stages + 1):
        last = stage == stages
        layer = layers.Conv2DTranspose(
            channels if last else width >> stage,
            kernel_size,
            strides=2,
            padding="same",
            use_bias=last or use_bias,
            kernel_initializer=_initializer(kernel_initializer),
            name="to_image" if last else f"up_{stage}",
        )
        x = wrap(layer)(x)
        if last:
            break
        x = _normalize(x, normalization, f"up_{stage}", by_class)
        x = layers.ReLU()(x)
        for i in range(1, residual_blocks + 1):
            name = f"up_{stage}_block_{i}"
            y = wrap(_same_size(x, use_bias, kernel_initializer, name))(x)
            y = _normalize(y, normalization, name, by_class)
            x = layers.ReLU()(layers.Add(name=f"{name}_add")([x, y]))
    # Images are float32, regardless of the precision of the layers before.
    x = layers.Activation("tanh", dtype="float32")(x)
    return Model(inputs, x, name="generator")


# === Discriminator: halve the size and double the width, then one logit ===


def _discriminator(
    image_shape,
    stages,
    filters,
    kernel_size,
    normalization,
    residual_blocks,
    condition,
    packing,
    recognition,
    kernel_initializer,
):
    num_classes, condition_dim, conditioning, embedding_dim = condition
    x = inputs = layers.Input(image_shape, name="images")
    label = None if conditioning == "auxiliary" else condition_input(num_classes, condition_dim)
    if label is not None:
        inputs = [inputs, label]
    wrap = _wrapper(normalization)
    if label is not None and conditioning == "concat":
        vector = as_vector(label, num_classes, embedding_dim)
        channel = wrap(layers.Dense(image_shape[0] * image_shape[1], name="condition_map"))(vector)
        x = layers.Concatenate()([x, layers.Reshape((*image_shape[:2], 1))(channel)])
    if packing > 1:
        x = Packing(packing, name="packing")(x)
    use_bias = normalization in ("none", "spectral")
    for stage in range(stages):
        first = stage == 0
        layer = layers.Conv2D(
            filters << stage,
            kernel_size,
            strides=2,
            padding="same",
            use_bias=first or use_bias,
            kernel_initializer=_initializer(kernel_initializer),
            name=f"down_{stage + 1}",
        )
        x = wrap(layer)(x)
        if not first:
            x = _normalize(x, normalization, f"down_{stage + 1}")
        x = LeakyReLU(0.2)(x)
        for i in range(1, residual_blocks + 1):
            name = f"down_{stage + 1}_block_{i}"
            y = wrap(_same_size(x, use_bias, kernel_initializer, name))(x)
            y = LeakyReLU(0.2)(_normalize(y, normalization, name))
            x = layers.Add(name=f"{name}_add")([x, y])
    features = layers.Flatten()(x)
    x = wrap(layers.Dense(1, kernel_initializer=_initializer(kernel_initializer), name="logit"))(features)
    if label is not None and conditioning == "projection":
        x = layers.Add()([x, project(features, label, num_classes, wrap)])
    outputs = layers.Activation("linear", dtype="float32", name="logits")(x)
    if num_classes and conditioning == "auxiliary":
        x = layers.Dense(
            num_classes, kernel_initializer=_initializer(kernel_initializer), name="class_logits"
        )(features)
        outputs = [outputs, layers.Activation("linear", dtype="float32", name="classes")(x)]
    if recognition:
        x = layers.Dense(128, kernel_initializer=_initializer(kernel_initializer), name="recognition")(
            features
        )
        x = LeakyReLU(0.2)(x)
        x = layers.Dense(recognition, kernel_initializer=_initializer(kernel_initializer), name="code")(x)
        outputs = [outputs, layers.Activation("linear", dtype="float32", name="codes")(x)]
    return Model(inputs, outputs, name="discriminator")


# === Parts ===


def _same_size(x, use_bias, kernel_initializer, name):
    """A 3x3 convolution that keeps size and channels."""
    return layers.Conv2D(
        x.shape[-1],
        3,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=_initializer(kernel_initializer),
        name=name,
    )


def _initializer(name):
    # A new initialiser for each layer: a shared one would give layers of equal shape the same weights.
    return initializers.RandomNormal(0.0, 0.02) if name is None else initializers.get(name)


def _wrapper(normalization):
    return SpectralNormalization if normalization == "spectral" else lambda layer: layer


def _normalize(x, normalization, name, by_class=None):
    if by_class:
        label, num_classes = by_class
        return ConditionalBatchNormalization(num_classes, name=f"{name}_norm")([x, label])
    if normalization == "batch":
        return BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(x)
    if normalization == "layer":
        # One group is layer normalisation over height, width and channels.
        return layers.GroupNormalization(groups=1, epsilon=1e-5, name=f"{name}_norm")(x)
    return x


def stages_of(height, width):
    stages = 0
    while height % 2 == 0 and width % 2 == 0 and min(height, width) >= 8:
        height, width, stages = height // 2, width // 2, stages + 1
    if stages == 0 or min(height, width) > 8:
        raise ValueError(
            "Each side of `image_shape` is halved while both are even, down to 4 to 8 on the shorter "
            f"side; it stopped at {height}x{width} after {stages} halvings. Sizes that fit: 4 to 8 times "
            "a power of two, such as 28, 32, 48, 64, 96, 128: resize to one of them with `image_size` in "
            "`data.load`, --image-size on the command line."
        )
    return stages
