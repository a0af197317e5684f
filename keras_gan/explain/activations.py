"""Reading or changing a layer's activations while its network runs."""

import contextlib

import keras
import tensorflow as tf


def layer_of(network, name, fits, what, prefer=lambda shape: 0):
    """Find a layer of a network, or of a nested one, by name; for None the last one that fits best.

    Args:
        network: keras.Model.
        name: str, or None.
        fits: function from a layer's output shape to whether it is suitable.
        what: str, description of a suitable layer, for the error message.
        prefer: function from a layer's output shape to a value; the largest is preferred.
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
        # The layer was never called, or has several outputs.
        return None


@contextlib.contextmanager
def through(layer, function):
    """Context in which a layer returns `function(output)`; a `tf.function` must be traced inside it."""
    call = layer.call
    layer.call = lambda *args, **kwargs: function(call(*args, **kwargs))
    try:
        yield
    finally:
        del layer.call


def as_graph(function, *arrays):
    """A function of tensors as a graph, for any batch size; the arrays, or None, are example inputs."""

    def spec(array):
        return tf.TensorSpec((None, *array.shape[1:]), array.dtype)

    specs = [None if array is None else tf.nest.map_structure(spec, array) for array in arrays]
    # A `tf.function` that is created at each call would warn about retracing.
    return tf.function(function).get_concrete_function(*specs)


def kept_graph(network, name, key, function, *arrays):
    """`as_graph`, kept with the network under the name and used again while nothing has changed.

    That is the key, the shapes of the inputs and the network's configuration; weights may change. Tracing takes
    longer than the gradients of a thousand small images.
    """
    try:
        key = (*key, repr(network.get_config()))
    except NotImplementedError:
        # Nothing shows whether a network of its own class has changed.
        return as_graph(function, *arrays)
    inputs = [array for array in arrays if array is not None]
    key = (*key, repr(tf.nest.map_structure(lambda array: (array.shape[1:], str(array.dtype)), inputs)))
    # In `vars`, since Keras would track an attribute.
    kept = vars(network).setdefault("_kept_graphs", {})
    if name not in kept or kept[name][0] != key:
        kept[name] = key, as_graph(function, *arrays)
    return kept[name][1]
