"""The generator of CycleGAN: residual blocks between two halvings and two doublings."""

import keras
from keras import layers

from keras_gan.layers import ActiveDropout, ReflectionPadding2D
from keras_gan.networks.blocks import (
    check_normalization,
    convolution,
    has_bias,
    normalize,
    transposed_convolution,
)


def resnet(image_shape, channels=3, *, blocks=None, filters=64, normalization="instance", dropout=0.0):
    """Residual generator from image to image.

    The layers are a 7x7 convolution, two strided 3x3, residual blocks of two 3x3, two transposed 3x3, a 7x7
    and tanh, with reflection padding around the 7x7 and in the blocks.

    Args:
        image_shape: (height, width, channels) of the input, multiples of 4; height and width may be None.
        channels: int, of the output. Default 3.
        blocks: int. Default: 6 for images below 256 pixels, else 9, as in the paper.
        filters: int. Default 64.
        normalization: "instance" (paper), "batch" or "none".
        dropout: float, rate inside the blocks. Default 0.

    Returns:
        keras.Model from images in [-1, 1] to images in [-1, 1] of the same height and width.

    Example:
    >>> keras_gan.networks.resnet((None, None, 3), blocks=2, filters=8).output_shape
    (None, None, None, 3)

    Reference: Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
    Networks", 2017, https://arxiv.org/abs/1703.10593
    """
    check_normalization(normalization)
    if any(size is not None and size % 4 for size in image_shape[:2]):
        raise ValueError(
            f"Height and width must be multiples of 4: they are halved twice. Received: image_shape="
            f"{tuple(image_shape)}. Resize to such a size with `image_size` (--image-size)."
        )
    if blocks is None:
        blocks = 6 if all(size is not None and size < 256 for size in image_shape[:2]) else 9
    bias = has_bias(normalization)

    def after(x):
        return layers.ReLU()(normalize(x, normalization))

    inputs = layers.Input(tuple(image_shape), name="image")
    x = ReflectionPadding2D(3)(inputs)
    x = after(convolution(x, filters, 7, padding=0, use_bias=bias))
    for width in (2 * filters, 4 * filters):
        x = after(convolution(x, width, 3, 2, use_bias=bias))
    for block in range(blocks):
        y = convolution(ReflectionPadding2D(1)(x), 4 * filters, 3, padding=0, use_bias=bias)
        y = after(y)
        if dropout:
            y = ActiveDropout(dropout, in_inference=False, name=f"dropout_{block}")(y)
        y = convolution(ReflectionPadding2D(1)(y), 4 * filters, 3, padding=0, use_bias=bias)
        x = layers.Add()([x, normalize(y, normalization)])
    for width in (2 * filters, filters):
        x = after(transposed_convolution(x, width, 3, use_bias=bias))
    x = convolution(ReflectionPadding2D(3)(x), channels, 7, padding=0)
    outputs = layers.Activation("tanh", dtype="float32", name="output")(x)
    return keras.Model(inputs, outputs, name="resnet")
