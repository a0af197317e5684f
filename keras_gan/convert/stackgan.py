"""StackGAN's official generators: their state dicts, and our networks for them. A family as in `biggan`."""

import numpy as np

from keras_gan import networks
from keras_gan.convert.latent import _hwio


def stackgan_generator(state):
    """hanzhanggit's StackGAN generator of either stage."""
    if "ca_net.fc.weight" not in state or "img.0.weight" not in state:
        return None
    if "STAGE1_G.fc.0.weight" not in state:
        network = _first(state, "")
        return network, _first_entries(network, "")
    first = _first(state, "STAGE1_G.")
    text, joined = state["ca_net.fc.weight"].shape[1], state["hr_joint.0.weight"]
    side = 4 * first.output_shape[1]
    network = networks.stackgan(
        (side, side, len(state["img.0.weight"])),
        text,
        embedding_dim=joined.shape[1] - len(joined),
        filters=len(state["encoder.0.weight"]),
        discriminator_filters=1,
        residual_blocks=sum(name.endswith(".block.0.weight") for name in state),
        stage_1=first,
    )[0]
    entries = [*_first_entries(network.get_layer("stage_1"), "STAGE1_G."), *_conditioning(network, "ca_net")]
    entries += _kernel(network, "encode_0", "encoder.0")
    for ours, theirs in (("encode_1", "encoder.2"), ("encode_2", "encoder.5"), ("joint", "hr_joint.0")):
        entries += _normalized(network, ours, theirs)
    for i in range(sum(name.endswith(".block.0.weight") for name in state)):
        for j, place in enumerate((0, 3)):
            entries += _normalized(network, f"residual_{i}_{j}", f"residual.{i}.block.{place}")
    for i in range(4):
        entries += _normalized(network, f"up_{i}", f"upsample{i + 1}.1")
    return network, [*entries, *_kernel(network, "to_image", "img.0")]


def _first(state, at):
    """Return stage I in the sizes of a state dict."""
    start, text = state[f"{at}fc.0.weight"], state[f"{at}ca_net.fc.weight"]
    doublings = sum(f"{at}upsample{i}.1.weight" in state for i in range(1, 9))
    embedded, side = len(text) // 2, 4 << doublings
    return networks.stackgan(
        (side, side, len(state[f"{at}img.0.weight"])),
        text.shape[1],
        start.shape[1] - embedded,
        embedding_dim=embedded,
        filters=len(start) // 16 >> (doublings - 1),
        discriminator_filters=1,
    )[0]


def _first_entries(network, at):
    entries = [*_conditioning(network, f"{at}ca_net"), *_start(network, f"{at}fc", 1)]
    for i in range(network.output_shape[1].bit_length() - 3):
        entries += _normalized(network, f"up_{i}", f"{at}upsample{i + 1}.1")
    return entries + _kernel(network, "to_image", f"{at}img.0")


def stackgan2_generator(state):
    """hanzhanggit's StackGAN-v2 generator."""
    if "h_net1.fc.0.weight" not in state or "img_net1.img.0.weight" not in state:
        return None
    branches = sum(name.endswith(".img.0.weight") for name in state)
    doublings = sum(f"h_net1.upsample{i}.1.weight" in state for i in range(1, 9))
    start, text = state["h_net1.fc.0.weight"], state.get("ca_net.fc.weight")
    embedded = 0 if text is None else len(text) // 4
    side = 4 << (doublings + branches - 1)
    blocks = sum(name.startswith("h_net2.") and name.endswith(".block.0.weight") for name in state)
    network = networks.stackgan2(
        (side, side, len(state["img_net1.img.0.weight"])),
        None if text is None else text.shape[1],
        start.shape[1] - embedded,
        branches=branches,
        embedding_dim=embedded or 1,
        filters=len(start) // 32 >> doublings,
        discriminator_filters=1,
        residual_blocks=max(blocks, 1),
    )[0]
    entries = [] if text is None else _conditioning(network, "ca_net")
    entries += _start(network, "h_net1.fc", 2)
    for i in range(doublings):
        entries += _normalized(network, f"up_{i}", f"h_net1.upsample{i + 1}.1")
    for branch in range(branches):
        side = 4 << (doublings + branch)
        entries += _kernel(network, f"{side}_to_image", f"img_net{branch + 1}.img.0")
        if not branch:
            continue
        at = f"h_net{branch + 1}"
        entries += _normalized(network, f"{side}_joint", f"{at}.jointConv.0")
        for i in range(blocks):
            for j, place in enumerate((0, 3)):
                entries += _normalized(
                    network, f"{side}_residual_{i}_{j}", f"{at}.residual.{i}.block.{place}"
                )
        entries += _normalized(network, f"{side}_up", f"{at}.upsample.1")
    return network, entries


def _conditioning(network, at):
    layer = network.get_layer("conditioning")
    return [(f"{at}.fc.weight", layer.kernel, np.transpose), (f"{at}.fc.bias", layer.bias, None)]


def _start(network, at, gates):
    """Return the entries of the first dense layer and its norm: channel first; gates in two halves."""

    def places_first(array):
        parts = array.reshape(gates, -1, 16, *array.shape[1:])
        return parts.swapaxes(1, 2).reshape(array.shape)

    kernel = network.get_layer("start").kernel
    entries = [(f"{at}.0.weight", kernel, lambda array: places_first(array).T)]
    return entries + _norm(network, "start_norm", f"{at}.1", places_first)


def _normalized(network, layer, at):
    """Return the entries of a convolution and its normalisation, which is the next official module."""
    before, _, place = at.rpartition(".")
    return [
        *_kernel(network, layer, at),
        *_norm(network, f"{layer}_norm", f"{before}.{int(place) + 1}"),
    ]


def _kernel(network, layer, at):
    return [(f"{at}.weight", network.get_layer(layer).kernel, _hwio)]


def _norm(network, layer, at, arrange=None):
    layer = network.get_layer(layer)
    names = {
        "weight": layer.gamma,
        "bias": layer.beta,
        "running_mean": layer.moving_mean,
        "running_var": layer.moving_variance,
    }
    return [(f"{at}.{name}", variable, arrange) for name, variable in names.items()]


FAMILIES = (stackgan_generator, stackgan2_generator)
