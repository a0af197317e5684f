"""Which input or output of a network is which."""

import keras


def first(values):
    """The first of several inputs or outputs, or the only one: latents, images, logits."""
    return values[0] if isinstance(values, list) else values


def judge(discriminator):
    """The part of a functional discriminator that its logits need."""
    outputs = getattr(discriminator, "outputs", None)  # a subclass has none
    if not outputs or len(outputs) == 1:
        return discriminator
    return keras.Model(inputs_of(discriminator), outputs[0])


def inputs_of(network):
    """The symbolic inputs of a functional or Sequential model: one, or a list."""
    # A Sequential model that was never called has no `input`.
    return network.inputs[0] if len(network.inputs) == 1 else network.inputs
