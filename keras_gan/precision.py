"""Networks that compute in float32, whatever dtype policy they were built with."""

import keras
import numpy as np


def computes_in_float32(network):
    return all(
        layer.compute_dtype in (None, "float32", "float64") or "int" in layer.compute_dtype
        for layer in network._flatten_layers()
    )


def in_float32(network):
    """Copy a network and its weights; the copy computes in float32, whatever its layers' policies."""
    copy = _in_float32(keras.saving.serialize_keras_object(network))
    # The network was in memory, so the code in a `Lambda` is the caller's own.
    copy = keras.saving.deserialize_keras_object(copy, safe_mode=False)
    copy.set_weights([np.asarray(keras.ops.cast(weight, "float32")) for weight in network.get_weights()])
    return copy


_REDUCED = ("mixed_bfloat16", "mixed_float16", "bfloat16", "float16")


def _in_float32(config):
    if isinstance(config, dict):
        if "DTypePolicy" in str(config.get("class_name")):
            return "float32"
        return {
            name: "float32" if name == "dtype" and value in _REDUCED else _in_float32(value)
            for name, value in config.items()
        }
    return [_in_float32(value) for value in config] if isinstance(config, (list, tuple)) else config
