"""The networks of SRGAN: residual networks that enlarge images, and a discriminator of whole images."""

import math

import keras
from keras import layers

from keras_gan.layers import BatchNormalization, BilinearUpsampling, LeakyReLU, PixelShuffle, PReLU

UPSCALES = (2, 3, 4, 8)


def check_scale(scale, known=UPSCALES):
    if scale not in known:
        raise ValueError(f"`scale` must be one of {known}. Received: {scale!r}")


def _factors(scale):
    """Factors of the pixel shuffles: 2 repeatedly, or 3 once."""
    return [3] if scale == 3 else [2] * int(math.log2(scale))


def srresnet(scale=4, channels=3, *, filters=64, blocks=16):
    """SRResNet, the generator of SRGAN.

    The layers are a 9x9 convolution with PReLU, residual blocks with batch normalisation, a long skip, pixel
    shuffles and a 9x9 convolution.

    Args:
        scale: 2, 3, 4 (default) or 8.
        channels: int. Default 3.
        filters: int. Default 64.
        blocks: int, residual blocks. Default 16.

    Returns:
        keras.Model from images (batch, height, width, channels) of any size to ones `scale` times as large.
        The output is not bounded; images are clipped on conversion to uint8.

    Example:
    >>> keras_gan.networks.srresnet(4, filters=8, blocks=1)(np.zeros((1, 6, 8, 3), "float32")).shape
    TensorShape([1, 24, 32, 3])

    Reference: Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial
    Network", 2017, https://arxiv.org/abs/1609.04802
    """
    check_scale(scale)

    def prelu(x):
        return PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2])(x)

    def normalized(x):
        x = layers.Conv2D(filters, 3, padding="same")(x)
        return BatchNormalization(momentum=0.9, epsilon=1e-5)(x)

    inputs = layers.Input((None, None, channels), name="image")
    x = start = prelu(layers.Conv2D(filters, 9, padding="same")(inputs))
    for _ in range(blocks):
        x = layers.Add()([x, normalized(prelu(normalized(x)))])
    x = layers.Add()([normalized(x), start])
    for factor in _factors(scale):
        x = layers.Conv2D(filters * factor**2, 3, padding="same")(x)
        x = prelu(PixelShuffle(factor)(x))
    x = layers.Conv2D(channels, 9, padding="same")(x)
    outputs = layers.Activation("linear", dtype="float32", name="output")(x)
    return keras.Model(inputs, outputs, name="srresnet")


def msrresnet(scale=4, channels=3, *, filters=64, blocks=16):
    """SRResNet without batch normalisation, as in BasicSR; its output is added to the bilinear enlargement.

    Arguments and returns as `srresnet`.

    Example:
    >>> keras_gan.networks.msrresnet(2, filters=8, blocks=1)(np.zeros((1, 6, 8, 3), "float32")).shape
    TensorShape([1, 12, 16, 3])

    Reference: https://github.com/XPixelGroup/BasicSR, `MSRResNet`
    """
    check_scale(scale, (2, 3, 4))

    def convolution(x, features=filters, scale=1.0):
        # He's initialiser, scaled by a tenth in residual branches.
        init = keras.initializers.VarianceScaling(2.0 * scale**2, "fan_in", "untruncated_normal")
        return layers.Conv2D(features, 3, padding="same", kernel_initializer=init)(x)

    def leaky(x):
        return LeakyReLU(0.1)(x)

    inputs = layers.Input((None, None, channels), name="image")
    x = leaky(convolution(inputs))
    for _ in range(blocks):
        x = layers.Add()([x, convolution(layers.ReLU()(convolution(x, scale=0.1)), scale=0.1)])
    for factor in _factors(scale):
        x = leaky(PixelShuffle(factor)(convolution(x, filters * factor**2)))
    x = convolution(leaky(convolution(x)), channels, scale=0.1)
    enlarged = BilinearUpsampling(scale, dtype="float32")(inputs)
    outputs = layers.Add(dtype="float32", name="output")([x, enlarged])
    return keras.Model(inputs, outputs, name="msrresnet")


def srgan_discriminator(image_shape, *, filters=64, units=1024):
    """SRGAN's discriminator: eight 3x3 convolutions, every second one strided, and two dense layers.

    Args:
        image_shape: (height, width, channels), 16 pixels and more on each side.
        filters: int; it doubles three times. Default 64.
        units: int, of the hidden dense layer. Default 1024.

    Returns:
        keras.Model from images to logits (batch, 1).

    Example:
    >>> keras_gan.networks.srgan_discriminator((96, 96, 3), filters=8, units=16).output_shape
    (None, 1)

    Reference: Ledig et al., 2017, https://arxiv.org/abs/1609.04802
    """
    if None in image_shape or min(image_shape[:2]) < 16:
        raise ValueError(
            f"`image_shape` must be fixed, of at least 16 pixels. Received: {tuple(image_shape)}"
        )
    inputs = layers.Input(tuple(image_shape), name="image")
    x = LeakyReLU(0.2)(layers.Conv2D(filters, 3, padding="same")(inputs))
    for width, strides in [(1, 2), (2, 1), (2, 2), (4, 1), (4, 2), (8, 1), (8, 2)]:
        x = layers.Conv2D(filters * width, 3, strides, padding="same", use_bias=False)(x)
        x = LeakyReLU(0.2)(BatchNormalization(momentum=0.9, epsilon=1e-5)(x))
    x = LeakyReLU(0.2)(layers.Dense(units)(layers.Flatten()(x)))
    return keras.Model(inputs, layers.Dense(1, name="logit")(x), name="srgan_discriminator")
