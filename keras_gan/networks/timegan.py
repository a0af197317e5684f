"""The networks of TimeGAN, for time series."""

import keras
from keras import layers

from keras_gan.arguments import check_int


def timegan(window, columns, *, hidden=24, depth=3, noise_dim=None):
    """Embedder, recovery, generator, supervisor and discriminator for series, all with GRU layers.

    Args:
        window: int, number of time steps.
        columns: int, number of values at each time step.
        hidden: int, units of the layers, and size of the embeddings. Default 24.
        depth: int, GRU layers of each; the supervisor has one less. Default 3.
        noise_dim: int, size of the noise at each time step. Default: `columns`.

    Returns:
        embedder, from series in [0, 1], (batch, window, columns), to embeddings in [0, 1], (batch, window,
        hidden); recovery, back; generator, from noise (batch, window, noise_dim) to embeddings; supervisor,
        from embeddings to those of the next time step; discriminator, from embeddings to logits (batch,
        window, 1).

    Example:
    >>> networks = keras_gan.networks.timegan(24, 2, hidden=8, depth=2)
    >>> [network.output_shape[1:] for network in networks]
    [(24, 8), (24, 2), (24, 8), (24, 8), (24, 1)]

    Reference: Yoon et al., "Time-series Generative Adversarial Networks", 2019,
    https://papers.nips.cc/paper/8789-time-series-generative-adversarial-networks
    """
    for name, value in (("window", window), ("columns", columns), ("hidden", hidden), ("depth", depth)):
        check_int(value, name)
    check_int(noise_dim, "noise_dim", optional=True)

    def network(size, outputs, activation, name, depth=depth):
        x = inputs = keras.Input((window, size), name="noise" if name == "generator" else "series")
        for i in range(depth):
            x = layers.GRU(hidden, return_sequences=True, name=f"gru_{i}")(x)
        dtype = None if activation else "float32"
        return keras.Model(
            inputs, layers.Dense(outputs, activation, dtype=dtype, name="output")(x), name=name
        )

    return (
        network(columns, hidden, "sigmoid", "embedder"),
        network(hidden, columns, "sigmoid", "recovery"),
        network(noise_dim or columns, hidden, "sigmoid", "generator"),
        network(hidden, hidden, "sigmoid", "supervisor", max(1, depth - 1)),
        network(hidden, 1, None, "discriminator"),
    )
