"""The official networks from latents to images: their state dicts, and our networks for them.

Each family is a function from a state dict to (network, entries), or None where the state dict is of another
family; an entry is (official name, our variable, function from that array to ours).
"""

import math
import re

import keras
import numpy as np

from keras_gan.networks.progan import ProGANDiscriminator, ProGANGenerator
from keras_gan.networks.stylegan2 import discriminator, generator, stages_of
from keras_gan.networks.stylegan3 import stylegan3


def stylegan2_generator(state):
    """NVIDIA's StyleGAN2 and StyleGAN2-ADA generator."""
    sizes = _sizes(state, r"synthesis\.b(\d+)\.conv1\.weight")
    if not sizes:
        return None
    widths = {size: len(state[f"synthesis.b{size}.conv1.weight"]) for size in sizes}
    if "synthesis.b8.skip.weight" in state:
        architecture = "resnet"
    else:
        architecture = "skip" if "synthesis.b4.torgb.weight" in state else "orig"
    channels = len(state[f"synthesis.b{sizes[-1]}.torgb.weight"])
    stages = stages_of((sizes[-1], sizes[-1], channels), *_channels(widths), 0)
    network = generator(*_mapping_sizes(state), stages, channels, architecture, _classes(state))
    return network, _entries_of_stylegan2(network, "synthesis.")


def stylegan2_discriminator(state):
    """NVIDIA's StyleGAN2 and StyleGAN3 discriminator."""
    sizes = _sizes(state, r"b(\d+)\.conv1\.weight")
    if not sizes or "b4.out.weight" not in state:
        return None
    # A block's second convolution has the channels of the next size.
    widths = {size: len(state[f"b{size}.conv0.weight"]) for size in sizes}
    widths[4] = len(state["b4.conv.weight"])
    image = state[f"b{sizes[-1]}.fromrgb.weight"].shape[1]
    if "b8.skip.weight" in state:
        architecture = "resnet"
    else:
        architecture = "skip" if "b4.fromrgb.weight" in state else "orig"
    shape = (sizes[-1], sizes[-1], image)
    network = discriminator(shape, stages_of(shape, *_channels(widths), 0), architecture, _classes(state), 4)
    return network, _entries_of_stylegan2(network, "")


def stylegan3_generator(state):
    """NVIDIA's StyleGAN3 generator."""
    found = [re.fullmatch(r"synthesis\.(L(\d+)_(\d+)_(\d+))\.weight", name) for name in state]
    found = {int(match[2]): match for match in found if match}
    if not found or "synthesis.input.freqs" not in state:
        return None
    modules = {f"L{i}": match[1] for i, match in found.items()}
    size, channels = (int(found[max(found)][i]) for i in (3, 4))
    # The last layers before the image have the full bandwidth: base / size channels.
    widths = [int(found[i][4]) for i in sorted(found)][:-1]
    rotating = state[f"synthesis.{modules['L0']}.weight"].shape[-1] == 1
    more = 2 if rotating else 1
    latent_dim, w_dim, mapping_layers = _mapping_sizes(state)
    network, _ = stylegan3(
        (size, size, channels),
        latent_dim,
        configuration="r" if rotating else "t",
        w_dim=w_dim,
        mapping_layers=mapping_layers,
        channel_base=widths[-1] * size // more,
        channel_max=max(widths) // more,
        synthesis_layers=max(found),
        num_classes=_classes(state),
    )
    entries = []
    for layer in _weighted(network):
        stage, _, part = layer.name.partition("_")
        if stage not in modules and layer.name != "input":
            entries += _dense_entries(layer, f"mapping.{layer.name}")
            continue
        at = f"synthesis.{modules.get(stage, 'input')}"
        if layer.name == "input":
            entries += [
                (f"{at}.affine.weight", layer.affine, np.transpose),
                (f"{at}.affine.bias", layer.bias, None),
                (f"{at}.weight", layer.kernel, None),
                (f"{at}.freqs", layer.frequencies, None),
                (f"{at}.phases", layer.phases, None),
                (f"{at}.transform", layer.transform, None),
            ]
        elif part == "magnitude":
            entries.append((f"{at}.magnitude_ema", layer.weights[0], None))
        elif part == "act":
            entries.append((f"{at}.bias", layer.weights[0], None))
            for name, taps in (("up_filter", layer.up_taps), ("down_filter", layer.down_taps)):
                _check_filter(state, f"{at}.{name}", taps)
        elif part == "affine":
            entries += _dense_entries(layer, f"{at}.affine")
        else:
            entries.append((f"{at}.weight", layer.weights[0], _kernel))
    return network, entries


def progan_generator(state):
    """The PyTorch GAN zoo's ProGAN generator."""
    if "formatLayer.module.weight" not in state:
        return None
    latent_dim = state["formatLayer.module.weight"].shape[1]
    first = len(state["groupScale0.0.module.weight"])
    filters = [first, *_scales(state, 0)]
    size, channels = 4 << (len(filters) - 1), len(state["toRGBLayers.0.module.weight"])
    network = ProGANGenerator((size, size, channels), latent_dim, filters)
    entries = _scaled(state, network.dense, "formatLayer", outputs=first)
    entries += _scaled(state, network.blocks[0][0], "groupScale0.0")
    for i, block in enumerate(network.blocks[1:]):
        entries += [e for j, layer in enumerate(block) for e in _scaled(state, layer, f"scaleLayers.{i}.{j}")]
    for i, layer in enumerate(network.to_image):
        entries += _scaled(state, layer, f"toRGBLayers.{i}", linear=True)
    return network, entries


def progan_discriminator(state):
    """The PyTorch GAN zoo's ProGAN discriminator."""
    if "decisionLayer.module.weight" not in state:
        return None
    first = len(state["groupScaleZero.0.module.weight"])
    filters, image = (
        [first, *_scales(state, 0, inputs=True)],
        state["fromRGBLayers.0.module.weight"].shape[1],
    )
    size = 4 << (len(filters) - 1)
    network = ProGANDiscriminator((size, size, image), filters)
    # Their standard deviation is the unbiased one, of groups of 4.
    entries = _scaled(state, network.blocks[0][0], "groupScaleZero.0", last_input=math.sqrt(4 / 3))
    for i, block in enumerate(network.blocks[1:]):
        entries += [e for j, layer in enumerate(block) for e in _scaled(state, layer, f"scaleLayers.{i}.{j}")]
    for i, layer in enumerate(network.from_image):
        entries += _scaled(state, layer, f"fromRGBLayers.{i}")
    entries += _scaled(state, network.dense, "groupScaleZero.1", inputs=first)
    entries += _scaled(state, network.logits, "decisionLayer", linear=True)
    return network, entries


FAMILIES = (
    stylegan2_generator,
    stylegan2_discriminator,
    stylegan3_generator,
    progan_generator,
    progan_discriminator,
)


# === Sizes ===


def _sizes(state, pattern):
    return sorted(int(match[1]) for match in (re.fullmatch(pattern, name) for name in state) if match)


def _channels(widths):
    """Return the channel_base and channel_max from which these widths follow."""
    largest = max(widths)
    base, most = widths[largest] * largest, max(widths.values())
    if any(width != min(base // size, most) for size, width in widths.items()):
        raise ValueError(f"its channels {widths} do not follow from one base and one maximum")
    return base, most


def _mapping_sizes(state):
    """Return latent_dim, w_dim and layers of a mapping network."""
    count = len(_sizes(state, r"mapping\.fc(\d+)\.weight"))
    w_dim, inputs = (
        len(state[f"mapping.fc{count - 1}.weight"]),
        state["mapping.fc0.weight"].shape[1],
    )
    embedded = len(state["mapping.embed.weight"]) if "mapping.embed.weight" in state else 0
    return inputs - embedded, w_dim, count


def _classes(state):
    return state["mapping.embed.weight"].shape[1] if "mapping.embed.weight" in state else None


def _scales(state, module, inputs=False):
    """Return the channels of the zoo's scales from 8 on."""
    count = len(_sizes(state, rf"scaleLayers\.(\d+)\.{module}\.module\.weight"))
    kernels = [state[f"scaleLayers.{i}.{module}.module.weight"] for i in range(count)]
    return [kernel.shape[1] if inputs else len(kernel) for kernel in kernels]


# === Weights ===


def _weighted(network):
    return [
        layer for layer in network._flatten_layers() if layer.weights and not isinstance(layer, keras.Model)
    ]


def _kernel(array):
    """OIHW -> HWIO."""
    return array.transpose(2, 3, 1, 0)


def _flat(array):
    """Reorder the weights of a dense layer after (channels, 4, 4), for one after (4, 4, channels)."""
    outputs = len(array)
    return array.reshape(outputs, -1, 4, 4).transpose(2, 3, 1, 0).reshape(-1, outputs)


def _dense_entries(layer, at):
    if layer.name == "average":
        return [("mapping.w_avg", layer.average, None)]
    of_kernel = _flat if layer.name == "b4_fc" else np.transpose
    entries = [(f"{at}.weight", layer.kernel, of_kernel)]
    return entries + ([(f"{at}.bias", layer.bias, None)] if layer.use_bias else [])


def _entries_of_stylegan2(network, prefix):
    """Return the entries; our layers have the official names, with _ for a dot."""
    entries = []
    for layer in _weighted(network):
        name = layer.name
        if not re.match(r"b\d", name):
            entries += _dense_entries(layer, f"mapping.{name}")
            continue
        module, _, part = name.rpartition("_")
        at = prefix + (module if part in ("noise", "act", "const") else name).replace("_", ".")
        if part == "const":
            entries.append((f"{at}.const", layer.weights[0], lambda array: array.transpose(1, 2, 0)))
        elif part == "noise":
            entries += [
                (f"{at}.noise_strength", layer.strength, None),
                (f"{at}.noise_const", layer.fixed, None),
            ]
        elif part == "act":
            entries.append((f"{at}.bias", layer.weights[0], None))
        elif len(layer.kernel.shape) == 2:
            entries += _dense_entries(layer, at)
        else:
            entries.append((f"{at}.weight", layer.kernel, _kernel))
            if getattr(layer, "use_bias", False):
                entries.append((f"{at}.bias", layer.bias, None))
    return entries


def _check_filter(state, name, taps):
    """Check the filters: they are designed, not read, and must be the ones that we would design."""
    if name not in state:
        return
    array = state.pop(name)
    same = taps is not None and array.shape == np.shape(taps) and np.allclose(array, taps, atol=1e-6)
    if not same and array.size > 1:
        raise ValueError(f"`{name}` is another filter than that of this configuration")


def _scaled(state, layer, module, linear=False, outputs=None, inputs=None, last_input=1.0):
    """Convert the zoo's scale of weights and biases to ours.

    The zoo scales both by sqrt(2 / inputs). Our layers scale the weights by sqrt(1 / inputs), and both by
    sqrt(2) after a LeakyReLU.

    Args:
        linear: bool, for layers without LeakyReLU.
        outputs, inputs: ints, channels at 4 x 4 after or before a dense layer.
        last_input: factor for the weights of the last input channel.
    """
    at = f"{module}.module"
    scale = math.sqrt(2.0 / np.prod(state[f"{at}.weight"].shape[1:]))

    def kernel(array):
        array = array * (math.sqrt(2.0) if linear else 1.0)
        if array.ndim == 4:
            array = _kernel(array)
            return np.concatenate([array[:, :, :-1], array[:, :, -1:] * last_input], axis=2)
        if outputs:
            return array.reshape(outputs, 4, 4, -1).transpose(3, 1, 2, 0).reshape(array.shape[1], -1)
        return _flat(array) if inputs else array.T

    def bias(array):
        array = array * scale / (1.0 if linear else math.sqrt(2.0))
        return array.reshape(outputs, 4, 4).transpose(1, 2, 0).reshape(-1) if outputs else array

    return [(f"{at}.weight", layer.kernel, kernel), (f"{at}.bias", layer.bias, bias)]
