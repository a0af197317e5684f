"""The networks of imitation learning."""

import keras
import numpy as np
from keras import layers

from keras_gan.arguments import check_int


def imitation(observations, actions, *, widths=(64, 64), discriminator_widths=(64, 64)):
    """Policy, value network and discriminator of (state, action) pairs: small networks with tanh.

    Args:
        observations: array (n, d) from an expert; its mean and standard deviation normalise the networks'
            inputs.
        actions: int, number of possible actions.
        widths: of the layers of policy and value; discriminator_widths: of the discriminator's.

    Returns:
        policy, from (batch, d) to logits (batch, actions); value, from (batch, d) to (batch, 1); discriminator, from states with the
        action's one-hot after them, (batch, d + actions), to logits (batch, 1).

    Example:
    >>> networks = keras_gan.networks.imitation(np.random.default_rng(0).normal(size=(50, 4)), actions=2)
    >>> [network.output_shape for network in networks]
    [(None, 2), (None, 1), (None, 1)]

    Reference: Ho & Ermon, "Generative Adversarial Imitation Learning", 2016, https://arxiv.org/abs/1606.03476, whose networks are two
    layers of 100 with tanh
    """
    observations = np.asarray(observations, "float32")
    if observations.ndim != 2 or len(observations) < 2:
        raise ValueError(f"`observations` must have the shape (n, d). Received: {observations.shape}")
    check_int(actions, "actions", least=2)
    size, mean = observations.shape[1], observations.mean(axis=0)
    # An observation that hardly varies for the expert may vary for other policies.
    scale = np.maximum(observations.std(axis=0), 1e-3 + 0.01 * np.abs(mean))

    def network(size, mean, scale, widths, outputs, name, gain):
        inputs = keras.Input((size,))
        x = layers.Rescaling((1.0 / scale).tolist(), (-mean / scale).tolist())(inputs)
        for width in widths:
            x = layers.Dense(width, "tanh", kernel_initializer=keras.initializers.Orthogonal(np.sqrt(2.0)))(x)
        start = keras.initializers.Orthogonal(gain)
        return keras.Model(
            inputs, layers.Dense(outputs, kernel_initializer=start, dtype="float32")(x), name=name
        )

    choice = np.concatenate([mean, np.full(actions, 0.5)]), np.concatenate([scale, np.full(actions, 0.5)])
    return (
        network(size, mean, scale, widths, actions, "policy", 0.01),
        network(size, mean, scale, widths, 1, "value", 1.0),
        network(size + actions, *choice, discriminator_widths, 1, "discriminator", 1.0),
    )
