"""PyTorch state dicts: read, cleaned up, and put into the layers of a Keras network."""

import numpy as np
from keras import layers

from keras_gan import torch_file
from keras_gan.layers import PixelShuffle

# Under what the training codes keep the weights, the averaged ones first.
WRAPPERS = ("params_ema", "params", "state_dict")


def read(path):
    """Names and arrays of a checkpoint's network, the wrappers around them and `module.` taken off."""
    state = torch_file.read(path)
    for key in WRAPPERS:
        if isinstance(state, dict) and isinstance(state.get(key), dict):
            state = state[key]
            break
    if not isinstance(state, dict) or not any(isinstance(v, np.ndarray) for v in state.values()):
        raise ValueError(f"{path} holds no state dict: it must be names and tensors of one network.")
    state = {
        name.removeprefix("module."): value for name, value in state.items() if isinstance(value, np.ndarray)
    }
    return _without_leftovers(state)


def _without_leftovers(state):
    """Without counters, and without running statistics of norms that have no weights (unused in older files)."""
    statistics = {
        name
        for name in state
        if name.endswith((".running_mean", ".running_var"))
        and f"{name.rpartition('.')[0]}.weight" not in state
    }
    return {
        name: value
        for name, value in state.items()
        if name not in statistics and not name.endswith("num_batches_tracked")
    }


def assign(network, state, names, source):
    """Put the arrays of a state dict into a network.

    Args:
        network: keras.Model whose layers with weights form a chain.
        state: dict from name to array.
        names: of the modules that these layers are in the official code, in order.
        source: what messages call the file.

    Raises:
        ValueError: which lists names and shapes that differ.
    """
    weighted = [layer for layer in network.layers if isinstance(layer, tuple(WEIGHTS))]
    shuffled = _before_pixel_shuffles(network)
    wanted, values, problems = {}, [], []
    for layer, module in zip(weighted, names, strict=True):
        for suffix, variable, order in _weights_of(layer):
            name = f"{module}.{suffix}"
            wanted[name] = variable
            array = state.get(name)
            if array is None:
                problems.append(f"`{name}` is missing")
                continue
            array = array.transpose(order) if order else array
            if layer in shuffled and array.shape[-1:] == variable.shape[-1:]:
                # PyTorch's pixel shuffle has a channel's pixels beside each other.
                squared = shuffled[layer] ** 2
                array = array.reshape(*array.shape[:-1], -1, squared).swapaxes(-1, -2).reshape(array.shape)
            if array.shape != tuple(variable.shape):
                problems.append(
                    f"`{name}` has shape {state[name].shape}, not that of {tuple(variable.shape)}"
                )
            values.append((variable, array))
    problems += [f"`{name}` is unknown" for name in state if name not in wanted]
    if problems:
        listed = "; ".join(problems[:8]) + ("; ..." if len(problems) > 8 else "")
        raise ValueError(f"{source} does not fit {network.name} ({len(problems)} differences): {listed}")
    for variable, array in values:
        variable.assign(array)


def _weights_of(layer):
    """(suffix in PyTorch, variable, transposition or None) of a layer's weights."""
    for suffix, attribute, order in WEIGHTS[type(layer)]:
        variable = getattr(layer, attribute)
        if variable is not None:
            yield suffix, variable, order


# Kernels are OIHW in PyTorch, and of transposed convolutions IOHW.
WEIGHTS = {
    layers.Conv2D: [("weight", "kernel", (2, 3, 1, 0)), ("bias", "bias", None)],
    layers.Conv2DTranspose: [("weight", "kernel", (2, 3, 1, 0)), ("bias", "bias", None)],
    layers.BatchNormalization: [
        ("weight", "gamma", None),
        ("bias", "beta", None),
        ("running_mean", "moving_mean", None),
        ("running_var", "moving_variance", None),
    ],
}


def _before_pixel_shuffles(network):
    """Convolutions whose output a `PixelShuffle` takes, and its scale."""
    found, before = {}, None
    for layer in network.layers:
        if isinstance(layer, PixelShuffle):
            found[before] = layer.scale
        before = layer
    return found
