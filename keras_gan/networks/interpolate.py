"""Interpolation between two networks with the same layers."""

import keras


def interpolate(first, second, alpha):
    """Interpolate between the weights of two generators: (1 - alpha) x first + alpha x second.

    Between a network trained with the pixel loss alone and one after the adversarial phase, `alpha` trades
    smoothness for detail.

    Args:
        first, second: keras.Model with the same layers.
        alpha: float in [0, 1].

    Returns:
        keras.Model, a copy.

    Raises:
        ValueError: for networks that differ, and other `alpha`.

    Example:
    >>> smooth, sharp = (keras_gan.networks.rrdbnet(4, filters=4, blocks=1, growth=2) for _ in range(2))
    >>> keras_gan.networks.interpolate(smooth, sharp, 0.8).name
    'rrdbnet'

    Reference: Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", 2018, section 3.4,
    https://arxiv.org/abs/1809.00219
    """
    if [w.shape for w in first.weights] != [w.shape for w in second.weights]:
        raise ValueError("The two networks must have the same weights' shapes.")
    if isinstance(alpha, str) or not 0.0 <= alpha <= 1.0:
        raise ValueError(f"`alpha` must be a float in [0, 1]. Received: {alpha!r}")
    network = keras.models.clone_model(first)
    network.set_weights(
        [
            (1.0 - alpha) * a + alpha * b
            for a, b in zip(first.get_weights(), second.get_weights(), strict=True)
        ]
    )
    return network
