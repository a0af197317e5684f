"""The networks of pi-GAN: a radiance field of sine layers, and a camera."""

import math

import keras
from keras import layers

from keras_gan.arguments import check_int
from keras_gan.layers import CameraRays, FiLMSine, LeakyReLU, VolumeRendering
from keras_gan.networks.checks import check_image_shape
from keras_gan.networks.dcgan import dcgan


def pigan(
    image_shape=(32, 32, 3),
    latent_dim=64,
    *,
    width=64,
    depth=4,
    samples=16,
    field_of_view=12.0,
    pitch=(0.2, 0.7),
    background=1.0,
    filters=32,
):
    """Generator of a volume that a camera renders, and discriminator of images.

    A mapping network maps z to frequencies and phases. A network of sine layers takes them and returns a
    density and a colour for each point; a camera renders the image along its rays. The published size is
    `pigan((64, 64, 3), 256, width=256, depth=8, samples=24)`; its last layer takes the ray's direction too.
    Here colours do not depend on the direction.

    Args:
        image_shape: (size, size, channels), channels 1 or 3.
        latent_dim: int, of z. Default 64.
        width, depth: ints, units and number of the sine layers; the mapping network has `width` units too.
            Default 64 and 4.
        samples: int, points on a ray. Default 16.
        field_of_view: float, degrees. Default 12.
        pitch: (low, high), range in radians above the horizontal from which the camera's pitch is drawn; its
            yaw is drawn from the full circle. Default (0.2, 0.7).
        background: float in [0, 1], colour behind the volume. Default 1, white.
        filters: int, the discriminator's first width, as in `dcgan`. Default 32.

    Returns:
        generator from standard normal latents (batch, latent_dim + 2), whose last two become yaw and pitch,
        to images in [-1, 1]; and discriminator from images to logits (batch, 1). The generator contains two
        networks: "field", from [z, points (batch, points, 3)] to [densities (batch, points, 1), colours
        (batch, points, channels) in [0, 1]]; "camera", from [z, (yaw, pitch)] to [images, opacities, depths].

    Raises:
        ValueError: for images that are not square.

    Example:
    >>> generator, discriminator = keras_gan.networks.pigan((16, 16, 3), 8, width=8, depth=2, samples=4, filters=4)
    >>> generator.input_shape, generator.output_shape
    ((None, 10), (None, 16, 16, 3))

    Reference: Chan et al., "pi-GAN: Periodic Implicit Generative Adversarial Networks for 3D-Aware Image Synthesis", 2021,
    https://arxiv.org/abs/2012.00926
    """
    size, other, channels = check_image_shape(image_shape)
    if size != other or channels not in (1, 3):
        raise ValueError(f"`image_shape` must be (size, size, 1 or 3). Received: {tuple(image_shape)}")
    for name, value in (("latent_dim", latent_dim), ("width", width), ("depth", depth), ("samples", samples)):
        check_int(value, name)
    if not 0.0 <= background <= 1.0:
        raise ValueError(f"`background` must be in [0, 1]. Received: {background!r}")
    if not -math.pi / 2 <= pitch[0] <= pitch[1] <= math.pi / 2:
        raise ValueError(f"`pitch` must be (low, high) in radians. Received: {pitch!r}")
    field = _field(latent_dim, width, depth, channels)
    camera = _camera(field, latent_dim, size, channels, samples, field_of_view, background)

    latents = keras.Input((latent_dim + 2,), name="latents")
    # The distribution function of a standard normal number is uniform.
    share = layers.Lambda(_share, output_shape=(2,), dtype="float32", name="share")(latents[:, latent_dim:])
    low = [-math.pi, float(pitch[0])]
    scale = [2.0 * math.pi, float(pitch[1] - pitch[0])]
    angles = layers.Rescaling(scale, low, dtype="float32", name="angles")(share)
    image = camera([latents[:, :latent_dim], angles])[0]
    _, discriminator = dcgan(
        (size, size, channels), latent_dim, filters=filters, discriminator_normalization="none"
    )
    return keras.Model(latents, image, name="generator"), discriminator


@keras.saving.register_keras_serializable("keras_gan")
def _share(x):
    """The normal distribution function, to 1.5e-7 (Abramowitz and Stegun, 7.1.26): LiteRT has no erf."""
    ops, size = keras.ops, keras.ops.abs(x) / math.sqrt(2.0)
    t = 1.0 / (1.0 + 0.3275911 * size)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return 0.5 * (1.0 + ops.sign(x) * (1.0 - series * ops.exp(-size * size)))


def _field(latent_dim, width, depth, channels):
    z = keras.Input((latent_dim,), name="z")
    x = z
    for i in range(3):
        x = LeakyReLU(0.2)(layers.Dense(width, kernel_initializer="he_normal", name=f"mapping_{i}")(x))
    small = keras.initializers.VarianceScaling(0.1, mode="fan_in")
    modulation = layers.Dense(2 * depth * width, kernel_initializer=small, name="modulation")(x)
    points = y = keras.Input((None, 3), name="points")
    for i in range(depth):
        start = 2 * i * width
        frequency = layers.Rescaling(15.0, 30.0, name=f"frequency_{i}")(modulation[:, start : start + width])
        phase = modulation[:, start + width : start + 2 * width]
        y = FiLMSine(width, first=i == 0, name=f"sine_{i}")([y, frequency, phase])
    # The volume is nearly empty at first, but nowhere completely, so that gradients do not vanish.
    density = layers.Dense(1, activation="softplus", dtype="float32", name="density")(y)
    colour = layers.Dense(channels, activation="sigmoid", dtype="float32", name="colour")(y)
    return keras.Model([z, points], [density, colour], name="field")


def _camera(field, latent_dim, size, channels, samples, field_of_view, background):
    z, angles = keras.Input((latent_dim,), name="z"), keras.Input((2,), name="angles")
    rays = CameraRays(size, samples, field_of_view, name="rays")
    points, depths = rays(angles)
    density, colour = field([z, layers.Reshape((-1, 3))(points)])
    per_ray = (size * size, samples)
    # The density outside the cube is zero.
    within = keras.ops.cast(keras.ops.max(keras.ops.abs(points), axis=-1) <= 1.0, "float32")
    density = layers.Multiply(dtype="float32")([layers.Reshape(per_ray)(density), within])
    colour = layers.Reshape((*per_ray, channels))(colour)
    lengths = keras.ops.full_like(depths, rays.length)
    colour, opacity, depth = VolumeRendering(background, name="rendering")([density, colour, depths, lengths])
    image = layers.Rescaling(2.0, -1.0, dtype="float32")(layers.Reshape((size, size, channels))(colour))
    maps = [layers.Reshape((size, size), dtype="float32")(x) for x in (opacity, depth)]
    return keras.Model([z, angles], [image, *maps], name="camera")
