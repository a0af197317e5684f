"""The networks of StyleGAN2."""

import math

import keras
from keras import Model, layers, ops

from keras_gan.arguments import check_int
from keras_gan.layers import (
    BiasedActivation,
    EqualizedConv2D,
    EqualizedDense,
    FIRDownsampling,
    FIRUpsampling,
    LatentAverage,
    LearnedConstant,
    MinibatchStdDev,
    ModulatedConv2D,
    NoiseInjection,
    PixelNormalization,
)
from keras_gan.networks.checks import check_image_shape, check_positive
from keras_gan.networks.conditioning import check_conditioning, condition_input

ARCHITECTURES = ("skip", "resnet", "orig")
HALF = math.sqrt(0.5)


def stylegan2(
    image_shape,
    latent_dim=512,
    *,
    w_dim=None,
    mapping_layers=8,
    channel_base=32768,
    channel_max=512,
    architecture="skip",
    discriminator_architecture="resnet",
    num_classes=None,
    group_size=4,
    low_precision=0,
):
    """Style-based generator and its discriminator, numerically the same as in StyleGAN2-ADA.

    The generator consists of two networks: `mapping`, from latents to w, and `synthesis`, from one w for each
    layer to images. Called as a whole, it passes the same w to every layer.

    Args:
        image_shape: (size, size, channels), size a power of two of at least 8.
        latent_dim: int. Default 512.
        w_dim: int, size of the mapped latents. Default `latent_dim`.
        mapping_layers: int. Default 8, the paper's.
        channel_base, channel_max: ints. A stage of size r has channel_base / r channels, `channel_max` at most.
            Defaults 32768 and 512, the paper's at 1024; 16384 at 256 and below.
        architecture: of the generator: "skip" (default), "resnet" or "orig".
        discriminator_architecture: "resnet" (default), "skip" or "orig".
        num_classes: int, for networks that take labels.
        group_size: int, of the minibatch standard deviation. Default 4.
        low_precision: int, how many of the largest sizes are computed in float16, clipped to +-256.
            Default 0; the paper's 4.

    Returns:
        generator (batch, latent_dim) -> images, not bounded, and discriminator images -> logits (batch, 1);
        with `num_classes` both also take labels.

    Raises:
        ValueError: for sizes that are not powers of two, and unknown architectures.

    Example:
    >>> generator, discriminator = keras_gan.networks.stylegan2(
    ...     (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    ... )
    >>> generator.output_shape, generator.get_layer("synthesis").input_shape
    ((None, 16, 16, 3), (None, 6, 8))

    Reference: Karras et al., 2020, https://arxiv.org/abs/1912.04958; Karras et al., "Training Generative
    Adversarial Networks with Limited Data", 2020, https://arxiv.org/abs/2006.06676
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
    for name, value in (
        ("architecture", architecture),
        ("discriminator_architecture", discriminator_architecture),
    ):
        if value not in ARCHITECTURES:
            raise ValueError(f"`{name}` must be one of {ARCHITECTURES}. Received: {value!r}")
    stages = stages_of(image_shape, channel_base, channel_max, low_precision)
    w_dim = latent_dim if w_dim is None else w_dim
    check_positive(w_dim=w_dim)
    return (
        generator(latent_dim, w_dim, mapping_layers, stages, channels, architecture, num_classes),
        discriminator(image_shape, stages, discriminator_architecture, num_classes, group_size),
    )


def stages_of(image_shape, channel_base, channel_max, low_precision):
    """Sizes from 4 on, the channels and the precision of each, and the value at which layers are clipped."""
    height, width, channels = image_shape
    if channels not in (1, 3, 4):
        raise ValueError(
            f"Images must be grey, RGB or RGBA, with 1, 3 or 4 channels. Received: {tuple(image_shape)}"
        )
    if height != width or height < 8 or height & (height - 1):
        raise ValueError(
            f"StyleGAN's images are square, with a power of two of at least 8. Received: {tuple(image_shape)}. Resize to "
            "one with `image_size` in `data.load`, --image-size on the command line."
        )
    if channel_base < height:
        raise ValueError(
            f"`channel_base` / size is the number of channels, and must not be below 1. Received: channel_base="
            f"{channel_base}, image_shape={tuple(image_shape)}. On the command line: --scale paper, or a smaller --image-size."
        )
    check_int(low_precision, "low_precision", least=0)
    sizes = [1 << i for i in range(2, height.bit_length())]
    widths = {size: min(channel_base // size, channel_max) for size in sizes}
    # 4 x 4 stays in float32, as in the official code.
    policies = {size: policy_of(size << low_precision > height and size > 4) for size in sizes}
    low = any(policy.compute_dtype == "float16" for policy in policies.values())
    return sizes, widths, policies, 256.0 if low else None


def policy_of(low):
    """float16 with float32 weights, or the policy of the networks."""
    return keras.DTypePolicy("mixed_float16") if low else keras.config.dtype_policy()


# === Mapping ===


def mapping(latent_dim, w_dim, count, num_classes, name, decay=0.995):
    """Network from latents and labels, or one of the two, to w."""
    inputs, parts = [], []
    if latent_dim:
        inputs.append(layers.Input((latent_dim,), name="latents"))
        parts.append(PixelNormalization()(inputs[0]))
    label = condition_input(num_classes)
    if label is not None:
        inputs.append(label)
        embedded = EqualizedDense(w_dim, name="embed")(ops.one_hot(label, num_classes))
        parts.append(PixelNormalization()(embedded))
    x = layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    for i in range(count):
        x = EqualizedDense(w_dim, "leaky_relu", lr_multiplier=0.01, name=f"fc{i}")(x)
    if latent_dim:
        x = LatentAverage(decay, name="average")(x)
    return Model(inputs if len(inputs) > 1 else inputs[0], x, name=name)


# === Synthesis ===


def generator(latent_dim, w_dim, mapping_layers, stages, channels, architecture, num_classes):
    to_w = mapping(latent_dim, w_dim, mapping_layers, num_classes, "mapping")
    synthesis = _synthesis(w_dim, stages, channels, architecture)
    latents = layers.Input((latent_dim,), name="latents")
    label = condition_input(num_classes)
    inputs = latents if label is None else [latents, label]
    w = to_w(inputs)
    ws = layers.RepeatVector(synthesis.input_shape[1], name="broadcast")(w)
    return Model(inputs, synthesis(ws), name="generator")


def _synthesis(w_dim, stages, channels, architecture):
    sizes, widths, policies, clamp = stages
    count = 2 * len(sizes)
    ws = layers.Input((count, w_dim), name="ws")
    of_layer = ops.unstack(ws, axis=1)
    x, image, used = None, None, 0
    for size in sizes:
        dtype = policies[size]
        block = f"b{size}"
        if x is None:
            x = LearnedConstant((size, size, widths[size]), name=f"{block}_const")(ws)
        else:
            gain, skip = 1.0, None
            if architecture == "resnet":
                gain = HALF
                skip = EqualizedConv2D(
                    widths[size], 1, up=2, gain=HALF, use_bias=False, dtype=dtype, name=f"{block}_skip"
                )(x)
            x = _styled(x, of_layer[used], widths[size], f"{block}_conv0", dtype, clamp, up=2)
            used += 1
        # Demodulation is applied before the sum with a skip connection, and before a block in half precision,
        # in which images without it would overflow.
        residual = architecture == "resnet"
        carry = not residual and policies.get(2 * size, dtype).compute_dtype == dtype.compute_dtype
        gain = HALF if residual and size > 4 else 1.0
        x = _styled(x, of_layer[used], widths[size], f"{block}_conv1", dtype, clamp, gain=gain, carry=carry)
        used += 1
        if size > 4 and residual:
            x = layers.Add(dtype=dtype)([skip, x])
        if architecture == "skip" or size == sizes[-1]:
            new = _to_image(x, of_layer[used], channels, f"{block}_torgb", dtype, clamp)
            image = new if image is None else FIRUpsampling(name=f"{block}_up")(image) + new
    image = layers.Activation("linear", dtype="float32")(image)
    return Model(ws, image, name="synthesis")


def _styled(x, w, filters, name, dtype, clamp, up=1, gain=1.0, carry=True):
    """A modulated convolution, noise, bias and LeakyReLU, of images or [images, factors] to one of the two."""
    images, *factors = x if isinstance(x, list) else [x]
    styles = EqualizedDense(images.shape[-1], bias_init=1.0, name=f"{name}_affine", dtype="float32")(w)
    layer = ModulatedConv2D(filters, 3, up=up, carry=carry, dtype=dtype, name=name)
    x = NoiseInjection(name=f"{name}_noise", dtype=dtype)(layer([images, styles, *factors]))
    return BiasedActivation("leaky_relu", gain=gain, clamp=clamp, name=f"{name}_act", dtype=dtype)(x)


def _to_image(x, w, channels, name, dtype, clamp):
    images, *factors = x if isinstance(x, list) else [x]
    styles = EqualizedDense(images.shape[-1], bias_init=1.0, name=f"{name}_affine", dtype="float32")(w)
    layer = ModulatedConv2D(channels, 1, demodulate=False, dtype=dtype, name=name)
    x = layer([images, styles, *factors])
    x = BiasedActivation("linear", clamp=clamp, name=f"{name}_act", dtype=dtype)(x)
    return layers.Activation("linear", dtype="float32")(x)


# === Discriminator ===


def discriminator(image_shape, stages, architecture, num_classes, group_size):
    sizes, widths, policies, clamp = stages
    inputs = image = layers.Input(image_shape, name="images")
    label = condition_input(num_classes)
    x = None
    for size in reversed(sizes[1:]):
        dtype = policies[size]
        block, below = f"b{size}", widths[size // 2]
        if x is None or architecture == "skip":
            new = EqualizedConv2D(
                widths[size], 1, "leaky_relu", clamp=clamp, dtype=dtype, name=f"{block}_fromrgb"
            )(image)
            x = new if x is None else x + new
            image = FIRDownsampling(name=f"{block}_down")(image) if architecture == "skip" else None
        gain, skip = 1.0, None
        if architecture == "resnet":
            gain = HALF
            skip = EqualizedConv2D(
                below, 1, down=2, gain=HALF, use_bias=False, dtype=dtype, name=f"{block}_skip"
            )(x)
        x = EqualizedConv2D(widths[size], 3, "leaky_relu", clamp=clamp, dtype=dtype, name=f"{block}_conv0")(x)
        x = EqualizedConv2D(
            below, 3, "leaky_relu", down=2, gain=gain, clamp=clamp, dtype=dtype, name=f"{block}_conv1"
        )(x)
        if skip is not None:
            x = layers.Add(dtype=dtype)([skip, x])
    width = widths[4]
    if architecture == "skip":
        x = x + EqualizedConv2D(width, 1, "leaky_relu", clamp=clamp, name="b4_fromrgb")(image)
    x = MinibatchStdDev(group_size)(layers.Activation("linear", dtype="float32")(x))
    x = EqualizedConv2D(width, 3, "leaky_relu", clamp=clamp, name="b4_conv")(x)
    x = EqualizedDense(width, "leaky_relu", name="b4_fc")(layers.Flatten()(x))
    x = EqualizedDense(width if num_classes else 1, name="b4_out")(x)
    if label is not None:
        w = mapping(None, width, 8, num_classes, "mapping")(label)
        x = ops.sum(x * w, axis=1, keepdims=True) / math.sqrt(width)
    x = layers.Activation("linear", dtype="float32", name="logits")(x)
    return Model(inputs if label is None else [inputs, label], x, name="discriminator")
