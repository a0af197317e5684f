"""Fully connected networks for vectors."""

from keras import Model, layers


def mlp(data_dim, latent_dim=2, hidden=(128, 128, 128)):
    """Fully connected generator and discriminator for vectors, as toy problems use.

    Args:
        data_dim: int, size of the vectors. They may have any range: the output is linear.
        latent_dim: int. Default 2.
        hidden: widths of the hidden layers of both. Default (128, 128, 128).

    Returns:
        generator (batch, latent_dim) -> (batch, data_dim), and discriminator (batch, data_dim) ->
        logits (batch, 1), with LeakyReLU(0.2) between.

    Example:
    >>> generator, discriminator = keras_gan.networks.mlp(data_dim=2)
    >>> generator.output_shape, discriminator.output_shape
    ((None, 2), (None, 1))
    """
    return (
        _stack(latent_dim, hidden, data_dim, "generator"),
        _stack(data_dim, hidden, 1, "discriminator"),
    )


def _stack(inputs, hidden, outputs, name):
    x = start = layers.Input((inputs,))
    for width in hidden:
        x = layers.Dense(width)(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Dense(outputs)(x)
    x = layers.Activation("linear", dtype="float32")(x)
    return Model(start, x, name=name)
