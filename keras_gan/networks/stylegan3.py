"""The networks of StyleGAN3."""

import numpy as np
from keras import Model, layers, ops

from keras_gan.layers import (
    EqualizedDense,
    FilteredLeakyReLU,
    FourierFeatures,
    MagnitudeNormalization,
    ModulatedConv2D,
)
from keras_gan.layers.filtered_leaky_relu import lowpass
from keras_gan.networks.checks import check_image_shape, check_positive
from keras_gan.networks.conditioning import check_conditioning, condition_input
from keras_gan.networks.stylegan2 import discriminator, mapping, policy_of, stages_of

CONFIGURATIONS = ("t", "r")
# Filter weights for each pixel of the lower sampling rate, and pixels around the image.
TAPS, MARGIN = 6, 10


def stylegan3(
    image_shape,
    latent_dim=512,
    *,
    configuration="t",
    w_dim=None,
    mapping_layers=2,
    channel_base=32768,
    channel_max=512,
    synthesis_layers=14,
    critical_layers=2,
    num_classes=None,
    group_size=4,
    low_precision=0,
):
    """Alias-free generator and StyleGAN2's discriminator, numerically the same as the official ones.

    Details in the images move with the Fourier features at the generator's input, and do not stick to the
    pixel grid: each layer is filtered so that it has no frequencies that its pixels cannot represent.

    Args:
        image_shape: (size, size, channels), size a power of two of at least 16.
        latent_dim, w_dim, mapping_layers, num_classes, group_size: as in `stylegan2`; the paper's
            `mapping_layers` is 2.
        configuration: "t" (default), which follows translations, or "r", which follows rotations too: 1x1
            convolutions of twice as many channels, and filters that are the same in all directions.
        channel_base, channel_max: ints. A layer of cutoff frequency f has channel_base / (2 f) channels,
            `channel_max` at most; of "r" twice as many. Defaults 32768 and 512, the paper's at 1024.
        synthesis_layers: int. Default 14.
        critical_layers: int, last layers with the full bandwidth. Default 2.
        low_precision: int, how many of the largest sampling rates are computed in float16. Default 0; the
            paper's 4.

    Returns:
        generator (batch, latent_dim) -> images, not bounded, and discriminator images -> logits (batch, 1);
        with `num_classes` both also take labels.

    Raises:
        ValueError: for sizes that are not powers of two, and an unknown configuration.

    Example:
    >>> generator, _ = keras_gan.networks.stylegan3(
    ...     (16, 16, 3), latent_dim=8, channel_base=128, channel_max=8, synthesis_layers=4
    ... )
    >>> generator.output_shape, generator.get_layer("synthesis").input_shape
    ((None, 16, 16, 3), (None, 6, 8))

    Reference: Karras et al., "Alias-Free Generative Adversarial Networks", 2021,
    https://arxiv.org/abs/2106.12423
    """
    size, _, channels = check_image_shape(image_shape)
    if size < 16:
        raise ValueError(
            f"StyleGAN3's images have 16 pixels and more. Received: {tuple(image_shape)}. Resize with `image_size` in "
            "`data.load`, --image-size on the command line."
        )
    check_positive(
        latent_dim=latent_dim,
        mapping_layers=mapping_layers,
        channel_base=channel_base,
        channel_max=channel_max,
        synthesis_layers=synthesis_layers,
        critical_layers=critical_layers,
        group_size=group_size,
    )
    check_conditioning(num_classes, None, "projection")
    if configuration not in CONFIGURATIONS:
        raise ValueError(f"`configuration` must be one of {CONFIGURATIONS}. Received: {configuration!r}")
    if critical_layers >= synthesis_layers:
        raise ValueError(
            "`critical_layers` are the last of `synthesis_layers`, and fewer. Received: "
            f"critical_layers={critical_layers}, synthesis_layers={synthesis_layers}"
        )
    stages = stages_of(image_shape, channel_base, channel_max, low_precision)
    w_dim = latent_dim if w_dim is None else w_dim
    check_positive(w_dim=w_dim)
    more = 2 if configuration == "r" else 1
    plan = _plan(size, synthesis_layers, critical_layers, more * channel_base, more * channel_max, channels)
    to_w = mapping(latent_dim, w_dim, mapping_layers, num_classes, "mapping", decay=0.998)
    synthesis = _synthesis(w_dim, plan, critical_layers, configuration == "r", size, low_precision)
    latents, label = layers.Input((latent_dim,), name="latents"), condition_input(num_classes)
    inputs = latents if label is None else [latents, label]
    ws = layers.RepeatVector(synthesis_layers + 2, name="broadcast")(to_w(inputs))
    return (
        Model(inputs, synthesis(ws), name="generator"),
        discriminator(image_shape, stages, "resnet", num_classes, group_size),
    )


def _plan(size, count, critical, channel_base, channel_max, channels):
    """Cutoff frequency, half width of the transition, sampling rate, side and channels of each layer."""
    # The first layer's cutoff and stopband, and the last stopband relative to its cutoff.
    first_cutoff, first_stopband, last_stopband = 2, 2**2.1, 2**0.3
    exponents = np.minimum(np.arange(count + 1) / (count - critical), 1)
    cutoffs = first_cutoff * (size / 2 / first_cutoff) ** exponents
    stopbands = first_stopband * (size / 2 * last_stopband / first_stopband) ** exponents
    rates = np.exp2(np.ceil(np.log2(np.minimum(2 * stopbands, size))))
    half_widths = np.maximum(stopbands, rates / 2) - cutoffs
    sides = rates + 2 * MARGIN
    sides[-2:] = size
    widths = np.rint(np.minimum(channel_base / 2 / cutoffs, channel_max))
    widths[-1] = channels
    return list(zip(cutoffs, half_widths, rates, sides.astype(int), widths.astype(int), strict=True))


def _synthesis(w_dim, plan, critical, radial, size, low_precision):
    ws = layers.Input((len(plan) + 1, w_dim), name="ws")
    of_layer = ops.unstack(ws, axis=1)
    cutoff, _, rate, side, width = plan[0]
    x = FourierFeatures(int(width), int(side), rate=rate, bandwidth=cutoff, dtype="float32", name="input")(
        of_layer[0]
    )
    before = plan[0]
    for i, now in enumerate(plan):
        last = i == len(plan) - 1
        dtype = policy_of(now[2] * 2**low_precision > size)
        sampled = i >= len(plan) - 1 - critical
        x = _layer(x, of_layer[i + 1], before, now, f"L{i}", last, radial and not sampled, radial, dtype)
        before = now
    x = layers.Activation("linear", dtype="float32")(x)
    return Model(ws, layers.Rescaling(0.25, dtype="float32")(x), name="synthesis")


def _layer(x, w, before, now, name, to_image, radial, pointwise, dtype):
    """A modulated convolution and a filtered LeakyReLU; for the image without filter and activation."""
    in_cutoff, in_half_width, in_rate, _, _ = before
    out_cutoff, out_half_width, out_rate, side, width = now
    rate = max(in_rate, out_rate) * (1 if to_image else 2)
    up, down = round(rate / in_rate), round(rate / out_rate)
    kernel_size = 1 if to_image or pointwise else 3
    styles = EqualizedDense(x.shape[-1], bias_init=1.0, name=f"{name}_affine", dtype="float32")(w)
    x = MagnitudeNormalization(name=f"{name}_magnitude", dtype=dtype)(x)
    x = ModulatedConv2D(
        int(width), kernel_size, demodulate=not to_image, padding="full", dtype=dtype, name=name
    )([x, styles])
    up_taps = lowpass(1 if to_image or up == 1 else TAPS * up, in_cutoff, 2 * in_half_width, rate)
    down_taps = lowpass(
        1 if to_image or down == 1 else TAPS * down,
        out_cutoff,
        2 * out_half_width,
        rate,
        radial=radial,
    )
    options = {"slope": 1.0, "gain": 1.0} if to_image else {}
    return FilteredLeakyReLU(
        int(side),
        up=up,
        down=down,
        up_taps=up_taps,
        down_taps=down_taps,
        name=f"{name}_act",
        dtype=dtype,
        **options,
    )(x)
