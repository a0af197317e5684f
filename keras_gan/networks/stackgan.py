"""The networks of StackGAN, stage by stage."""

import keras
from keras import Model, layers

from keras_gan.layers import ConditioningAugmentation, LeakyReLU
from keras_gan.networks.blocks import convolution, normal, normalize
from keras_gan.networks.checks import check_square


def stackgan(
    image_shape,
    condition_dim,
    latent_dim=100,
    *,
    embedding_dim=128,
    filters=None,
    discriminator_filters=None,
    residual_blocks=4,
    stage_1=None,
):
    """Generator and discriminator of one stage of StackGAN, which makes images from a sentence's embedding.

    Stage I makes a small image from [latents, embedding]. Stage II, with a frozen stage I, takes that image
    and the embedding again, and makes an image of four times the side.

    Each stage draws a short condition from a normal distribution around the embedding
    (`layers.ConditioningAugmentation`). The noise for it is part of the latents: [z, noise] for stage I,
    [stage I's latents, noise] for stage II.

    Args:
        image_shape: (side, side, channels); the side is a power of two, 8 or more, and in stage II four times
            that of stage I.
        condition_dim: int, size of the embedding.
        latent_dim: int, size of z, which only stage I takes. Default 100.
        embedding_dim: int, size of the condition that is drawn, and of the mean that the discriminator takes. Default 128.
        filters: int. In stage I, channels of the 4 x 4 features for each doubling; the last layer has half as
            many. In stage II, channels at stage I's size. Default 192 and 128.
        discriminator_filters: int, channels after the first convolution. Default 96 and 64, as in the official settings.
        residual_blocks: int, residual blocks of stage II. Default 4.
        stage_1: keras.Model, stage I's trained generator, such as `gan.ema_generator`; it is copied and
            frozen. Default: None, which builds stage I.

    Returns:
        generator [latents, condition] -> images in [-1, 1], and discriminator [images, drawn condition
        (batch, embedding_dim)] -> logits (batch, 1); in stage II [logits, logits of the images alone].

    Raises:
        ValueError: for other image shapes, and sizes that are not positive ints.

    Example:
    >>> first, _ = keras_gan.networks.stackgan((8, 8, 3), 16, 4, embedding_dim=6, filters=8)
    >>> second, discriminator = keras_gan.networks.stackgan((32, 32, 3), 16, embedding_dim=6, filters=8, stage_1=first)
    >>> first.input_shape, second.input_shape, discriminator.input_shape
    ([(None, 10), (None, 16)], [(None, 16), (None, 16)], [(None, 32, 32, 3), (None, 6)])

    Reference: Zhang et al., "StackGAN: Text to Photo-realistic Image Synthesis with Stacked Generative Adversarial
    Networks", 2017, https://arxiv.org/abs/1612.03242; the official PyTorch code's architecture
    """
    filters = (192 if stage_1 is None else 128) if filters is None else filters
    discriminator_filters = (
        (96 if stage_1 is None else 64) if discriminator_filters is None else discriminator_filters
    )
    check_square(
        image_shape,
        condition_dim=condition_dim,
        latent_dim=latent_dim,
        embedding_dim=embedding_dim,
        filters=filters,
        discriminator_filters=discriminator_filters,
        residual_blocks=residual_blocks,
    )
    if stage_1 is None:
        generator = _first(image_shape, condition_dim, latent_dim, embedding_dim, filters)
    else:
        generator = _second(image_shape, condition_dim, embedding_dim, filters, residual_blocks, stage_1)
    condition = layers.Input((embedding_dim,), name="condition")
    images = layers.Input(tuple(image_shape), name="images")
    features = image_features(images, discriminator_filters, normal)
    joined = layers.Concatenate()([features, everywhere(condition, 4)])
    joined = normalized(joined, features.shape[-1], "joint", normal)
    logits = logit(LeakyReLU(0.2)(joined), normal, "logits")
    if stage_1 is not None:
        logits = [logits, logit(features, normal, "logits_of_images")]
    return generator, Model([images, condition], logits, name="discriminator")


def _first(image_shape, condition_dim, latent_dim, embedding_dim, filters):
    doublings = image_shape[0].bit_length() - 3
    latents, condition, (z, drawn) = inputs_and_condition(condition_dim, latent_dim, embedding_dim, "relu")
    width = filters << (doublings - 1)
    x = layers.Concatenate()([z, drawn])
    x = layers.Dense(16 * width, use_bias=False, kernel_initializer=normal(), name="start")(x)
    x = layers.Reshape((4, 4, width))(layers.ReLU()(normalize(x, "batch", name="start_norm")))
    for i in range(doublings):
        x = _up(x, width >> (i + 1), f"up_{i}")
    return Model([latents, condition], _image(x, image_shape[-1]), name="generator")


def _second(image_shape, condition_dim, embedding_dim, filters, residual_blocks, stage_1):
    if filters % 4:
        raise ValueError(f"`filters` of stage II must be a multiple of 4. Received: filters={filters}")
    if not isinstance(stage_1, keras.Model) or hasattr(stage_1, "ema_generator"):
        raise ValueError(
            f"`stage_1` must be the generator of stage I, such as `gan.ema_generator`. Received: {type(stage_1).__name__}"
        )
    shapes, made = stage_1.input_shape, stage_1.output_shape
    wanted = (None, image_shape[0] // 4, image_shape[0] // 4, image_shape[2])
    if not isinstance(shapes, list) or shapes[1] != (None, condition_dim) or made != wanted:
        raise ValueError(
            f"`stage_1` must take [latents, condition of size {condition_dim}] and make images of a fourth of the side, {wanted}. "
            f"Received: stage_1.input_shape={shapes}, output_shape={made}"
        )
    stage_1, trained = keras.models.clone_model(stage_1), stage_1
    stage_1.set_weights(trained.get_weights())
    stage_1.name = "stage_1"
    for layer in stage_1.layers:  # a model's own `trainable` is not in its config
        layer.trainable = False
    size = shapes[0][1]
    latents, condition, (earlier, drawn) = inputs_and_condition(condition_dim, size, embedding_dim, "relu")
    x = stage_1([earlier, condition])
    x = layers.ReLU()(convolution(x, filters, 3, use_bias=False, name="encode_0"))
    for i in (1, 2):
        x = layers.ReLU()(normalized(x, filters << i, f"encode_{i}", normal, 4, 2))
    x = layers.Concatenate()([x, everywhere(drawn, x.shape[1])])
    width = 4 * filters
    x = layers.ReLU()(normalized(x, width, "joint", normal))
    for i in range(residual_blocks):
        y = layers.ReLU()(normalized(x, width, f"residual_{i}_0", normal))
        y = normalized(y, width, f"residual_{i}_1", normal)
        x = layers.ReLU()(layers.Add()([x, y]))
    for i in range(4):
        x = _up(x, width >> (i + 1), f"up_{i}")
    return Model([latents, condition], _image(x, image_shape[-1]), name="generator")


def _up(x, width, name):
    return layers.ReLU()(normalized(layers.UpSampling2D()(x), width, name, normal))


def _image(x, channels):
    x = convolution(x, channels, 3, use_bias=False, name="to_image")
    return layers.Activation("tanh", dtype="float32")(x)


# === What both StackGANs share ===


def inputs_and_condition(condition_dim, size, embedding_dim, activation):
    """The inputs latents and condition, and [the first `size` latents, the condition drawn with the rest]."""
    latents = layers.Input((size + embedding_dim,), name="latents")
    condition = layers.Input((condition_dim,), name="condition")
    augmentation = ConditioningAugmentation(embedding_dim, activation, name="conditioning")
    return latents, condition, (latents[:, :size], augmentation([condition, latents[:, size:]]))


def everywhere(vector, side):
    """Repeat a vector at each position of a square."""
    return layers.UpSampling2D(side)(layers.Reshape((1, 1, vector.shape[-1]))(vector))


def normalized(x, filters, name, initializer, kernel_size=3, strides=1):
    """A convolution without a bias, and batch normalisation."""
    kernel = {"use_bias": False, "kernel_initializer": initializer(), "name": name}
    return normalize(convolution(x, filters, kernel_size, strides, **kernel), "batch", name=f"{name}_norm")


def image_features(images, filters, initializer, name=""):
    """Features at 4 x 4 positions: strided convolutions, then 3 x 3 ones down to 8 times `filters`."""
    kernel = {"use_bias": False, "kernel_initializer": initializer(), "name": f"{name}down_0"}
    x = LeakyReLU(0.2)(convolution(images, filters, 4, 2, **kernel))
    for i in range(1, images.shape[1].bit_length() - 3):
        x = LeakyReLU(0.2)(normalized(x, filters << i, f"{name}down_{i}", initializer, 4, 2))
    while (width := x.shape[-1] // 2) >= 8 * filters:
        x = LeakyReLU(0.2)(normalized(x, width, f"{name}narrow_{width}", initializer))
    return x


def logit(x, initializer, name):
    """One logit from 4 x 4 features, (batch, 1), in float32."""
    x = layers.Conv2D(1, 4, kernel_initializer=initializer(), name=name)(x)
    return layers.Activation("linear", dtype="float32")(layers.Flatten()(x))
