"""The networks of BAGAN."""

from keras import Model, layers

from keras_gan.arguments import check_int
from keras_gan.layers import LeakyReLU
from keras_gan.networks.checks import check_image_shape, check_positive
from keras_gan.networks.dcgan import stages_of


def bagan(image_shape, num_classes, latent_dim=64, *, filters=32, dropout=0.3):
    """An encoder, a generator that decodes, and a discriminator: the encoder with other outputs.

    The encoder has 3x3 convolutions of stride 2 with dropout, each twice as wide as the one before, and the
    discriminator has the same ones; the generator upsamples by nearest neighbours before its 3x3
    convolutions.

    Args:
        image_shape: as in `dcgan`.
        num_classes: int, 2 or more.
        latent_dim, filters: ints. Defaults 64 and 32.
        dropout: float in [0, 1). Default 0.3.

    Returns:
        encoder images -> latents (batch, latent_dim), generator latents -> images in [-1, 1], and discriminator images -> logits
        of the classes and of "generated" (batch, num_classes + 1).

    Example:
    >>> encoder, generator, discriminator = keras_gan.networks.bagan((28, 28, 1), num_classes=10, filters=8)
    >>> discriminator.output_shape
    (None, 11)

    Reference: Mariani et al., "BAGAN: Data Augmentation with Balancing GAN", 2018, https://arxiv.org/abs/1803.09655
    """
    height, width, channels = check_image_shape(image_shape)
    check_int(num_classes, "num_classes", least=2)
    check_positive(latent_dim=latent_dim, filters=filters)
    if not 0.0 <= dropout < 1.0:
        raise ValueError(f"`dropout` must be in [0, 1). Received: {dropout!r}")
    stages = stages_of(height, width)

    def down(outputs, name):
        x = images = layers.Input((height, width, channels), name="images")
        for stage in range(stages):
            x = layers.Conv2D(filters << stage, 3, strides=2, padding="same", name=f"down_{stage + 1}")(x)
            x = layers.Dropout(dropout)(LeakyReLU(0.2)(x))
        x = layers.Conv2D(filters << stages, 3, padding="same", name="last")(x)
        x = layers.Dropout(dropout)(LeakyReLU(0.2)(x))
        x = layers.Dense(outputs, name="outputs")(layers.Flatten()(x))
        return Model(images, layers.Activation("linear", dtype="float32")(x), name=name)

    start, most = (height >> stages, width >> stages), filters << stages
    x = latents = layers.Input((latent_dim,), name="latents")
    x = LeakyReLU(0.2)(layers.Dense(start[0] * start[1] * most, name="project")(x))
    x = layers.Reshape((*start, most))(x)
    for stage in range(stages):
        x = layers.UpSampling2D()(x)
        x = LeakyReLU(0.2)(layers.Conv2D(most >> (stage + 1), 3, padding="same", name=f"up_{stage + 1}")(x))
    x = layers.Conv2D(channels, 3, padding="same", name="to_image")(x)
    generator = Model(latents, layers.Activation("tanh", dtype="float32")(x), name="generator")
    return down(latent_dim, "encoder"), generator, down(num_classes + 1, "discriminator")
