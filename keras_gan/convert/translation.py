"""The official networks from image to image: their state dicts, and our networks for them.

Each family is a function from a state dict to (network, names of the official modules in the order of its
layers), or None where the state dict is of another family.
"""

import re

import numpy as np
from keras import layers

from keras_gan import networks


def cyclegan_resnet(state):
    """junyanz' ResnetGenerator (CycleGAN)."""
    first = state.get("model.1.weight")
    if first is None or first.shape[2:] != (7, 7):
        return None
    blocks = sum(name.endswith("conv_block.1.weight") for name in state)
    with_dropout = "model.10.conv_block.6.weight" in state and state["model.10.conv_block.6.weight"].ndim == 4
    last = f"model.{10 + blocks + 7}"
    network = networks.resnet(
        (None, None, first.shape[1]),
        outputs_of(state, last),
        blocks=blocks,
        filters=len(first),
        normalization=_normalization(state, "model.1", "model.2"),
    )
    second = 6 if with_dropout else 5
    convolutions = [f"model.{i}" for i in (1, 4, 7)]
    for i in range(10, 10 + blocks):
        convolutions += [f"model.{i}.conv_block.{j}" for j in (1, second)]
    up = [f"model.{10 + blocks + i}" for i in (0, 3)]
    convolutions += up
    _add_biases(state, network, convolutions, transposed=up)
    return network, [*_with_norms(state, convolutions), last]


def pix2pix_unet(state):
    """junyanz' UnetGenerator (pix2pix)."""
    first = state.get("model.model.0.weight")
    if first is None:
        return None
    downs = 1 + sum(bool(re.fullmatch(r"model\.model\.1(\.model\.3)*\.model\.1\.weight", n)) for n in state)
    if downs < 2:
        raise ValueError("`model.model.1.model.1.weight` is missing")
    levels = ["model.model.1" + ".model.3" * i for i in range(downs - 1)]
    network = networks.unet(
        (2**downs, 2**downs, first.shape[1]),
        outputs_of(state, "model.model.3", axis=1),
        filters=len(first),
        downs=downs,
        normalization=_normalization(state, f"{levels[0]}.model.1", f"{levels[0]}.model.2"),
    )
    down = [f"{level}.model.1" for level in levels]
    up = [f"{levels[-1]}.model.3"] + [f"{level}.model.5" for level in reversed(levels[:-1])]
    _add_biases(state, network, ["model.model.0", *down, *up], transposed=up)
    return network, ["model.model.0", *_with_norms(state, [*down, *up]), "model.model.3"]


def patchgan(state):
    """junyanz' NLayerDiscriminator."""
    first = state.get("model.0.weight")
    if first is None or first.shape[2:] != (4, 4):
        return None
    found = (re.fullmatch(r"model\.(\d+)\.weight", name) for name, value in state.items() if value.ndim == 4)
    indices = sorted(int(match[1]) for match in found if match)
    strided = len(indices) - 2
    field = {n: field for field, n in networks.RECEPTIVE_FIELDS.items()}.get(strided)
    if field is None:
        raise ValueError(f"a PatchGAN of {strided} strided convolutions is unknown")
    network = networks.patchgan(
        (None, None, first.shape[1]),
        receptive_field=field,
        filters=len(first),
        normalization=_normalization(state, "model.2", "model.3"),
    )
    inner = [f"model.{i}" for i in indices[1:-1]]
    _add_biases(state, network, inner)
    return network, ["model.0", *_with_norms(state, inner), f"model.{indices[-1]}"]


def pixel_discriminator(state):
    """junyanz' PixelDiscriminator."""
    first = state.get("net.0.weight")
    if first is None:
        return None
    network = networks.patchgan(
        (None, None, first.shape[1]),
        receptive_field=1,
        filters=len(first),
        normalization=_normalization(state, "net.2", "net.3"),
    )
    _add_biases(state, network, ["net.2", "net.5"])
    return network, ["net.0", *_with_norms(state, ["net.2"]), "net.5"]


FAMILIES = (cyclegan_resnet, pix2pix_unet, patchgan, pixel_discriminator)


def outputs_of(state, module, axis=0):
    return state[f"{module}.weight"].shape[axis]


def _normalization(state, convolution, norm):
    """Return the norm: batch norm has weights; a convolution before an instance norm has a bias."""
    if f"{norm}.running_mean" in state:
        return "batch"
    return "instance" if f"{convolution}.bias" in state else "none"


def _add_biases(state, network, convolutions, transposed=()):
    """Add zero biases to a network without normalisation: ours has biases, the official one does not."""
    normalized = any(
        isinstance(layer, (layers.BatchNormalization, layers.GroupNormalization)) for layer in network.layers
    )
    if normalized or any(f"{name}.bias" in state for name in convolutions):
        return
    for name in convolutions:
        outputs = outputs_of(state, name, axis=1 if name in transposed else 0)
        state[f"{name}.bias"] = np.zeros(outputs, "float32")


def _with_norms(state, convolutions):
    """Return names of convolutions, each followed by the name of its norm if that has weights."""
    names = []
    for convolution in convolutions:
        head, _, index = convolution.rpartition(".")
        norm = f"{head}.{int(index) + 1}"
        names += [convolution, *([norm] if f"{norm}.running_mean" in state else [])]
    return names
