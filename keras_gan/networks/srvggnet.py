"""The small networks of Real-ESRGAN."""

import keras
from keras import layers

from keras_gan.layers import PixelShuffle, PReLU
from keras_gan.networks.srgan import check_scale


def srvggnet(scale=4, channels=3, *, filters=64, convolutions=16):
    """SRVGGNetCompact, the small generator of Real-ESRGAN: 3x3 convolutions with PReLU, one pixel shuffle.

    The result is added to the input, enlarged by nearest neighbours.

    Args:
        scale: 1, 2, 3, 4 (default) or 8.
        channels: int. Default 3.
        filters: int. Default 64.
        convolutions: int, between the first and the last. Default 16 (the video network); 32 in the general one.

    Returns:
        keras.Model from images (batch, height, width, channels) of any size to ones `scale` times as large.
        The output is not bounded; images are clipped on conversion to uint8.

    Example:
    >>> network = keras_gan.networks.srvggnet(2, filters=8, convolutions=2)
    >>> network(np.zeros((1, 6, 8, 3), "float32")).shape
    TensorShape([1, 12, 16, 3])

    Reference: Wang et al., "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic Data", 2021,
    https://arxiv.org/abs/2107.10833
    """
    check_scale(scale, (1, 2, 3, 4, 8))

    def convolution(x, features):
        return layers.Conv2D(features, 3, padding="same", kernel_initializer="he_normal")(x)

    def prelu(x):
        return PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2])(x)

    inputs = layers.Input((None, None, channels), name="image")
    x = prelu(convolution(inputs, filters))
    for _ in range(convolutions):
        x = prelu(convolution(x, filters))
    init = keras.initializers.VarianceScaling(0.01, "fan_in", "untruncated_normal")
    x = layers.Conv2D(channels * scale**2, 3, padding="same", kernel_initializer=init)(x)
    x = PixelShuffle(scale)(x) if scale > 1 else x
    enlarged = layers.UpSampling2D(scale)(inputs) if scale > 1 else inputs
    outputs = layers.Add(dtype="float32", name="output")([x, enlarged])
    return keras.Model(inputs, outputs, name="srvggnet")
