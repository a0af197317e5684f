"""FastGAN's generator."""

from keras import Model, layers, ops

from keras_gan.layers import BatchNormalization, NoiseInjection, PixelNormalization, SpectralNormalization
from keras_gan.networks.blocks import uniform_by_fan_in
from keras_gan.networks.checks import check_image_shape, check_positive

# Channels at each size, as multiples of `filters`.
WIDTHS = {4: 16, 8: 8, 16: 4, 32: 2, 64: 2, 128: 1, 256: 0.5, 512: 0.25, 1024: 0.125}
# For each larger size, the size whose features weight its channels.
SKIPS = {64: 4, 128: 8, 256: 16, 512: 32}


def fastgan_generator(image_shape, latent_dim=256, *, filters=128, lite=False, skips=None):
    """Generator with gated units and skip-layer excitation, as in Projected GAN.

    A transposed convolution maps latents of unit second moment to 4 x 4. Then follow nearest-neighbour
    upsampling and, twice at each size, a 3 x 3 convolution, noise, batch normalisation and a gated linear
    unit. The channels of a large map are multiplied by factors computed from a small one: its 4 x 4 means,
    two convolutions, a sigmoid. All convolutions have spectral normalisation. The last one has no activation.

    Args:
        image_shape: (height, width, channels) with height = width a power of two from 16 to 1024.
        latent_dim: int. Default 256.
        filters: int, the width at 128 x 128. Default 128.
        lite: bool, one convolution at each size instead of two, without noise.
        skips: dict from the size of a map to the size of the map that weights its channels. Default: 64 to 4,
            128 to 8, 256 to 16, 512 to 32; {} for none.

    Returns:
        generator (batch, latent_dim) -> images, unbounded.

    Raises:
        ValueError: for other sizes.

    Example:
    >>> generator = keras_gan.networks.fastgan_generator((64, 64, 3), filters=8)
    >>> generator.output_shape
    (None, 64, 64, 3)

    Reference: Liu et al., "Towards Faster and Stabilized GAN Training for High-fidelity Few-shot Image Synthesis", 2021,
    https://arxiv.org/abs/2101.04775; Sauer et al., "Projected GANs Converge Faster", 2021, https://arxiv.org/abs/2111.01007
    """
    height, width, channels = check_image_shape(image_shape)
    check_positive(latent_dim=latent_dim, filters=filters)
    if height != width or height not in WIDTHS or height < 16:
        raise ValueError(
            f"`fastgan_generator` makes square images of 16, 32, 64, ... or 1024 pixels. Received: {height} x {width}"
        )
    skips = {large: small for large, small in SKIPS.items() if large <= height} if skips is None else skips
    sizes = [size for size in WIDTHS if size <= height]
    wrong = {
        large: small
        for large, small in skips.items()
        if not (large in sizes and small in sizes and small < large)
    }
    if wrong:
        raise ValueError(
            f"`skips` are from maps of {sizes} to that of a smaller one, such as {{64: 4}}. Received: {wrong}"
        )
    widths = {size: max(1, int(multiple * filters)) for size, multiple in WIDTHS.items()}
    inputs = layers.Input((latent_dim,), name="latents")
    x = layers.Reshape((1, 1, latent_dim))(PixelNormalization(name="normalize")(inputs))
    first = layers.Conv2DTranspose(
        2 * widths[4], 4, use_bias=False, kernel_initializer=uniform_by_fan_in(), name="start"
    )
    x = _gated(SpectralNormalization(first)(x), "start")
    maps = {4: x}
    for size in (size for size in WIDTHS if 4 < size <= height):
        x = layers.UpSampling2D(2, name=f"up_{size}")(x)
        for i in range(1 if lite else 2):
            x = _convolution(2 * widths[size], 3, f"conv_{size}_{i + 1}")(x)
            if not lite:
                x = NoiseInjection(name=f"noise_{size}_{i + 1}")(x)
            x = _gated(x, f"conv_{size}_{i + 1}")
        if size in skips:
            x = layers.Multiply(name=f"excite_{size}")(
                [x, _excitation(maps[skips[size]], widths[size], size)]
            )
        maps[size] = x
    x = _convolution(channels, 3, "to_image", use_bias=True)(x)
    # Images are float32, regardless of the precision of the layers before.
    return Model(inputs, layers.Activation("linear", dtype="float32", name="images")(x), name="generator")


def _convolution(filters, size, name, *, padding="same", use_bias=False):
    return SpectralNormalization(
        layers.Conv2D(
            filters,
            size,
            padding=padding,
            use_bias=use_bias,
            kernel_initializer=uniform_by_fan_in(),
            name=name,
        )
    )


def _gated(x, name):
    x = BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(x)
    return ops.glu(x)


def _excitation(small, width, size):
    """Factors (batch, 1, 1, width) in (0, 1), computed from a small map."""
    side = small.shape[1]
    x = layers.AveragePooling2D(side // 4, name=f"pool_{size}")(small) if side > 4 else small
    x = ops.silu(_convolution(width, 4, f"excite_{size}_1", padding="valid")(x))
    return ops.sigmoid(_convolution(width, 1, f"excite_{size}_2")(x))
