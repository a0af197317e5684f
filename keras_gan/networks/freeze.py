"""Freezing a discriminator's first blocks, for fine-tuning."""


def freeze_blocks(discriminator, count):
    """Freeze the first blocks of a discriminator (FreezeD).

    A block is a layer with a kernel (convolution, dense) and the layers after it up to the next one.
    Call it before `compile`.

    Args:
        discriminator: functional keras.Model.
        count: int, how many blocks; at least one must stay free.

    Returns:
        Names of the frozen layers that have weights.

    Example:
    >>> _, discriminator = keras_gan.networks.dcgan((28, 28, 1), filters=8)
    >>> keras_gan.networks.freeze_blocks(discriminator, 1)
    ['down_1']

    Reference: Mo et al., "Freeze the Discriminator", 2020, https://arxiv.org/abs/2002.10964
    """
    # A wrapper (spectral normalisation) contains the layer with the kernel.
    starts = [
        i for i, layer in enumerate(discriminator.layers) if hasattr(getattr(layer, "layer", layer), "kernel")
    ]
    if not (isinstance(count, int) and 0 <= count < len(starts)):
        raise ValueError(
            f"This discriminator has {len(starts)} blocks; 0 to {len(starts) - 1} of them can be frozen. "
            f"Received: {count!r}"
        )
    frozen = discriminator.layers[: starts[count]] if count else []
    for layer in frozen:
        layer.trainable = False
    return [layer.name for layer in frozen if layer.weights]
