"""A layer's activations, seen or changed while its network runs."""

import contextlib

import keras
import tensorflow as tf


def layer_of(network, name, fits, what, prefer=lambda shape: 0):
    """The layer of a network, or of a network in it, by name; for None the last of those that fit and are preferred most.

    Args:
        network: keras.Model.
        name: str, or None.
        fits: function of a layer's output shape, whether it can be taken.
        what: str, what kind of layer that is, for the error.
        prefer: function of a layer's output shape.
    """
    layers = [
        layer
        for layer in network._flatten_layers(include_self=False)
        if not isinstance(layer, keras.layers.InputLayer) and fits(shape_of(layer) or (None,))
    ]
    found = [layer for layer in layers if name in (None, layer.name)]
    if not found:
        names = ", ".join(layer.name for layer in layers) or "none"
        raise ValueError(f"`layer` must be {what}. Received: layer={name!r}. There are: {names}")
    return max(reversed(found), key=lambda layer: prefer(shape_of(layer)))


def shape_of(layer):
    """The shape of a layer's one output, or None."""
    try:
        return tuple(layer.output.shape)
    except (AttributeError, ValueError):
        # It was never called, or has several outputs.
        return None


@contextlib.contextmanager
def through(layer, function):
    """Within the block a layer gives `function(output)` in place of its output; a `tf.function` must be traced in it."""
    call = layer.call
    layer.call = lambda *args, **kwargs: function(call(*args, **kwargs))
    try:
        yield
    finally:
        del layer.call


def as_graph(function, *arrays):
    """A function of tensors as one graph, for batches of any size; the arrays, or None, are what it takes."""

    def spec(array):
        return tf.TensorSpec((None, *array.shape[1:]), array.dtype)

    specs = [None if array is None else tf.nest.map_structure(spec, array) for array in arrays]
    # A `tf.function` that is made anew at each call would warn of its tracing.
    return tf.function(function).get_concrete_function(*specs)
