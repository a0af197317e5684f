"""A generator, and a classifier that is also the discriminator."""

from keras import Model, layers

from keras_gan.arguments import check_int
from keras_gan.layers import LeakyReLU
from keras_gan.networks.checks import check_image_shape, check_positive
from keras_gan.networks.dcgan import dcgan, stages_of


def semi_supervised(image_shape, num_classes, latent_dim=100, *, filters=32, dropout=0.2, noise=0.1):
    """DCGAN's generator, and a convolutional classifier with dropout and without batch normalisation.

    In training the classifier adds noise N(0, noise^2) to its images. A stage has two 3x3 convolutions, the
    first of stride 2, and dropout; each stage is twice as wide as the one before. Then follow a dense layer
    of 8 * filters features, which `regularizers.FeatureMatchingPenalty` compares, and the class logits.

    Args:
        image_shape: as in `dcgan`.
        num_classes: int, 2 or more.
        latent_dim, filters: as in `dcgan`. Defaults 100 and 32.
        dropout: float in [0, 1). Default 0.2.
        noise: float. Default 0.1.

    Returns:
        generator (batch, latent_dim) -> images in [-1, 1], and classifier images -> class logits (batch, num_classes).

    Example:
    >>> generator, classifier = keras_gan.networks.semi_supervised((28, 28, 1), num_classes=10, filters=8)
    >>> classifier.output_shape
    (None, 10)

    Reference: Salimans et al., "Improved Techniques for Training GANs", 2016, https://arxiv.org/abs/1606.03498
    """
    height, width, channels = check_image_shape(image_shape)
    check_int(num_classes, "num_classes", least=2)
    check_positive(latent_dim=latent_dim, filters=filters)
    for name, value in (("dropout", dropout), ("noise", noise)):
        if not 0.0 <= value < 1.0:
            raise ValueError(f"`{name}` must be in [0, 1). Received: {value!r}")
    generator, _ = dcgan((height, width, channels), latent_dim, filters=filters)
    x = images = layers.Input((height, width, channels), name="images")
    x = layers.GaussianNoise(noise, name="noise")(x)
    for stage in range(stages_of(height, width)):
        for i, strides in enumerate((2, 1)):
            x = layers.Conv2D(
                filters << stage,
                3,
                strides=strides,
                padding="same",
                kernel_initializer="he_normal",
                name=f"stage_{stage}_conv{i}",
            )(x)
            x = LeakyReLU(0.2)(x)
        x = layers.Dropout(dropout, name=f"stage_{stage}_dropout")(x)
    x = layers.Dense(8 * filters, kernel_initializer="he_normal", name="features")(layers.Flatten()(x))
    x = LeakyReLU(0.2)(x)
    x = layers.Dense(num_classes, name="class_logits")(x)
    return generator, Model(
        images, layers.Activation("linear", dtype="float32", name="classes")(x), name="classifier"
    )
