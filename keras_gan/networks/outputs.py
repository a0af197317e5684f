"""Which input or output of a network is which."""

import keras


def first(values):
    """The first of several inputs or outputs, or the only one: latents, images, logits."""
    return values[0] if isinstance(values, list) else values


def maps_of(outputs, heads=()):
    """The logits among a discriminator's outputs, one map or a list: all but the `heads`, which come last."""
    if not isinstance(outputs, list):
        return outputs
    maps = outputs[: len(outputs) - len(heads)]
    return maps[0] if len(maps) == 1 else maps


def over_maps(function, *logits):
    """Sum a function over logit maps; with several arguments it takes one map from each."""
    if not isinstance(logits[0], list):
        return function(*logits)
    return sum(function(*maps) for maps in zip(*logits, strict=True))


def logits_only(discriminator, heads=()):
    """The part of a functional discriminator that computes its logits; `heads` are its last outputs."""
    outputs = getattr(discriminator, "outputs", None)  # a subclassed model has none
    if not outputs or not heads:
        return discriminator
    return keras.Model(inputs_of(discriminator), maps_of(list(outputs), heads))


def inputs_of(network):
    """The symbolic inputs of a functional or Sequential model: one, or a list."""
    # A Sequential model that was never called has no `input`.
    return network.inputs[0] if len(network.inputs) == 1 else network.inputs
