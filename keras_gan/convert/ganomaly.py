"""GANomaly's official networks: their state dicts, and our networks for them. A family as in `latent`."""

import re

import keras

from keras_gan.convert import state_dict
from keras_gan.networks.ganomaly import ganomaly


def ganomaly_generator(state):
    """samet-akcay's GANomaly: images -> [reconstructions, latents, latents of the reconstructions]."""
    first = _kernel(state, r"encoder1\.main\.initial-conv-\d+-\d+")
    if first is None or not any(name.startswith("decoder.main.") for name in state):
        return None
    latent_dim = len(_kernel(state, r"encoder1\.main\.final-\d+-1-conv"))
    halvings = sum(
        bool(re.fullmatch(r"encoder1\.main\.pyramid-\d+-\d+-conv\.weight", name)) for name in state
    )
    parts = ganomaly((8 << halvings, 8 << halvings, first.shape[1]), latent_dim, filters=len(first))[:3]
    images = keras.Input(parts[0].input_shape[1:], name="images")
    latents = parts[0](images)
    made = parts[1](latents)
    network = keras.Model(images, [made, latents, parts[2](made)], name="ganomaly")
    entries = []
    for part, module in zip(parts, ("encoder1", "decoder", "encoder2"), strict=True):
        entries += _entries(part, [name for name in state if name.startswith(f"{module}.")])
    return network, entries


def ganomaly_discriminator(state):
    """samet-akcay's GANomaly discriminator."""
    first = state.get("features.0.weight")
    if first is None or first.shape[2:] != (4, 4) or "classifier.0.weight" not in state:
        return None
    halvings = sum(name.startswith("features.") and value.ndim == 4 for name, value in state.items()) - 1
    shape = (8 << halvings, 8 << halvings, first.shape[1])
    network = ganomaly(shape, 1, filters=len(first))[3]
    return network, _entries(network, list(state))


def _kernel(state, pattern):
    """Return the kernel of the module whose name fits, or None."""
    return next((value for name, value in state.items() if re.fullmatch(rf"{pattern}\.weight", name)), None)


def _entries(network, names):
    """Return the entries of a network whose layers are in the order of the modules."""
    return state_dict.chain(network, list(dict.fromkeys(name.rpartition(".")[0] for name in names)))


FAMILIES = (ganomaly_generator, ganomaly_discriminator)
