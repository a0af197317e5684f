"""PyTorch state dicts: read, cleaned up, and put into the layers of a Keras network."""

import os
import pathlib
import zipfile

import numpy as np
from keras import layers

from keras_gan import torch_file
from keras_gan.convert import ncnn
from keras_gan.layers import BatchNormalization, GroupedConv1D, PixelShuffle, PReLU


class State(dict):
    """Arrays by name; raises a ValueError with the name of a missing array."""

    def __missing__(self, name):
        raise ValueError(f"`{name}` is missing")


# Names that training code gives to networks, best first: averaged weights, then generators, then any.
NETWORKS = (
    *("g_ema", "params_ema", "generator_ema", "netg_ema", "ema", "model_ema", "ema_model"),
    *(
        "generator",
        "g",
        "netg",
        "netg_state_dict",
        "generator_state_dict",
        "gen",
        "params",
        "model",
        "model_state_dict",
    ),
    *("state_dict", "net", "network", "weights"),
)
# These come after all others.
DISCRIMINATORS = (
    "d",
    "netd",
    "netd_state_dict",
    "discriminator",
    "discriminator_state_dict",
    "disc",
    "critic",
)


def read(path, prefix=""):
    """Return the networks that a checkpoint may contain, best first.

    Args:
        path: file of PyTorch, or one that ends in `.npz` or `.safetensors`.
        prefix: str; only names that begin with it are used, without it. It may be the name of a network in
            the file.

    Returns:
        list of (name, state dict); the name "" is that of the whole file.

    Raises:
        ValueError: for a file without a state dict, and if no name begins with the prefix; the message lists
            the names.
    """
    found = _state_dicts(_read_file(path))
    if not found:
        raise ValueError(f"{path} holds no state dict: it must be names and tensors of one network.")
    if prefix:
        named = [(name, state) for name, state in found if name == prefix.rstrip(".")]
        found = named or [
            (name, {n.removeprefix(prefix): v for n, v in state.items() if n.startswith(prefix)})
            for name, state in found
        ]
        found = [(name, state) for name, state in found if state]
        if not found:
            raise ValueError(
                f"{path} has no names that begin with {prefix!r}. It has: {', '.join(parts_of(path)) or 'none'}"
            )
    # Prefixes of the names of several networks in one dict: `generator_ema.`, `Model.`.
    for name, state in found:  # `found` grows: one prefix may follow another
        heads = {n.partition(".")[0] for n in state}
        known = [head for head in heads if head.lower() in (*NETWORKS, *DISCRIMINATORS)]
        for head in known or (heads if len(heads) == 1 else ()):
            part = {n.removeprefix(f"{head}."): v for n, v in state.items() if n.startswith(f"{head}.")}
            found.append((f"{name}.{head}".lstrip("."), part))
    return [(name, _without_leftovers(state)) for name, state in sorted(found, key=_rank)]


def parts_of(path):
    """Return the names of networks in a file: the names of dicts in it, and prefixes of names."""
    found = _state_dicts(_read_file(path))
    names = {name for name, _ in found if name}
    return sorted(names or {n.partition(".")[0] + "." for _, state in found for n in state})


def _state_dicts(content, name=""):
    """Return (name, state dict) of all dicts of tensors in a file's content, except those of optimisers."""
    if not isinstance(content, dict):
        return []
    arrays = {_plain(n): v for n, v in content.items() if isinstance(v, np.ndarray) and isinstance(n, str)}
    found = [(name, arrays)] if any(v.ndim for v in arrays.values()) else []
    for key, value in content.items():
        if isinstance(value, dict) and isinstance(key, str) and "optim" not in key.lower():
            found += _state_dicts(value, f"{name}.{key}".lstrip("."))
    return found


def _plain(name):
    """Return a name without the prefixes that training wrappers add, however often."""
    while name.startswith(("module.", "_orig_mod.")):
        name = name.partition(".")[2]
    return name


def _rank(entry):
    """Sort key: averaged networks first, then generators; discriminators last."""
    words = [word.lower() for word in entry[0].split(".")]
    if any(word in DISCRIMINATORS for word in words):
        return len(NETWORKS) + 1
    return min((NETWORKS.index(word) for word in words if word in NETWORKS), default=len(NETWORKS))


def _read_file(path):
    ending = pathlib.Path(path).suffix
    if ending in (".npz", ".safetensors") and not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {str(path)!r}.")
    if ending == ".npz":
        try:
            with np.load(path, allow_pickle=False) as file:
                state = {name: file[name] for name in file.files}
        except (ValueError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} cannot be read as a NumPy file of arrays: {error}") from error
        raw = [name for name, value in state.items() if value.dtype.kind == "V"]
        if raw:
            raise ValueError(
                f"{path} has values that NumPy does not know, such as `{raw[0]}` ({state[raw[0]].dtype}): it writes bfloat16 so. "
                "Save them as float32, `array.astype('float32')`, or as safetensors."
            )
        return state
    if ncnn.is_ncnn(path):
        return ncnn.read(path)
    if ending == ".safetensors":
        try:
            import safetensors
            from safetensors.numpy import load_file
        except ImportError as error:
            raise ImportError(
                "Files of safetensors need its package. Install it: pip install 'keras-gan[safetensors]'"
            ) from error
        try:
            import ml_dtypes  # noqa: F401 (NumPy's bfloat16, which comes with TensorFlow)

            state = load_file(path)
        except safetensors.SafetensorError as error:
            raise ValueError(f"{path} cannot be read as a file of safetensors: {error}") from error
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(
                f"{path} has values of a type that is not read here, such as 8-bit floats: save the weights as float32, "
                f"float16 or bfloat16. ({error})"
            ) from error
        return {
            name: value.astype("float32") if value.dtype.kind in "Vf" else value
            for name, value in state.items()
        }
    return torch_file.read(path)


def _without_leftovers(state):
    """Remove counters, constant filters, and running statistics of norms that have no weights."""
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
        source: name of the file in messages.

    Raises:
        ValueError: for names and shapes that differ; the message lists them.
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
    """Return the entries of a network whose layers with weights follow one another.

    Args:
        network: keras.Model.
        names: names of the modules for these layers in the official code, in order.
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
                if order == "channels":
                    return array.reshape(1, 1, -1)
                array = array.transpose(order) if order else array
                if scale and array.shape[-1] == channels:
                    # In PyTorch's pixel shuffle, the pixels of a channel are beside each other.
                    parts = array.reshape(*array.shape[:-1], -1, scale**2)
                    array = parts.swapaxes(-1, -2).reshape(array.shape)
                return array

            entries.append((f"{module}.{suffix}", variable, arrange))
    return entries


def _weights_of(layer):
    """Return (suffix in PyTorch, variable, transposition, "channels" or None) for a layer's weights."""
    for suffix, attribute, order in WEIGHTS[type(layer)]:
        variable = getattr(layer, attribute)
        if variable is not None:
            yield suffix, variable, order


# In PyTorch, kernels are OIHW, and those of transposed convolutions IOHW.
WEIGHTS = {
    layers.Conv2D: [("weight", "kernel", (2, 3, 1, 0)), ("bias", "bias", None)],
    layers.Conv2DTranspose: [("weight", "kernel", (2, 3, 1, 0)), ("bias", "bias", None)],
    layers.Conv1D: [("weight", "kernel", (2, 1, 0)), ("bias", "bias", None)],
    GroupedConv1D: [("weight", "kernel", (2, 1, 0)), ("bias", "bias", None)],
    layers.Conv1DTranspose: [("weight", "kernel", (2, 1, 0)), ("bias", "bias", None)],
    PReLU: [("weight", "alpha", "channels")],
    BatchNormalization: [
        ("weight", "gamma", None),
        ("bias", "beta", None),
        ("running_mean", "moving_mean", None),
        ("running_var", "moving_variance", None),
    ],
}


def _before_pixel_shuffles(network):
    """Return the convolutions whose output a `PixelShuffle` takes, and its scale."""
    found, before = {}, None
    for layer in network.layers:
        if isinstance(layer, PixelShuffle):
            found[before] = layer.scale
        before = layer
    return found
