"""StarGAN's official networks: their state dicts, and our networks for them. A family as in `biggan`."""

from keras_gan.convert.latent import _hwio
from keras_gan.networks.stargan import discriminator, generator


def stargan_generator(state, normalization="instance"):
    """yunjey's StarGAN generator, which normalises by each image's own statistics."""
    first, down = state.get("main.0.weight"), state.get("main.3.weight")
    if first is None or down is None or first.shape[2:] != (7, 7) or down.shape[2:] != (4, 4):
        return None
    blocks = sum(name.endswith(".main.0.weight") for name in state)
    after = 9 + blocks
    channels = len(state[f"main.{after + 6}.weight"])
    options = {"filters": len(first), "residual_blocks": blocks, "normalization": normalization}
    network = generator((None, None, channels), None, first.shape[1] - channels, **options)
    network.name = "stargan"  # it takes images, not latents
    entries = []

    def add(layer, at, norm=None):
        entries.append((f"{at}.weight", network.get_layer(layer).kernel, _hwio))
        if norm is None:
            return
        layer = network.get_layer(f"{layer}_norm")
        entries.extend([(f"{norm}.weight", layer.gamma, None), (f"{norm}.bias", layer.beta, None)])
        if normalization == "batch":
            entries.append((f"{norm}.running_mean", layer.moving_mean, None))
            entries.append((f"{norm}.running_var", layer.moving_variance, None))
        else:  # the official code never uses these
            state.pop(f"{norm}.running_mean", None)
            state.pop(f"{norm}.running_var", None)

    add("first", "main.0", "main.1")
    for i in (1, 2):
        add(f"down_{i}", f"main.{3 * i}", f"main.{3 * i + 1}")
    for i in range(blocks):
        at = f"main.{9 + i}.main"
        add(f"residual_{i}_1", f"{at}.0", f"{at}.1")
        add(f"residual_{i}_2", f"{at}.3", f"{at}.4")
    for i in (1, 2):
        add(f"up_{i}", f"main.{after + 3 * (i - 1)}", f"main.{after + 3 * (i - 1) + 1}")
    add("to_image", f"main.{after + 6}")
    return network, entries


def stargan_discriminator(state):
    """yunjey's StarGAN discriminator."""
    if "conv1.weight" not in state or "conv2.weight" not in state or "main.0.weight" not in state:
        return None
    blocks = sum(name.startswith("main.") and name.endswith(".weight") for name in state)
    domains, first = state["conv2.weight"], state["main.0.weight"]
    side = domains.shape[2] << blocks
    network = discriminator((side, side, first.shape[1]), len(domains), len(first), blocks)
    entries = []
    for i in range(blocks):
        layer = network.get_layer(f"down_{i}")
        entries.append((f"main.{2 * i}.weight", layer.kernel, _hwio))
        entries.append((f"main.{2 * i}.bias", layer.bias, None))
    for layer, at in (("logits", "conv1"), ("domains", "conv2")):
        entries.append((f"{at}.weight", network.get_layer(layer).kernel, _hwio))
    return network, entries


FAMILIES = (stargan_generator, stargan_discriminator)
