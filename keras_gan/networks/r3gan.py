"""The networks of R3GAN: modern residual networks without normalisation."""

import math

import keras
from keras import Model, initializers, layers, ops

from keras_gan.layers import FIRDownsampling, FIRUpsampling, GroupedConv2D, LabelEmbedding, LeakyReLU
from keras_gan.networks.conditioning import check_conditioning, condition_input

# Gain that keeps the variance after LeakyReLU(0.2).
GAIN = math.sqrt(2.0 / (1.0 + 0.2**2))


def r3gan(
    image_shape,
    latent_dim=64,
    *,
    widths=(768, 768, 768, 768),
    cardinalities=(96, 96, 96, 96),
    blocks=(2, 2, 2, 2),
    expansion=2,
    kernel_size=3,
    num_classes=None,
    embedding_dim=None,
):
    """Residual generator and discriminator of R3GAN, mirror images of each other.

    Blocks have 1x1 - grouped 3x3 - 1x1 convolutions, the last of which begins at zero, and LeakyReLU(0.2)
    with a bias before it. Resampling is bilinear. There is no normalisation and no tanh (images are clipped
    when they are converted to uint8). The networks are made for the relativistic pairing loss with R1 and R2.
    The defaults are the paper's for CIFAR-10.

    Args:
        image_shape: (height, width, channels); each side is that of the first stage (usually 4), doubled with
            every further stage.
        latent_dim: int. Default 64.
        widths: channels of each stage, from the smallest images to the largest.
        cardinalities: groups of the 3x3 convolutions of each stage.
        blocks: residual blocks of each stage.
        expansion: int, factor by which a block is wider inside. Default 2.
        kernel_size: int. Default 3.
        num_classes: int, for networks that take labels.
        embedding_dim: int, size of the embedding of a label. Default: `latent_dim` in the generator, the first
            of `widths` in the discriminator.

    Returns:
        generator (batch, latent_dim) -> images, and discriminator images -> logits (batch, 1); with
        `num_classes` both also take labels.

    Raises:
        ValueError: for lists of different length, and sizes that cannot be halved that often.

    Example:
    >>> generator, discriminator = keras_gan.networks.r3gan(
    ...     (16, 16, 3), widths=(32, 16, 16), cardinalities=(4, 2, 2), blocks=(1, 1, 1)
    ... )
    >>> generator.output_shape
    (None, 16, 16, 3)

    Reference: Huang et al., "The GAN is dead; long live the GAN! A Modern Baseline GAN", 2024,
    https://arxiv.org/abs/2501.05441
    """
    stages = len(widths)
    if not len(widths) == len(cardinalities) == len(blocks) >= 1:
        raise ValueError(
            "`widths`, `cardinalities` and `blocks` must have one entry for each stage. "
            f"Received: {widths}, {cardinalities}, {blocks}"
        )
    check_conditioning(num_classes, None, "projection")
    height, width, channels = image_shape
    factor = 2 ** (stages - 1)
    if height % factor or width % factor:
        raise ValueError(
            f"{stages} stages double the size {stages - 1} times: the sides of `image_shape` must be "
            f"multiples of {factor}. Received: {image_shape}"
        )
    start = (height // factor, width // factor)
    # Three convolutions in each of L blocks: their scale is L^(-1/4).
    scale = sum(blocks) ** (-1.0 / 4.0)
    shape = list(zip(widths, cardinalities, blocks, strict=True))
    block = {"expansion": expansion, "kernel_size": kernel_size, "scale": scale}
    return (
        _generator(start, channels, latent_dim, shape, block, num_classes, embedding_dim or latent_dim),
        _discriminator(image_shape, start, shape, block, num_classes, embedding_dim or widths[0]),
    )


# === Primitives ===


def _normal(fan_in, gain=1.0):
    return initializers.RandomNormal(0.0, gain / math.sqrt(fan_in)) if gain else initializers.Zeros()


def _convolution(x, filters, name, gain=1.0, use_bias=False):
    return layers.Conv2D(
        filters, 1, use_bias=use_bias, kernel_initializer=_normal(x.shape[-1], gain), name=name
    )(x)


def _residual(x, cardinality, expansion, kernel_size, scale, name):
    """x + 1x1(act(grouped(act(1x1(x))))); the activations have the biases."""
    width = x.shape[-1]
    inner = expansion * width
    y = _convolution(x, inner, f"{name}_in", GAIN * scale, use_bias=True)
    y = LeakyReLU(0.2)(y)
    fan_in = inner // cardinality * kernel_size**2
    y = GroupedConv2D(
        inner,
        kernel_size,
        groups=cardinality,
        kernel_initializer=_normal(fan_in, GAIN * scale),
        name=f"{name}_grouped",
    )(y)
    y = LeakyReLU(0.2)(y)
    y = _convolution(y, width, f"{name}_out", gain=0.0)
    return layers.Add()([x, y])


@keras.saving.register_keras_serializable("keras_gan")
class Basis(layers.Layer):
    """Learned images of the first stage, weighted by the latents: y[b, h, w, c] = x[b, c] basis[h, w, c]."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = tuple(size)

    def build(self, input_shape):
        self.basis = self.add_weight(
            shape=(*self.size, input_shape[-1]), initializer=initializers.RandomNormal(0.0, 1.0), name="basis"
        )

    def call(self, inputs):
        return inputs[:, None, None, :] * self.basis

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.size, input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "size": self.size}


# === Generator ===


def _generator(start, channels, latent_dim, shape, block, num_classes, embedding_dim):
    x = inputs = layers.Input((latent_dim,), name="latents")
    label = condition_input(num_classes)
    if label is not None:
        inputs = [inputs, label]
        embedding = layers.Embedding(
            num_classes, embedding_dim, embeddings_initializer=_normal(num_classes), name="label_embedding"
        )(label)
        x = layers.Concatenate()([x, embedding])
    for stage, (width, cardinality, count) in enumerate(shape):
        if stage == 0:
            x = layers.Dense(
                width, use_bias=False, kernel_initializer=_normal(x.shape[-1]), name="stage_0_linear"
            )(x)
            x = Basis(start, name="stage_0_basis")(x)
        else:
            if x.shape[-1] != width:
                x = _convolution(x, width, f"stage_{stage}_linear")
            x = FIRUpsampling(name=f"stage_{stage}_up")(x)
        for i in range(count):
            x = _residual(x, cardinality, **block, name=f"stage_{stage}_block_{i}")
    x = _convolution(x, channels, "to_image")
    x = layers.Activation("linear", dtype="float32")(x)
    return Model(inputs, x, name="generator")


# === Discriminator ===


def _discriminator(image_shape, start, shape, block, num_classes, embedding_dim):
    x = inputs = layers.Input(image_shape, name="images")
    label = condition_input(num_classes)
    if label is not None:
        inputs = [inputs, label]
    x = _convolution(x, shape[-1][0], "from_image")
    for stage, (width, cardinality, count) in reversed(list(enumerate(shape))):
        for i in range(count):
            x = _residual(x, cardinality, **block, name=f"stage_{stage}_block_{i}")
        if stage == 0:
            x = layers.DepthwiseConv2D(
                start,
                use_bias=False,
                depthwise_initializer=_normal(start[0] * start[1]),
                name="stage_0_basis",
            )(x)
            x = layers.Flatten()(x)
            outputs = embedding_dim if num_classes else 1
            x = layers.Dense(
                outputs, use_bias=False, kernel_initializer=_normal(width), name="stage_0_linear"
            )(x)
        else:
            x = FIRDownsampling(name=f"stage_{stage}_down")(x)
            if shape[stage - 1][0] != width:
                x = _convolution(x, shape[stage - 1][0], f"stage_{stage}_linear")
    if label is not None:
        embedding = LabelEmbedding(
            num_classes,
            embedding_dim,
            embeddings_initializer=_normal(num_classes * embedding_dim),
            name="label_embedding",
        )(label)
        x = ops.sum(ops.multiply(x, embedding), axis=-1, keepdims=True)
    x = layers.Activation("linear", dtype="float32", name="logits")(x)
    return Model(inputs, x, name="discriminator")
