"""The official networks for sound: their state dicts, and our networks for them.

Each family is a function as in `convert/super_resolution.py`. Weight norm is folded: weight_g x weight_v / ||weight_v||.
"""

import re

import keras
import numpy as np

from keras_gan import networks
from keras_gan.networks.hifigan import VERSIONS


def fold(state):
    """Replace lengths and directions by kernels, under both sets of names that PyTorch has for them."""
    for name in list(state):
        for ending, other in ((".weight_g", ".weight_v"), (".parametrizations.weight.original0", "")):
            if not name.endswith(ending):
                continue
            module = name.removesuffix(ending)
            other = f"{module}{other}" if other else f"{module}.parametrizations.weight.original1"
            if other not in state:
                continue
            length, direction = state.pop(name), state.pop(other)
            norm = np.sqrt((direction**2).sum(axis=tuple(range(1, direction.ndim)), keepdims=True))
            state[f"{module}.weight"] = length * direction / norm


def hifigan(state):
    """jik876's HiFi-GAN generators."""
    if not any(name.startswith("conv_pre.") for name in state) or "conv_post.bias" not in state:
        return None
    fold(state)
    pre = state["conv_pre.weight"]
    double = any(name.startswith("resblocks.0.convs1.") for name in state)
    version = "v1" if double else "v3"
    ups = sum(bool(re.fullmatch(r"ups\.\d+\.weight", name)) for name in state)
    kernels = [state[f"ups.{i}.weight"].shape[2] for i in range(ups)]
    _, _, _, block_kernels, dilations, _ = VERSIONS[version]
    found = [
        state[f"resblocks.{j}.{'convs1' if double else 'convs'}.0.weight"].shape[2]
        for j in range(len(block_kernels))
    ]
    if tuple(found) != block_kernels:
        raise ValueError(f"its blocks have kernels of {found}, where HiFi-GAN {version} has {block_kernels}")
    network = networks.hifigan(
        version,
        bands=pre.shape[1],
        channels=len(pre),
        rates=[kernel // 2 for kernel in kernels],
        kernels=kernels,
    )
    names = ["conv_pre"]
    for i in range(ups):
        names.append(f"ups.{i}")
        blocks = [f"resblocks.{i * len(block_kernels) + j}" for j in range(len(block_kernels))]
        for step in range(len(dilations[0])):
            # Keras has the layers of branches side by side.
            for convolutions in ("convs1", "convs2") if double else ("convs",):
                names += [f"{block}.{convolutions}.{step}" for block in blocks]
    return named(network, "hifigan"), [*names, "conv_post"]


def melgan(state):
    """descriptinc's MelGAN generators."""
    if not any(re.fullmatch(r"model\.\d+\.block\.2\.(weight_v|weight|parametrizations.*)", n) for n in state):
        return None
    fold(state)
    first = state["model.1.weight"]
    # Each enlargement has an activation, the transposed convolution and residual blocks.
    ups = [
        int(match[1])
        for name in sorted(state, key=lambda name: int(name.split(".")[1]) if name.count(".") else 0)
        if (match := re.fullmatch(r"model\.(\d+)\.weight", name)) and state[name].shape[2] % 2 == 0
    ]
    blocks = sum(
        bool(re.fullmatch(r"model\.(\d+)\.shortcut\.weight", name))
        and ups[0] < int(name.split(".")[1]) < (ups[1] if len(ups) > 1 else 10**6)
        for name in state
    )
    last = max(int(name.split(".")[1]) for name in state)
    network = networks.melgan(
        bands=first.shape[1],
        filters=state[f"model.{last}.weight"].shape[1],
        rates=[state[f"model.{i}.weight"].shape[2] // 2 for i in ups],
        blocks=blocks,
    )
    names = ["model.1"]
    for up in ups:
        names.append(f"model.{up}")
        for block in range(up + 1, up + 1 + blocks):
            # The shortcut is the first term of the sum.
            names += [f"model.{block}.block.2", f"model.{block}.shortcut", f"model.{block}.block.4"]
    return named(network, "melgan"), [*names, f"model.{last}"]


def named(network, name):
    """Return the same network under the name of its family."""
    return keras.Model(network.inputs, network.outputs, name=name)


FAMILIES = (hifigan, melgan)
