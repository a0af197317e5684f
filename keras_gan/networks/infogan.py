"""The networks of InfoGAN for MNIST."""

from keras import Model, initializers, layers

from keras_gan.layers import BatchNormalization
from keras_gan.networks.checks import check_image_shape, check_positive


def infogan(image_shape, latent_dim=62 + 10 + 2, *, recognition=10 + 2):
    """Generator and discriminator with recognition head of InfoGAN's experiment on MNIST.

    Each network has two convolutions of stride 2, two dense layers and batch normalisation; the discriminator
    has LeakyReLU(0.1). The recognition head has its own dense layer on the discriminator's features.

    Args:
        image_shape: (height, width, channels), height and width multiples of 4.
        latent_dim: int, noise + categories + codes. Default 74.
        recognition: int, categories + codes. Default 12.

    Returns:
        generator (batch, latent_dim) -> images in [-1, 1], and discriminator images -> [logits (batch, 1),
        recognition (batch, recognition)].

    Raises:
        ValueError: for sizes that are not multiples of 4.

    Example:
    >>> generator, discriminator = keras_gan.networks.infogan((28, 28, 1))
    >>> discriminator.output_shape
    [(None, 1), (None, 12)]

    Reference: Chen et al., 2016, appendix C.1, https://arxiv.org/abs/1606.03657
    """
    height, width, channels = check_image_shape(image_shape)
    check_positive(latent_dim=latent_dim, recognition=recognition)
    if height % 4 or width % 4:
        raise ValueError(
            f"Height and width must be multiples of 4: they are halved twice. Received: {image_shape}. Resize to such a "
            "size with `image_size` in `data.load`, --image-size on the command line."
        )
    return (
        _generator((height // 4, width // 4), channels, latent_dim),
        _discriminator(image_shape, recognition),
    )


def _normal():
    return initializers.RandomNormal(stddev=0.02)


def _dense(x, units, name, negative_slope=None):
    """A dense layer; with a slope, followed by normalisation and a ReLU of that slope."""
    normalized = negative_slope is not None
    x = layers.Dense(units, use_bias=not normalized, kernel_initializer=_normal(), name=name)(x)
    return _activate(x, name, negative_slope) if normalized else x


def _activate(x, name, negative_slope):
    x = BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(x)
    return layers.ReLU(negative_slope=negative_slope)(x)


def _generator(start, channels, latent_dim):
    inputs = layers.Input((latent_dim,), name="latents")
    x = _dense(inputs, 1024, "dense_1", 0.0)
    x = _dense(x, start[0] * start[1] * 128, "dense_2", 0.0)
    x = layers.Reshape((*start, 128))(x)
    x = layers.Conv2DTranspose(
        64, 4, 2, padding="same", use_bias=False, kernel_initializer=_normal(), name="up"
    )(x)
    x = _activate(x, "up", 0.0)
    x = layers.Conv2DTranspose(channels, 4, 2, padding="same", kernel_initializer=_normal(), name="to_image")(
        x
    )
    x = layers.Activation("tanh", dtype="float32")(x)
    return Model(inputs, x, name="generator")


def _discriminator(image_shape, recognition):
    inputs = layers.Input(image_shape, name="images")
    x = layers.Conv2D(64, 4, 2, padding="same", kernel_initializer=_normal(), name="down_1")(inputs)
    x = layers.ReLU(negative_slope=0.1)(x)
    x = layers.Conv2D(128, 4, 2, padding="same", use_bias=False, kernel_initializer=_normal(), name="down_2")(
        x
    )
    x = layers.Flatten()(_activate(x, "down_2", 0.1))
    x = _dense(x, 1024, "dense", 0.1)
    logits = layers.Activation("linear", dtype="float32", name="logits")(_dense(x, 1, "logit"))
    x = _dense(_dense(x, 128, "recognition_dense", 0.1), recognition, "recognition_logit")
    return Model(
        inputs,
        [logits, layers.Activation("linear", dtype="float32", name="recognition")(x)],
        name="discriminator",
    )
