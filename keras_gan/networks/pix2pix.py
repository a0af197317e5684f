"""The networks of Pix2Pix: a U-Net and a discriminator of patches."""

import keras
from keras import layers

from keras_gan.layers import ActiveDropout, LeakyReLU
from keras_gan.networks.blocks import (
    check_normalization,
    convolution,
    has_bias,
    normal,
    normalize,
    transposed_convolution,
)

# Receptive field of a patch: number of strided convolutions.
RECEPTIVE_FIELDS = {1: 0, 16: 1, 34: 2, 70: 3, 142: 4, 286: 5}


def unet(
    image_shape,
    channels=3,
    *,
    filters=64,
    downs=None,
    normalization="batch",
    dropout=0.5,
    dropout_in_inference=False,
):
    """U-Net from image to image: the size is halved down to a pixel and doubled again, with skips.

    Strided 4x4 convolutions have `filters` x 1, 2, 4, 8, 8, ... channels. Transposed convolutions lead back;
    each also takes the output of the same size from the way down. The last activation is tanh.

    Args:
        image_shape: (height, width, channels) of the input; 256 x 256 is the paper's.
        channels: int, of the output. Default 3.
        filters: int. Default 64.
        downs: int, how often the size is halved, at least 2. Default: until the shorter side is 1, 8 times
            at 256.
        normalization: "batch" (paper), "instance" or "none".
        dropout: float, rate in the innermost 8 x `filters` layers on the way up, as in the official code:
            three with 8 downs, one with 6 (64 pixels), none with 5 and fewer. Dropout is the generator's
            noise. Default 0.5; 0 for none.
        dropout_in_inference: bool, whether dropout stays on, with one mask, when images are translated, as in
            the paper. Default False, as in the official code.

    Returns:
        keras.Model from images in [-1, 1] to images in [-1, 1] of the same height and width.

    Raises:
        ValueError: for sizes that cannot be halved so often.

    Example:
    >>> keras_gan.networks.unet((64, 64, 1), filters=8).output_shape
    (None, 64, 64, 3)

    Reference: Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2017,
    https://arxiv.org/abs/1611.07004
    """
    check_normalization(normalization)
    height, width = image_shape[:2]
    if downs is None:
        downs = min(height, width).bit_length() - 1
    if downs < 2 or height % 2**downs or width % 2**downs:
        raise ValueError(
            f"Height and width must be multiples of 2^downs, and downs at least 2. Received: image_shape="
            f"{tuple(image_shape)}, downs={downs}. Give `downs`, or images of a size such as 64, 128 or 256 (`image_size`, "
            "--image-size)."
        )
    widths = [filters * min(2**i, 8) for i in range(downs)]
    bias = has_bias(normalization)
    inputs = x = layers.Input(tuple(image_shape), name="image")
    skips = []
    for i, features in enumerate(widths):
        if i:
            x = LeakyReLU(0.2)(x)
        x = convolution(x, features, 4, 2, padding=1, use_bias=bias)
        if 0 < i < downs - 1:
            x = normalize(x, normalization)
        skips.append(x)
    for i in reversed(range(1, downs)):
        x = transposed_convolution(layers.ReLU()(x), widths[i - 1], 4, use_bias=bias)
        x = normalize(x, normalization)
        if dropout and 4 <= i <= downs - 2:
            x = ActiveDropout(dropout, in_inference=dropout_in_inference, name=f"dropout_{i}")(x)
        x = layers.Concatenate()([skips[i - 1], x])
    x = transposed_convolution(layers.ReLU()(x), channels, 4)
    outputs = layers.Activation("tanh", dtype="float32", name="output")(x)
    return keras.Model(inputs, outputs, name="unet")


def patchgan(image_shape, condition_channels=None, *, receptive_field=70, filters=64, normalization="batch"):
    """Discriminator of patches: a map of logits, each of which sees a square of `receptive_field` pixels.

    Args:
        image_shape: (height, width, channels); height and width may be None.
        condition_channels: int, channels of the generator's input image, which is concatenated before the
            image. None (default) for a discriminator of images alone, as in CycleGAN.
        receptive_field: 1, 16, 34, 70 (default), 142 or 286.
        filters: int. Default 64.
        normalization: "batch" (Pix2Pix), "instance" (CycleGAN) or "none".

    Returns:
        keras.Model from an image, or [image, condition], to logits (batch, rows, columns, 1).

    Example:
    >>> keras_gan.networks.patchgan((256, 256, 3), filters=8).output_shape
    (None, 30, 30, 1)

    Reference: Isola et al., 2017, https://arxiv.org/abs/1611.07004
    """
    check_normalization(normalization)
    if receptive_field not in RECEPTIVE_FIELDS:
        raise ValueError(
            f"`receptive_field` must be one of {sorted(RECEPTIVE_FIELDS)}. Received: {receptive_field}"
        )
    strided, bias = RECEPTIVE_FIELDS[receptive_field], has_bias(normalization)
    smallest = 2 ** (strided + 1) + 2**strided if strided else 1
    if any(size is not None and size < smallest for size in image_shape[:2]):
        raise ValueError(
            f"Patches of {receptive_field} pixels need images of at least {smallest}. Received: image_shape="
            f"{tuple(image_shape)}. Use a smaller `receptive_field`."
        )
    inputs = x = image = layers.Input(tuple(image_shape), name="image")
    if condition_channels is not None:
        condition = layers.Input((*image_shape[:2], condition_channels), name="condition")
        inputs, x = [image, condition], layers.Concatenate()([condition, image])
    if strided == 0:
        x = layers.Conv2D(filters, 1, kernel_initializer=normal())(x)
        x = LeakyReLU(0.2)(x)
        x = layers.Conv2D(2 * filters, 1, use_bias=bias, kernel_initializer=normal())(x)
        x = LeakyReLU(0.2)(normalize(x, normalization))
        logits = layers.Conv2D(1, 1, use_bias=bias, kernel_initializer=normal(), name="logits")(x)
        return keras.Model(inputs, logits, name="patchgan")
    x = LeakyReLU(0.2)(convolution(x, filters, 4, 2, padding=1))
    for n in range(1, strided + 1):
        strides = 2 if n < strided else 1
        x = convolution(x, filters * min(2**n, 8), 4, strides, padding=1, use_bias=bias)
        x = LeakyReLU(0.2)(normalize(x, normalization))
    logits = convolution(x, 1, 4, padding=1, name="logits")
    return keras.Model(inputs, logits, name="patchgan")
