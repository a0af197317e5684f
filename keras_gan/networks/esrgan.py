"""The networks of ESRGAN: residual-in-residual dense blocks, and a discriminator."""

import math

import keras
from keras import layers, ops

from keras_gan.layers import BatchNormalization, LeakyReLU
from keras_gan.networks.srgan import check_scale


def rrdbnet(scale=4, channels=3, *, filters=64, blocks=23, growth=32, out_channels=None, unshuffle=True):
    """RRDBNet, the generator of ESRGAN and Real-ESRGAN.

    Each block has three dense blocks of five 3x3 convolutions; each convolution takes the input and all
    earlier outputs of its dense block. The residuals of dense blocks and blocks are multiplied by 0.2.
    Nearest-neighbour upsampling enlarges the features, twice by 2 for a `scale` of 4; for 2 or 1 the pixels
    of the input are first rearranged into channels (Real-ESRGAN).

    Args:
        scale: 1, 2, 4 (default), 8 or 16.
        channels: int. Default 3.
        filters: int. Default 64.
        blocks: int. Default 23.
        growth: int, channels that each convolution of a dense block adds. Default 32.
        out_channels: int. Default `channels`.
        unshuffle: bool. False enlarges log2(scale) times by 2 for scales of 2 and 1 too, as ESRGAN's first code did.

    Returns:
        keras.Model from images of any size (of a multiple of 4 / `scale`) to ones `scale` times as large.
        The output is not bounded; images are clipped on conversion to uint8.

    Example:
    >>> keras_gan.networks.rrdbnet(4, filters=8, blocks=1, growth=4)(np.zeros((1, 6, 8, 3), "float32")).shape
    TensorShape([1, 24, 32, 3])

    Reference: Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", 2018,
    https://arxiv.org/abs/1809.00219
    """
    check_scale(scale, (1, 2, 4, 8, 16))

    def convolution(x, features, scale=1.0):
        init = keras.initializers.VarianceScaling(2.0 * scale**2, "fan_in", "untruncated_normal")
        return layers.Conv2D(features, 3, padding="same", kernel_initializer=init)(x)

    def leaky(x):
        return LeakyReLU(0.2)(x)

    def dense_block(x):
        seen = [x]
        for _ in range(4):
            joined = layers.Concatenate()(seen) if len(seen) > 1 else x
            seen.append(leaky(convolution(joined, growth, scale=0.1)))
        return x + 0.2 * convolution(layers.Concatenate()(seen), filters, scale=0.1)

    inputs = x = layers.Input((None, None, channels), name="image")
    doublings = int(math.log2(scale))
    if scale < 4 and unshuffle:
        doublings = 2
        x = UnshuffledPixels(4 // scale)(x)
    x = start = convolution(x, filters)
    for _ in range(blocks):
        y = x
        for _ in range(3):
            y = dense_block(y)
        x = x + 0.2 * y
    x = start + convolution(x, filters)
    for _ in range(doublings):
        x = leaky(convolution(layers.UpSampling2D(2)(x), filters))
    x = convolution(leaky(convolution(x, filters)), out_channels or channels)
    outputs = layers.Activation("linear", dtype="float32", name="output")(x)
    return keras.Model(inputs, outputs, name="rrdbnet")


def esrgan_discriminator(image_shape, *, filters=64, units=100):
    """ESRGAN's discriminator (BasicSR's VGGStyleDiscriminator): pairs of a 3x3 and a strided 4x4 convolution.

    Args:
        image_shape: (height, width, channels), multiples of 32; 128 x 128 as in the paper.
        filters: int; it doubles three times. Default 64.
        units: int, of the hidden dense layer. Default 100.

    Returns:
        keras.Model from images to logits (batch, 1).

    Example:
    >>> keras_gan.networks.esrgan_discriminator((128, 128, 3), filters=4, units=8).output_shape
    (None, 1)

    Reference: Wang et al., 2018, https://arxiv.org/abs/1809.00219; https://github.com/XPixelGroup/BasicSR
    """
    if None in image_shape or min(image_shape[:2]) < 32 or any(side % 32 for side in image_shape[:2]):
        raise ValueError(
            f"`image_shape` must be fixed, of multiples of 32 pixels. Received: {tuple(image_shape)}"
        )
    inputs = x = layers.Input(tuple(image_shape), name="image")
    for i, width in enumerate((1, 2, 4, 8, 8)):
        for kernel_size, strides in ((3, 1), (4, 2)):
            first = i == 0 and strides == 1
            x = layers.Conv2D(filters * width, kernel_size, strides, padding="same", use_bias=first)(x)
            x = x if first else BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
            x = LeakyReLU(0.2)(x)
    x = LeakyReLU(0.2)(layers.Dense(units)(layers.Flatten()(x)))
    return keras.Model(inputs, layers.Dense(1, name="logit")(x), name="esrgan_discriminator")


@keras.saving.register_keras_serializable("keras_gan")
class UnshuffledPixels(keras.layers.Layer):
    """Turns each square of factor x factor pixels into channels, in PyTorch's order (channel by channel)."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        batch, height, width = ops.shape(inputs)[:3]
        f = self.factor
        x = ops.reshape(inputs, (batch, height // f, f, width // f, f, inputs.shape[-1]))
        x = ops.transpose(x, (0, 1, 3, 5, 2, 4))
        return ops.reshape(x, (batch, height // f, width // f, inputs.shape[-1] * f * f))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        shrunk = [None if size is None else size // self.factor for size in (height, width)]
        return (batch, *shrunk, channels * self.factor**2)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
