"""What of several inputs and outputs of a network is which."""

import keras


def first(values):
    """The first of several inputs or outputs, or the only one: latents, images, logits."""
    return values[0] if isinstance(values, list) else values


def judge(discriminator):
    """The part of a functional discriminator that its logits need."""
    outputs = getattr(discriminator, "outputs", None)  # a subclass has none
    if not outputs or len(outputs) == 1:
        return discriminator
    return keras.Model(discriminator.input, outputs[0])
