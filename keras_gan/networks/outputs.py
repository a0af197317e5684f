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


def of_two_conditions(network):
    """A functional network of [images, condition], applied to the same images with two conditions.

    What is computed from the images alone is computed once. It is built once for each network.

    Returns:
        keras.Model from [images, *condition, *other condition] to a list of the outputs for the one, then those
        for the other; None if the condition reaches the first layer with weights, or the network is no graph.
    """
    if not hasattr(network, "_of_two_conditions"):
        made = _of_two_conditions(network) if isinstance(getattr(network, "input", None), list) else None
        object.__setattr__(network, "_of_two_conditions", made)  # bypasses Keras, which would save it
    return network._of_two_conditions


def _of_two_conditions(network):
    images, *conditions = network.inputs
    inputs = [keras.Input(batch_shape=x.shape, dtype=x.dtype) for x in (images, *conditions, *conditions)]
    alone, halves = {id(images): inputs[0]}, []
    # Nothing is shared if the condition is there before any layer with weights.
    if not any(getattr(operation, "weights", ()) for operation in _applied(network, alone)):
        return None
    for start in (1, 1 + len(conditions)):
        given = zip(map(id, conditions), inputs[start : start + len(conditions)], strict=True)
        halves.append({**alone, **dict(given)})
        _applied(network, halves[-1])
    return keras.Model(inputs, [half[id(output)] for half in halves for output in network.outputs])


def _applied(network, known):
    """Apply the operations of a graph whose arguments are known; returns these operations.

    `known` maps the ids of the graph's tensors to those of this call, and is extended.
    """
    applied = []
    for depth in sorted(network._nodes_by_depth, reverse=True):
        for node in network._nodes_by_depth[depth]:
            ready = node.input_tensors and all(id(each) in known for each in node.input_tensors)
            if ready and id(node.output_tensors[0]) not in known:
                args, kwargs = node.arguments.fill_in(known)
                made = keras.tree.flatten(node.operation(*args, **kwargs))
                known |= zip(map(id, node.output_tensors), made, strict=True)
                applied.append(node.operation)
    return applied
