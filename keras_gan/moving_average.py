"""The moving average of a network's weights, kept in a copy of the network."""

import keras
import tensorflow as tf

from keras_gan import replicas
from keras_gan.networks.outputs import first
from keras_gan.precision import computes_in_float32, in_float32


def clone(network):
    """Copy a network and its weights; the copy computes in float32: it is for inference, not training."""
    functional = isinstance(network, keras.Sequential) or getattr(network, "outputs", None)
    lambdas = [layer for layer in network._flatten_layers() if isinstance(layer, keras.layers.Lambda)]
    try:
        if not computes_in_float32(network):
            return in_float32(network)
        # Only the layers of functional models can be copied one by one.
        options = {"clone_function": _copy_layer, "recursive": True} if functional and lambdas else {}
        copy = keras.models.clone_model(network, **options)
        if not copy.built:
            copy(tf.zeros((1, *first(network.input_shape)[1:])))
        return copy
    except (TypeError, NotImplementedError) as error:
        raise ValueError(
            f"The moving average needs a copy of the network, and {type(network).__name__} "
            "cannot be copied: give it a `get_config` with its constructor's arguments, or pass "
            f"`ema_decay=None`. ({error})"
        ) from error


def _copy_layer(layer):
    """Copy a layer by its config; a `Lambda` keeps its function, which Keras would not load from a config."""
    if not isinstance(layer, keras.layers.Lambda):
        return layer.__class__.from_config(layer.get_config())
    config = {name: layer.get_config()[name] for name in ("name", "trainable", "dtype")}
    config["dtype"] = layer.dtype_policy
    return keras.layers.Lambda(
        layer.function, output_shape=layer._output_shape, mask=layer.mask, arguments=layer.arguments, **config
    )


def follow(average, network, decay):
    """Move the average's weights towards the network's by 1 - decay; moving statistics are copied."""
    trainable = {id(v) for v in network.trainable_weights}
    averaged = [(e, v) for e, v in zip(average.weights, network.weights) if id(v) in trainable]
    copied = [(e, v) for e, v in zip(average.weights, network.weights) if id(v) not in trainable]
    rate = 1.0 - decay
    if averaged:
        targets, sources = zip(*averaged)
        replicas.update(targets, lambda e, v: e + tf.cast(rate, e.dtype) * (v - e), sources)
    if copied:
        targets, sources = zip(*copied)
        replicas.update(targets, lambda e, v: v, sources)
