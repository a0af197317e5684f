"""The networks of BigGAN and BigGAN-deep."""

import itertools

from keras import Model, layers, ops

from keras_gan.arguments import check_int
from keras_gan.layers import (
    BatchNormalization,
    ConditionalBatchNormalization,
    ProjectedBatchNormalization,
    SelfAttention,
    SpectralNormalization,
)
from keras_gan.networks.conditioning import condition_input, project

# Widths by the images' side, in units of `filters`: generator from 4 pixels on, and discriminator blocks.
UP = {
    32: (4, 4, 4, 4),
    64: (16, 16, 8, 4, 2),
    128: (16, 16, 8, 4, 2, 1),
    256: (16, 16, 8, 8, 4, 2, 1),
    512: (16, 16, 8, 8, 4, 2, 1, 1),
}
DOWN = {
    32: (4, 4, 4, 4),
    64: (1, 2, 4, 8, 16),
    128: (1, 2, 4, 8, 16, 16),
    256: (1, 2, 4, 8, 8, 16, 16),
    512: (1, 1, 2, 4, 8, 8, 16, 16),
}


def biggan(
    image_shape,
    num_classes,
    latent_dim=None,
    *,
    filters=96,
    discriminator_filters=None,
    shared_dim=128,
    hierarchical=True,
    attention=True,
    spectral_normalization=True,
    epsilon=1e-5,
):
    """Generator and discriminator of BigGAN, for images of 32 to 512 pixels a side.

    The generator has residual blocks with batch normalisation that the class scales and shifts. Both networks
    have spectral normalisation and self-attention; the discriminator is a projection discriminator. With
    `hierarchical` the latents are split into chunks: the first makes the 4 x 4 pixels; each other one is
    joined to the class embedding for one block.

    Args:
        image_shape: (side, side, channels); 32, 64, 128, 256 or 512.
        num_classes: int.
        latent_dim: int; with `hierarchical` a multiple of the number of blocks plus one. Default: the largest
            up to 120.
        filters: int. Default 96, the paper's at 128 pixels (64 at 32 pixels in the official code).
        discriminator_filters: int. Default `filters`.
        shared_dim: int, size of the class embedding that all blocks share. Default 128; `None` gives each
            normalisation a table of its own, and needs `hierarchical=False`.
        hierarchical: bool. Default True.
        attention: int, side in pixels at which both networks have self-attention; at the images' own side
            only the generator has it. `None` for no self-attention. Default 64, or half the side of smaller
            images. At 32 pixels the discriminator has self-attention in all blocks, as in the official code.
        spectral_normalization: bool. Default True; False is for weights to which it has been applied already.
        epsilon: float, of batch normalisation.

    Returns:
        generator [latents (batch, latent_dim), labels (batch,)] -> images in [-1, 1], and discriminator [images, labels] ->
        logits (batch, 1).

    Example:
    >>> generator, discriminator = keras_gan.networks.biggan((32, 32, 3), num_classes=10, filters=8)
    >>> generator.input_shape, discriminator.output_shape
    ([(None, 120), (None,)], (None, 1))

    Reference: Brock et al., "Large Scale GAN Training for High Fidelity Natural Image Synthesis", 2019,
    https://arxiv.org/abs/1809.11096; the official code's architecture
    """
    discriminator_filters = filters if discriminator_filters is None else discriminator_filters
    side, attention = _checked(
        image_shape, num_classes, attention, filters=filters, discriminator_filters=discriminator_filters
    )
    widths = [width * filters for width in UP[side]]
    slots = len(widths)
    check_int(shared_dim, "shared_dim", optional=True)
    if hierarchical and shared_dim is None:
        raise ValueError("`hierarchical` joins latents to the class embedding: give `shared_dim` too.")
    if latent_dim is None:
        latent_dim = 120 // slots * slots if hierarchical else 120
    check_int(latent_dim, "latent_dim")
    if hierarchical and latent_dim % slots:
        raise ValueError(
            f"`latent_dim` must be a multiple of {slots} at {side} pixels, a chunk for the start and one for each block. "
            f"Received: latent_dim={latent_dim}"
        )
    parts = Parts(spectral_normalization, epsilon)
    latents, label = layers.Input((latent_dim,), name="latents"), condition_input(num_classes)
    shared = None if shared_dim is None else _shared(num_classes, shared_dim)(label)
    chunks = [latents] * slots
    vectors = [label if shared is None else shared] * slots
    if hierarchical:
        size = latent_dim // slots
        chunks = [latents[:, i * size : (i + 1) * size] for i in range(slots)]
        vectors = [layers.Concatenate()([shared, chunk]) for chunk in chunks]
    x = parts.linear(4 * 4 * widths[0], "linear")(chunks[0])
    x = layers.Reshape((4, 4, widths[0]))(x)
    for i, width in enumerate(widths[1:]):
        name, beside = f"block_{i}", vectors[i + 1]
        y = parts.normalized(x, beside, num_classes, f"{name}_norm_1")
        y = parts.convolution(width, 3, f"{name}_conv_1")(layers.UpSampling2D()(y))
        y = parts.normalized(y, beside, num_classes, f"{name}_norm_2")
        y = parts.convolution(width, 3, f"{name}_conv_2")(y)
        x = parts.convolution(width, 1, f"{name}_shortcut")(layers.UpSampling2D()(x))
        x = layers.Add()([y, x])
        x = parts.attention(x, name) if x.shape[1] == attention else x
    generator = Model([latents, label], parts.image(x, image_shape[-1]), name="generator")

    widths = [width * discriminator_filters for width in DOWN[side]]
    image, label = layers.Input(image_shape, name="images"), condition_input(num_classes)
    x = image
    for i, width in enumerate(widths):
        name, down = f"block_{i}", i < 2 if side == 32 else i < len(widths) - 1
        y = layers.ReLU()(x) if i else x
        y = layers.ReLU()(parts.convolution(width, 3, f"{name}_conv_1")(y))
        y = parts.convolution(width, 3, f"{name}_conv_2")(y)
        y = layers.AveragePooling2D(2)(y) if down else y
        # The first block pools the image before the convolution, which is cheaper.
        x = layers.AveragePooling2D(2)(x) if down and not i else x
        if down or width != x.shape[-1]:
            x = parts.convolution(width, 1, f"{name}_shortcut")(x)
        x = layers.AveragePooling2D(2)(x) if down and i else x
        x = layers.Add()([y, x])
        # At 32 pixels the official table lists 16 as the size of all blocks, so that all have attention.
        if (down and x.shape[1] == attention) or (side, attention) == (32, 16):
            x = parts.attention(x, name)
    return generator, Model([image, label], parts.logit(x, label, num_classes), name="discriminator")


def biggan_deep(
    image_shape,
    num_classes,
    latent_dim=128,
    *,
    filters=128,
    discriminator_filters=None,
    shared_dim=128,
    depth=2,
    attention=True,
    spectral_normalization=True,
    epsilon=1e-5,
):
    """Generator and discriminator of BigGAN-deep, for images of 32 to 512 pixels a side.

    Each size has `depth` blocks of four convolutions with a bottleneck; every block takes all latents and the
    class. Where the width falls, the generator's shortcut drops channels; where it rises, the discriminator's
    shortcut adds the missing channels.

    Args:
        image_shape, num_classes, discriminator_filters, attention, spectral_normalization, epsilon: as in `biggan`.
        latent_dim: int. Default 128.
        filters: int. Default 128, the paper's.
        shared_dim: int, size of the class embedding. Default 128.
        depth: int, blocks for each size. Default 2.

    Returns:
        generator [latents (batch, latent_dim), labels (batch,)] -> images in [-1, 1], and discriminator [images, labels] ->
        logits (batch, 1).

    Example:
    >>> generator, discriminator = keras_gan.networks.biggan_deep((32, 32, 3), num_classes=10, filters=8)
    >>> generator.output_shape
    (None, 32, 32, 3)

    Reference: Brock et al., "Large Scale GAN Training for High Fidelity Natural Image Synthesis", 2019, appendix B,
    https://arxiv.org/abs/1809.11096
    """
    discriminator_filters = filters if discriminator_filters is None else discriminator_filters
    side, attention = _checked(
        image_shape, num_classes, attention, filters=filters, discriminator_filters=discriminator_filters
    )
    for name, value in (("latent_dim", latent_dim), ("shared_dim", shared_dim), ("depth", depth)):
        check_int(value, name)
    if min(UP[side]) * filters < 4 or min(DOWN[side]) * discriminator_filters < 4:
        raise ValueError(f"Blocks need 4 channels at least at {side} pixels. Received: filters={filters}")
    widths = [width * filters for width in UP[side]]
    parts = Parts(spectral_normalization, epsilon)
    plan = []
    for i, (before, after) in enumerate(itertools.pairwise(widths)):
        plan += [(before, False, False)] * (depth - 1) + [(after, True, 8 << i == attention)]
    generator = deep_generator(parts, widths[0], plan, image_shape[-1], num_classes, latent_dim, shared_dim)

    # At 32 pixels the first width is the blocks' own.
    widths = [width * discriminator_filters for width in DOWN[side]]
    image, label = layers.Input(image_shape, name="images"), condition_input(num_classes)
    x = parts.convolution(widths[0], 3, "input")(image)
    for i, width in enumerate(widths[1:]):
        down = i < 2 if side == 32 else True
        for j in range(depth):
            x = parts.deep_down(x, width, down and not j, f"block_{i * depth + j}")
        if x.shape[1] == attention or (side, attention) == (32, 16):
            x = parts.attention(x, f"block_{i * depth + depth - 1}")
    return generator, Model([image, label], parts.logit(x, label, num_classes), name="discriminator")


def deep_generator(parts, start, plan, channels, num_classes, latent_dim, shared_dim):
    """BigGAN-deep's generator.

    Args:
        parts: `Parts`.
        start: int, width at 4 x 4 pixels.
        plan: for each block its width, whether it doubles the size, and whether self-attention follows it.
        channels: int, of the images.
        num_classes, latent_dim, shared_dim: as in `biggan_deep`.
    """
    latents, label = layers.Input((latent_dim,), name="latents"), condition_input(num_classes)
    shared = _shared(num_classes, shared_dim)(label)
    beside = layers.Concatenate()([shared, latents])
    x = layers.Reshape((4, 4, start))(parts.linear(4 * 4 * start, "linear")(beside))
    for i, (width, up, attends) in enumerate(plan):
        x = parts.deep_up(x, beside, width, up, f"block_{i}")
        x = parts.attention(x, f"block_{i}") if attends else x
    return Model([latents, label], parts.image(x, channels), name="generator")


def _checked(image_shape, num_classes, attention, **widths):
    """The side of the images, and the side at which the networks have self-attention, or None."""
    if len(image_shape) != 3 or image_shape[0] != image_shape[1] or image_shape[0] not in UP:
        raise ValueError(
            f"`image_shape` must be (side, side, channels), of {', '.join(map(str, UP))} pixels. Received: {image_shape}"
        )
    check_int(num_classes, "num_classes")
    for name, value in widths.items():
        check_int(value, name)
    side = image_shape[0]
    if attention is True:
        return side, min(64, side // 2)
    if attention and attention not in [8 << i for i in range(len(UP[side]) - 1)]:
        raise ValueError(
            f"`attention` must be a side that occurs, 8 to {side}. Received: attention={attention}"
        )
    return side, attention or None


def _shared(num_classes, size):
    # Keras' own initialiser makes classes so similar that the generator learns late to distinguish them.
    return layers.Embedding(num_classes, size, embeddings_initializer="orthogonal", name="shared")


class Parts:
    """Layers of BigGAN: orthogonal weights, spectral normalisation."""

    def __init__(self, spectral, epsilon):
        self.spectral, self.epsilon = spectral, epsilon

    def wrap(self, layer):
        return SpectralNormalization(layer, half_step=True) if self.spectral else layer

    def linear(self, units, name):
        return self.wrap(layers.Dense(units, kernel_initializer="orthogonal", name=name))

    def convolution(self, filters, kernel_size, name):
        return self.wrap(
            layers.Conv2D(filters, kernel_size, padding="same", kernel_initializer="orthogonal", name=name)
        )

    def normalized(self, x, beside, num_classes, name):
        """Batch normalisation, by labels or by vectors, and ReLU."""
        if "int" in str(beside.dtype):
            layer = ConditionalBatchNormalization(num_classes, epsilon=self.epsilon, name=name)
        else:
            layer = ProjectedBatchNormalization(self.spectral, epsilon=self.epsilon, name=name)
        return layers.ReLU()(layer([x, beside]))

    def attention(self, x, block):
        return SelfAttention(self.spectral, half_step=True, name=f"{block}_attention")(x)

    def image(self, x, channels):
        x = layers.ReLU()(BatchNormalization(momentum=0.9, epsilon=self.epsilon, name="last_norm")(x))
        x = self.convolution(channels, 3, "to_image")(x)
        return layers.Activation("tanh", dtype="float32")(x)

    def logit(self, x, label, num_classes):
        features = ops.sum(layers.ReLU()(x), axis=(1, 2))
        x = self.linear(1, "logit")(features)
        x = layers.Add()([x, project(features, label, num_classes, self.wrap, "orthogonal")])
        return layers.Activation("linear", dtype="float32", name="logits")(x)

    def deep_up(self, x, beside, width, up, name):
        inner = x.shape[-1] // 4
        y = x
        for k, (filters, size) in enumerate(((inner, 1), (inner, 3), (inner, 3), (width, 1)), start=1):
            y = self.normalized(y, beside, None, f"{name}_norm_{k}")
            y = layers.UpSampling2D()(y) if up and k == 2 else y
            y = self.convolution(filters, size, f"{name}_conv_{k}")(y)
        x = x[..., :width] if width < x.shape[-1] else x
        return layers.Add()([y, layers.UpSampling2D()(x) if up else x])

    def deep_down(self, x, width, down, name):
        inner, y = width // 4, x
        for k, (filters, size) in enumerate(((inner, 1), (inner, 3), (inner, 3), (width, 1)), start=1):
            y = layers.ReLU()(y)
            y = layers.AveragePooling2D(2)(y) if down and k == 4 else y
            y = self.convolution(filters, size, f"{name}_conv_{k}")(y)
        x = layers.AveragePooling2D(2)(x) if down else x
        if width > x.shape[-1]:
            joined = self.convolution(width - x.shape[-1], 1, f"{name}_shortcut")(x)
            x = layers.Concatenate()([x, joined])
        return layers.Add()([y, x])
