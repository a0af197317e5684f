"""Fully connected networks for vectors."""

from keras import Model, layers

from keras_gan.layers import LeakyReLU, MinibatchDiscrimination, Packing, SpectralNormalization
from keras_gan.networks.conditioning import as_vector, check_conditioning, condition_input


def mlp(
    data_dim,
    latent_dim=2,
    hidden=(128, 128, 128),
    *,
    generator_hidden=None,
    packing=1,
    minibatch_discrimination=False,
    spectral_normalization=False,
    num_classes=None,
    condition_dim=None,
):
    """Fully connected generator and discriminator for vectors, as toy problems use.

    Args:
        data_dim: int, size of the vectors. They may have any range: the output is linear.
        latent_dim: int. Default 2.
        hidden: widths of the hidden layers of both. Default (128, 128, 128).
        generator_hidden: widths of the generator's hidden layers, if they differ.
        packing: int, vectors that the discriminator sees at once (PacGAN). Default 1.
        minibatch_discrimination: bool, whether the layer precedes the discriminator's last layer.
        spectral_normalization: bool, of the discriminator's layers.
        num_classes: int, for networks of a `ConditionalGAN`: labels are concatenated, one-hot.
        condition_dim: int, the same for vectors.

    Returns:
        generator (batch, latent_dim) -> (batch, data_dim), and discriminator (batch, data_dim) ->
        logits (batch, 1), with LeakyReLU(0.2) between. With a condition both take it too.

    Example:
    >>> generator, discriminator = keras_gan.networks.mlp(data_dim=2)
    >>> generator.output_shape, discriminator.output_shape
    ((None, 2), (None, 1))
    """
    check_conditioning(num_classes, condition_dim, "concat")
    condition = num_classes, condition_dim
    if packing > 1 and any(condition):
        raise ValueError("`packing` joins data of different classes: it is for networks without a condition.")
    return (
        _generator(latent_dim, generator_hidden or hidden, data_dim, condition),
        _discriminator(
            data_dim, hidden, condition, packing, minibatch_discrimination, spectral_normalization
        ),
    )


def _generator(latent_dim, hidden, data_dim, condition):
    inputs, x = _inputs(latent_dim, condition, "latents")
    for width in hidden:
        x = layers.Dense(width)(x)
        x = LeakyReLU(0.2)(x)
    x = layers.Dense(data_dim)(x)
    x = layers.Activation("linear", dtype="float32")(x)
    return Model(inputs, x, name="generator")


def _discriminator(data_dim, hidden, condition, packing, minibatch_discrimination, spectral_normalization):
    wrap = SpectralNormalization if spectral_normalization else lambda layer: layer
    inputs, x = _inputs(data_dim, condition, "data")
    if packing > 1:
        x = Packing(packing)(x)
    for width in hidden:
        x = wrap(layers.Dense(width))(x)
        x = LeakyReLU(0.2)(x)
    if minibatch_discrimination:
        x = MinibatchDiscrimination()(x)
    x = wrap(layers.Dense(1))(x)
    x = layers.Activation("linear", dtype="float32")(x)
    return Model(inputs, x, name="discriminator")


def _inputs(size, condition, name):
    x = start = layers.Input((size,), name=name)
    told = condition_input(*condition)
    if told is None:
        return start, x
    return [start, told], layers.Concatenate()([x, as_vector(told, condition[0])])
