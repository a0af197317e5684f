"""DF-GAN's official generator: its state dict, and our network for it. A family as in `biggan`."""

import numpy as np

from keras_gan import networks
from keras_gan.convert.latent import _hwio


def dfgan_generator(state):
    """tobran's DF-GAN generator."""
    if "GBlocks.0.c1.weight" not in state or "to_rgb.1.weight" not in state:
        return None
    blocks = sum(name.endswith(".c1.weight") for name in state)
    start, image = state["fc.weight"], state["to_rgb.1.weight"]
    side, latent_dim, filters = 4 << blocks, start.shape[1], image.shape[1]
    joined = state["GBlocks.0.fuse1.affine0.fc_gamma.linear1.weight"].shape[1]
    network = networks.dfgan(
        (side, side, len(image)), joined - latent_dim, latent_dim, filters=filters, discriminator_filters=1
    )[0]

    def pixels_first(array):
        return array.reshape(-1, 16, *array.shape[1:]).swapaxes(0, 1).reshape(array.shape)

    entries = []

    def add(name, layer, kernel, bias=None):
        layer = network.get_layer(layer)
        entries.append((f"{name}.weight", layer.kernel, kernel))
        entries.append((f"{name}.bias", layer.bias, bias))

    add("fc", "start", lambda array: pixels_first(array).T, pixels_first)
    for i in range(blocks):
        for k in (1, 2):
            add(f"GBlocks.{i}.c{k}", f"block_{i}_conv_{k}", _hwio)
            for j in range(2):
                for kind, ours in (("gamma", "gain"), ("beta", "shift")):
                    for n in (1, 2):
                        at = f"GBlocks.{i}.fuse{k}.affine{j}.fc_{kind}.linear{n}"
                        add(at, f"block_{i}_fuse_{k}_{ours}_{j}_{n}", np.transpose)
        if f"GBlocks.{i}.c_sc.weight" in state:
            add(f"GBlocks.{i}.c_sc", f"block_{i}_shortcut", _hwio)
    add("to_rgb.1", "to_image", _hwio)
    return network, entries


FAMILIES = (dfgan_generator,)
