"""PyTorch state dicts: read, cleaned up, and put into the layers of a Keras network."""

import os
import pathlib
import zipfile

import numpy as np
from keras import layers

from keras_gan import torch_file
from keras_gan.layers import BatchNormalization, PixelShuffle

# Under what the training codes keep the weights, the averaged ones first.
WRAPPERS = ("params_ema", "params", "state_dict")


class State(dict):
    """Arrays by name; a ValueError says which one is missing."""

    def __missing__(self, name):
        raise ValueError(f"`{name}` is missing")


def read(path, prefix=""):
    """Names and arrays of a checkpoint's network, the wrappers around them and `module.` taken off.

    Args:
        path: of a file of PyTorch, or one that ends in `.npz` or `.safetensors`.
        prefix: str; only names that begin with it, which is taken off.
    """
    state = _read_file(path)
    for key in WRAPPERS:
        if isinstance(state, dict) and isinstance(state.get(key), dict):
            state = state[key]
            break
    if not isinstance(state, dict) or not any(isinstance(v, np.ndarray) for v in state.values()):
        raise ValueError(f"{path} holds no state dict: it must be names and tensors of one network.")
    state = {
        name.removeprefix("module."): value for name, value in state.items() if isinstance(value, np.ndarray)
    }
    state = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
    if not state:
        raise ValueError(f"{path} has no names that begin with {prefix!r}.")
    return _without_leftovers(state)


def _read_file(path):
    ending = pathlib.Path(path).suffix
    if ending in (".npz", ".safetensors") and not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {str(path)!r}.")
    if ending == ".npz":
        try:
            with np.load(path, allow_pickle=False) as file:
                return {name: file[name] for name in file.files}
        except (ValueError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} cannot be read as a NumPy file of arrays: {error}") from error
    if ending == ".safetensors":
        try:
            import safetensors
            from safetensors.numpy import load_file
        except ImportError as error:
            raise ImportError(
                "Files of safetensors need its package. Install it: pip install 'keras-gan[safetensors]'"
            ) from error
        try:
            return load_file(path)
        except safetensors.SafetensorError as error:
            raise ValueError(f"{path} cannot be read as a file of safetensors: {error}") from error
    return torch_file.read(path)


def _without_leftovers(state):
    """Without counters, filters that are always the same, and running statistics of norms that have no weights."""
    statistics = {
        name
        for name in state
        if name.endswith((".running_mean", ".running_var"))
        and f"{name.rpartition('.')[0]}.weight" not in state
    }
    return {
        name: value
        for name, value in state.items()
        if name not in statistics and not name.endswith(("num_batches_tracked", "resample_filter"))
    }


def assign(network, state, entries, source):
    """Put the arrays of a state dict into a network.

    Args:
        network: keras.Model.
        state: dict from name to array.
        entries: (name, variable, function from the array to the variable's value, or None).
        source: what messages call the file.

    Raises:
        ValueError: which lists names and shapes that differ.
    """
    values, problems = [], []
    for name, variable, arrange in entries:
        if name not in state:
            problems.append(f"`{name}` is missing")
            continue
        try:
            array = arrange(state[name]) if arrange else state[name]
        except ValueError:  # of another rank, or not divisible
            array = None
        if array is None or array.shape != tuple(variable.shape):
            turned = array is not None and array.shape != state[name].shape
            ours = f" ({array.shape} in Keras' order)" if turned else ""
            problems.append(f"`{name}` has shape {state[name].shape}{ours}, not {tuple(variable.shape)}")
        elif not np.isfinite(array).all():
            problems.append(f"`{name}` has values that are NaN or infinite")
        values.append((variable, array))
    wanted = {name for name, *_ in entries}
    problems += [f"`{name}` is unknown" for name in state if name not in wanted]
    if problems:
        listed = "; ".join(problems[:8]) + ("; ..." if len(problems) > 8 else "")
        raise ValueError(f"{source} does not fit {network.name} ({len(problems)} differences): {listed}")
    for variable, array in values:
        variable.assign(array)


def chain(network, names):
    """Entries of a network whose layers with weights follow one another.

    Args:
        network: keras.Model.
        names: of the modules that these layers are in the official code, in order.
    """
    weighted = [layer for layer in network.layers if isinstance(layer, tuple(WEIGHTS))]
    if len(weighted) != len(names):
        raise ValueError(f"it has {len(names)} modules with weights where such a network has {len(weighted)}")
    shuffled = _before_pixel_shuffles(network)
    entries = []
    for layer, module in zip(weighted, names, strict=True):
        scale = shuffled.get(layer)
        for suffix, variable, order in _weights_of(layer):

            def arrange(array, order=order, scale=scale, channels=variable.shape[-1]):
                array = array.transpose(order) if order else array
                if scale and array.shape[-1] == channels:
                    # PyTorch's pixel shuffle has a channel's pixels beside each other.
                    parts = array.reshape(*array.shape[:-1], -1, scale**2)
                    array = parts.swapaxes(-1, -2).reshape(array.shape)
                return array

            entries.append((f"{module}.{suffix}", variable, arrange))
    return entries


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
    BatchNormalization: [
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
