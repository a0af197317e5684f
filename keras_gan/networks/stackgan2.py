"""The networks of StackGAN-v2: a generator of images of several sizes, a discriminator for each."""

import keras
from keras import Model, layers, ops

from keras_gan.arguments import check_int
from keras_gan.layers import ImagePyramid, LeakyReLU, PyramidLevels
from keras_gan.networks.blocks import convolution, normalize
from keras_gan.networks.checks import check_square
from keras_gan.networks.stackgan import (
    everywhere,
    image_features,
    inputs_and_condition,
    logit,
    normalized,
)


def stackgan2(
    image_shape,
    condition_dim=None,
    latent_dim=100,
    *,
    branches=3,
    embedding_dim=128,
    filters=64,
    discriminator_filters=64,
    residual_blocks=2,
    unconditional=True,
):
    """Generator and discriminator of StackGAN-v2, which makes an image at each of several sizes.

    Each image is made from the features of the next smaller one.

    Images of all sizes are joined in one tensor (`layers.ImagePyramid`), whose last channels are the largest
    image; the discriminator contains a separate network for each size.

    Args:
        image_shape: (side, side, channels) of the largest image; the side is a power of two.
        condition_dim: int, size of a sentence's embedding; `None` for images without a condition.
        latent_dim: int, size of z. Default 100. With a condition the latents are [z, noise of `ConditioningAugmentation`].
        branches: int, number of sizes: each side is twice the one before, and the first is 8 or more. Default
            3.
        embedding_dim: int, size of the drawn condition, and of the mean that the discriminator takes. Default
            128.
        filters: int, channels at the first image's size; each further one has half as many. Default 64.
        discriminator_filters: int, channels after the first convolution. Default 64.
        residual_blocks: int, of each branch after the first. Default 2.
        unconditional: bool, whether the discriminator has logits of images alone too.

    Returns:
        generator [latents, condition] -> pyramids, and discriminator [pyramids, drawn condition (batch,
        embedding_dim)] -> list of logits (batch, 1): for each size with the condition and, if
        `unconditional`, for the image alone. Without a condition the generator takes latents only, and all
        logits are for images alone.

    Raises:
        ValueError: for other image shapes, sizes that are not positive ints, and filters that cannot be
        halved so often.

    Example:
    >>> generator, discriminator = keras_gan.networks.stackgan2(
    ...     (32, 32, 3), 16, 8, branches=2, embedding_dim=4, filters=8, discriminator_filters=4
    ... )
    >>> generator.output_shape, len(discriminator.outputs)
    ((None, 32, 32, 6), 4)

    Reference: Zhang et al., "StackGAN++: Realistic Image Synthesis with Stacked Generative Adversarial Networks", 2018,
    https://arxiv.org/abs/1710.10916; the official code's architecture
    """
    check_int(condition_dim, "condition_dim", optional=True)
    check_square(
        image_shape,
        latent_dim=latent_dim,
        branches=branches,
        embedding_dim=embedding_dim,
        filters=filters,
        discriminator_filters=discriminator_filters,
        residual_blocks=residual_blocks,
    )
    sides = [image_shape[0] >> i for i in reversed(range(branches))]
    if sides[0] < 8 or not filters >> (branches - 1):
        raise ValueError(
            f"Of {branches} branches the first has images of 8 pixels or more, and `filters` are halved at each further one. "
            f"Received: image_shape={image_shape}, filters={filters}"
        )
    if condition_dim is None:
        latents = z = drawn = layers.Input((latent_dim,), name="latents")
        inputs, start = latents, latents
    else:
        latents, condition, (z, drawn) = inputs_and_condition(condition_dim, latent_dim, embedding_dim, "glu")
        inputs, start = [latents, condition], layers.Concatenate()([drawn, z])

    doublings = sides[0].bit_length() - 3
    width = filters << doublings
    x = layers.Dense(32 * width, use_bias=False, kernel_initializer=orthogonal(), name="start")(start)
    x = layers.Reshape((4, 4, width))(ops.glu(normalize(x, "batch", name="start_norm")))
    for i in range(doublings):
        x = _up(x, f"up_{i}")
    images = [_image(x, image_shape[-1], sides[0])]
    for side in sides[1:]:
        width = x.shape[-1]
        x = layers.Concatenate()([everywhere(drawn, side // 2), x])
        x = _gated(x, width, f"{side}_joint")
        for i in range(residual_blocks):
            y = _gated(x, width, f"{side}_residual_{i}_0")
            x = layers.Add()([x, normalized(y, width, f"{side}_residual_{i}_1", orthogonal)])
        x = _up(x, f"{side}_up")
        images.append(_image(x, image_shape[-1], side))
    generator = Model(inputs, ImagePyramid(dtype="float32", name="pyramid")(images), name="generator")

    pyramid = layers.Input((*image_shape[:2], branches * image_shape[-1]), name="images")
    levels = PyramidLevels(sides, name="levels")(pyramid)
    mean, logits = layers.Input((embedding_dim,), name="condition"), []
    for side, level in zip(sides, levels, strict=True):
        features = image_features(level, discriminator_filters, orthogonal, f"{side}_")
        if condition_dim is not None:
            joined = layers.Concatenate()([everywhere(mean, 4), features])
            joined = normalized(joined, features.shape[-1], f"{side}_joint", orthogonal)
            logits.append(logit(LeakyReLU(0.2)(joined), orthogonal, f"{side}_logits"))
        if condition_dim is None or unconditional:
            logits.append(logit(features, orthogonal, f"{side}_logits_of_images"))
    inputs = pyramid if condition_dim is None else [pyramid, mean]
    return generator, Model(inputs, logits if len(logits) > 1 else logits[0], name="discriminator")


def orthogonal():
    """The initialiser of all kernels."""
    return keras.initializers.Orthogonal()


def _gated(x, width, name):
    """A normalised convolution; the second half of its channels is the gate of the first half."""
    return ops.glu(normalized(x, 2 * width, name, orthogonal))


def _up(x, name):
    return _gated(layers.UpSampling2D()(x), x.shape[-1] // 2, name)


def _image(x, channels, side):
    kernel = {"use_bias": False, "kernel_initializer": orthogonal(), "name": f"{side}_to_image"}
    x = convolution(x, channels, 3, **kernel)
    return layers.Activation("tanh", dtype="float32")(x)
