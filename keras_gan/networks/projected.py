"""Discriminators on a frozen network's features (Projected GAN)."""

import keras
from keras import Model, layers

from keras_gan.layers import BatchNormalization, CornerUpsampling, LeakyReLU, SpectralNormalization
from keras_gan.networks.blocks import uniform_by_fan_in
from keras_gan.networks.checks import check_image_shape, check_positive


def projected_discriminator(
    image_shape, features, *, size=224, filters=64, max_filters=512, value_range=(-1.0, 1.0), taps=None
):
    """Four discriminators on maps of a frozen network, mixed at random over channels and scales.

    Images are resized to `size`. Each of the network's maps, with strides 4, 8, 16 and 32, goes through a
    random 1 x 1 convolution. From the smallest map up, the sum so far is enlarged, goes through another
    random convolution and is added to the next map. None of this is trained. Each of the four maps has a
    discriminator of strided convolutions, more for larger maps, with spectral and batch normalisation, down
    to logits.

    Args:
        image_shape: (height, width, channels), 1 or 3 channels; grey is repeated.
        features: functional keras.Model of colour images with trained weights, such as
            `keras.applications.MobileNet(include_top=False, input_shape=(None, None, 3))`. It takes images in
            `value_range`.
        size: int, height and width of its input, at least 64 and a multiple of 32. Smaller is faster. Default
            224.
        filters: int, channels of the largest mixed map; the smaller ones have 1, 2 and 4 times as many.
            Default 64.
        max_filters: int, largest width of the discriminators' layers. Default 512.
        value_range: (low, high) of the images that `features` takes. Default (-1, 1); (0, 255) for EfficientNet and the like.
        taps: names of four layers, largest map first. Default: the last layers with maps of 1/4, 1/8, 1/16
            and 1/32 of `size`.

    Returns:
        discriminator images -> logits (batch, logits of all four, 1). It contains the frozen weights, and so
        do saved models.

    Raises:
        ValueError: for a network without such maps, other sizes, and images that are neither grey nor colour.

    Example:
    >>> network = keras.applications.MobileNet(include_top=False, input_shape=(None, None, 3), weights=None, alpha=0.25)
    >>> discriminator = keras_gan.networks.projected_discriminator((32, 32, 3), network, size=64, filters=4, max_filters=8)
    >>> discriminator.output_shape
    (None, 4, 1)

    Reference: Sauer et al., "Projected GANs Converge Faster", 2021, https://arxiv.org/abs/2111.01007
    """
    height, width, channels = check_image_shape(image_shape)
    check_positive(size=size, filters=filters, max_filters=max_filters)
    if size % 32 or size < 64 or channels not in (1, 3):
        raise ValueError(
            "`size` must be a multiple of 32, at least 64, of images with 1 or 3 channels. Received: "
            f"size={size}, image_shape={tuple(image_shape)}"
        )
    if len(value_range) != 2 or not value_range[0] < value_range[1]:
        raise ValueError(f"`value_range` must be (low, high). Received: {value_range!r}")
    frozen = _tapped(features, size, taps)
    low, high = value_range
    x = inputs = layers.Input((height, width, channels), name="images")
    x = layers.Resizing(size, size, interpolation="bilinear", name="resize")(x)
    if channels == 1:
        x = layers.Concatenate(name="colour")([x, x, x])
    if (low, high) != (-1.0, 1.0):
        x = layers.Rescaling((high - low) / 2.0, offset=(high + low) / 2.0, name="range")(x)
    maps = frozen(x, training=False)
    mixed = _across_scales([_random(filters * 2**i, f"mix_{i}")(m) for i, m in enumerate(maps)], filters)
    logits = [_head(m, i, max_filters) for i, m in enumerate(mixed)]
    x = layers.Concatenate(axis=1, name="all")([layers.Reshape((-1, 1))(x) for x in logits])
    return Model(inputs, layers.Activation("linear", dtype="float32", name="logits")(x), name="discriminator")


def _tapped(features, size, taps):
    """A frozen copy of a network, from images of this size to its four maps."""
    if not isinstance(features, keras.Model) or not getattr(features, "inputs", None):
        raise ValueError(f"`features` must be a functional keras.Model. Received: {type(features).__name__}")
    sized = keras.models.clone_model(features, input_tensors=layers.Input((size, size, 3)))
    sized.set_weights(features.get_weights())
    if taps is None:
        last = {}
        for layer in sized.layers:
            shape = getattr(getattr(layer, "output", None), "shape", ())
            if len(shape) == 4 and shape[1] == shape[2] and not isinstance(layer, layers.ZeroPadding2D):
                last[shape[1]] = layer.name
        taps = [last.get(size // stride) for stride in (4, 8, 16, 32)]
    if len(taps) != 4 or None in taps:
        raise ValueError(
            f"`features` must have maps of a 4th, 8th, 16th and 32nd of {size} pixels, or give four `taps`. Found: {taps}"
        )
    names = [layer.name for layer in sized.layers]
    unknown = [name for name in taps if name not in names]
    if unknown:
        raise ValueError(f"`features` has no layer {unknown[0]!r}. There are: {', '.join(names)}")
    frozen = Model(sized.inputs, [sized.get_layer(name).output for name in taps], name="features")
    frozen.trainable = False
    return frozen


def _random(filters, name):
    """A frozen 1 x 1 convolution with PyTorch's random initialisation."""
    return layers.Conv2D(filters, 1, kernel_initializer=uniform_by_fan_in(), trainable=False, name=name)


def _across_scales(maps, filters):
    """From the smallest map up: enlarge, halve the channels by a random convolution, add to the next."""
    x, mixed = None, []
    for i in (3, 2, 1, 0):
        x = maps[i] if x is None else layers.Add(name=f"add_{i}")([x, maps[i]])
        x = _random(filters * 2 ** max(0, i - 1), f"scale_{i}")(CornerUpsampling(name=f"up_{i}")(x))
        mixed.insert(0, x)
    return mixed


def _head(x, place, max_filters):
    """Logits of one map: halved down to 4 x 4, the largest four times at most; then a 4 x 4 convolution."""
    side, halvings = x.shape[1], 0
    while side // 2 >= 4 and halvings < 4 - place:
        side, halvings = side // 2, halvings + 1
    for width in (64, 128, 256, 512)[4 - halvings :]:
        name = f"head_{place}_{width}"
        x = _convolution(min(width, max_filters), name, strides=2, padding="same")(x)
        x = BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(x)
        x = LeakyReLU(0.2)(x)
    return _convolution(1, f"head_{place}_logits", use_bias=False)(x)


def _convolution(filters, name, **options):
    return SpectralNormalization(
        layers.Conv2D(filters, 4, kernel_initializer=uniform_by_fan_in(), name=name, **options)
    )
