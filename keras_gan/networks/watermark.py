"""The networks of watermarks."""

import keras
from keras import layers, ops

from keras_gan.arguments import check_int
from keras_gan.layers import LeakyReLU


def watermark(image_shape, bits=32, *, filters=32, strength=0.5):
    """Encoder and decoder of messages of bits in images.

    The encoder turns the message into maps of a quarter of the image's size, and adds the output of three
    convolutions on both to the image; the decoder halves the image three times.

    Args:
        image_shape: (height, width, channels), sides of at least 16.
        bits: int, message length, at most one bit for each 16 pixels. Default 32.
        filters: int, of the encoder's layers. Default 32.
        strength: float, largest change of a pixel, for images in [-1, 1]. Default 0.5.

    Returns:
        encoder, from images and messages, (batch, bits) of 0 and 1, to images; decoder, from images to logits of the bits.

    Raises:
        ValueError: for more bits than images of this size carry.

    Example:
    >>> encoder, decoder = keras_gan.networks.watermark((32, 32, 3), bits=16, filters=8)
    >>> encoder.output_shape, decoder.output_shape
    ((None, 32, 32, 3), (None, 16))

    Reference: after the encoder and decoder of Tancik et al., "StegaStamp", 2020, https://arxiv.org/abs/1904.05343, which Yu et al.,
    "Artificial GAN Fingerprints", 2021, take for GANs; smaller
    """
    height, width, channels = image_shape
    check_int(bits, "bits")
    for name, value in (("filters", filters), ("height", height), ("width", width)):
        check_int(value, name, least=16 if name != "filters" else 1)
    if bits > height * width // 16:
        raise ValueError(
            f"Images of {height} x {width} carry at most {height * width // 16} bits, one for each 16 pixels. Received: bits={bits}"
        )
    if not 0 < strength <= 2:
        raise ValueError(f"`strength` must be in (0, 2]. Received: {strength!r}")
    images, message = keras.Input(image_shape, name="images"), keras.Input((bits,), name="message")
    rows, columns = -(-height // 4), -(-width // 4)
    maps = layers.Dense(8 * rows * columns, "relu")(2.0 * message - 1.0)
    maps = layers.UpSampling2D(4)(layers.Reshape((rows, columns, 8))(maps))[:, :height, :width]
    x = layers.Concatenate()([images, maps])
    for _ in range(3):
        x = LeakyReLU(0.2)(layers.Conv2D(filters, 3, padding="same")(x))
        x = layers.Concatenate()([images, x])
    change = strength * ops.tanh(layers.Conv2D(channels, 3, padding="same")(x))
    encoder = keras.Model([images, message], layers.Add(dtype="float32")([images, change]), name="encoder")

    marked = keras.Input(image_shape, name="marked")
    x = LeakyReLU(0.2)(layers.Conv2D(filters, 3, padding="same")(marked))
    for times in (2, 4, 4):
        x = LeakyReLU(0.2)(layers.Conv2D(times * filters, 3, strides=2, padding="same")(x))
    x = LeakyReLU(0.2)(layers.Dense(8 * filters)(layers.Flatten()(x)))
    return encoder, keras.Model(marked, layers.Dense(bits, dtype="float32")(x), name="decoder")
