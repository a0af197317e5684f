"""Slicing adversarial networks: a different last layer for a discriminator."""

import keras

from keras_gan.layers import SANDense


def san(discriminator):
    """The discriminator with `layers.SANDense` in place of its last dense layer, for `losses.SANLoss`.

    The layers before it are the same objects, with their weights.

    Args:
        discriminator: functional keras.Model whose only output comes from a dense layer with one unit, as in
            `networks.dcgan`, `networks.mlp`, `networks.sngan`. Spectral normalisation of that layer is
            removed, as the direction has length 1.

    Returns:
        discriminator -> logits of shape (batch, 2).

    Raises:
        ValueError: for a different last layer, as in a patch or projection discriminator.

    Example:
    >>> _, discriminator = keras_gan.networks.dcgan((28, 28, 1), filters=8)
    >>> keras_gan.networks.san(discriminator).output_shape
    (None, 2)

    Reference: Takida et al., "SAN: Inducing Metrizability of GAN with Discriminative Normalized Linear Layer", 2024,
    https://arxiv.org/abs/2301.12811
    """
    behind = list(getattr(discriminator, "layers", []))
    while (
        behind
        and isinstance(behind[-1], keras.layers.Activation)
        and behind[-1].activation is keras.activations.linear
    ):
        behind.pop()
    last = behind[-1] if behind else None
    dense = getattr(last, "layer", last)
    if (
        not isinstance(dense, keras.layers.Dense)
        or dense.units != 1
        or len(discriminator.outputs) != 1
        or dense.activation is not keras.activations.linear
    ):
        raise ValueError(
            "`san` takes a functional discriminator that ends in `Dense(1)` with linear activation. Received: "
            f"{getattr(discriminator, 'name', discriminator)!r}, which ends in {type(dense).__name__}"
        )
    x = SANDense(use_bias=dense.use_bias, name=dense.name, dtype=dense.dtype_policy)(last.input)
    # Logits are float32, regardless of the precision of the layers before.
    x = keras.layers.Activation("linear", dtype="float32", name="logits")(x)
    return keras.Model(discriminator.inputs, x, name=discriminator.name)
