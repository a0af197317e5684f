"""BigGAN: state dicts of the official code and of Hugging Face's port, and our networks for them.

Each family is a function from a state dict to (network, entries), as in `style`.
"""

import re

import numpy as np

from keras_gan import networks
from keras_gan.convert.latent import _hwio
from keras_gan.networks.biggan import DOWN, UP, Parts, deep_generator

BLOCKS = r"blocks\.(\d+)\.0\.conv1\.weight"


def biggan_generator(state):
    """ajbrock's BigGAN generator."""
    if "output_layer.0.stored_mean" not in state or "blocks.0.0.conv4.weight" in state:
        return None
    blocks = _count(state, BLOCKS)
    side = _side(UP, blocks, 1)
    attended = [i for i in range(blocks) if f"blocks.{i}.1.gamma" in state]
    linear, gain = state["linear.weight"], state["blocks.0.0.bn1.gain.weight"]
    shared = state.get("shared.weight")
    hierarchical = shared is not None and gain.shape[1] > shared.shape[1]
    network = networks.biggan(
        (side, side, len(state["output_layer.2.weight"])),
        len(gain if shared is None else shared),
        linear.shape[1] * (blocks + 1 if hierarchical else 1),
        filters=_filters(len(linear) // 16, UP[side][0]),
        discriminator_filters=8,
        shared_dim=None if shared is None else shared.shape[1],
        hierarchical=hierarchical,
        attention=8 << attended[0] if attended else None,
    )[0]
    return network, _generator(_Entries(network, state), blocks, 2, shared is not None)


def biggan_deep_generator(state):
    """ajbrock's BigGAN-deep generator."""
    if "output_layer.0.stored_mean" not in state or "blocks.0.0.conv4.weight" not in state:
        return None
    plan = _deep_plan(
        len(state["linear.weight"]) // 16,
        [len(state[f"blocks.{i}.0.conv4.weight"]) for i in range(_count(state, BLOCKS))],
        lambda i: f"blocks.{i}.1.gamma" in state,
    )
    linear, shared, image = state["linear.weight"], state["shared.weight"], state["output_layer.2.weight"]
    network = deep_generator(
        Parts(True, 1e-5),
        len(linear) // 16,
        plan,
        len(image),
        len(shared),
        linear.shape[1] - shared.shape[1],
        shared.shape[1],
    )
    return network, _generator(_Entries(network, state), len(plan), 4, True)


def biggan_discriminator(state):
    """ajbrock's BigGAN discriminator."""
    if "embed.weight" not in state or "blocks.0.0.conv1.weight" not in state or "input_conv.weight" in state:
        return None
    blocks = _count(state, BLOCKS)
    side = _side(DOWN, blocks, 0)
    attended = [i for i in range(blocks) if f"blocks.{i}.1.gamma" in state]
    classes, features = state["embed.weight"].shape
    network = networks.biggan(
        (side, side, state["blocks.0.0.conv1.weight"].shape[1]),
        classes,
        filters=8,
        discriminator_filters=_filters(features, DOWN[side][-1]),
        attention=_attended_down(side, attended),
    )[1]
    entries = _Entries(network, state)
    for i in range(blocks):
        entries.block(f"blocks.{i}.0", f"block_{i}", 2)
        entries.attention(f"blocks.{i}.1", f"block_{i}")
    return network, entries.logit()


def biggan_deep_discriminator(state):
    """ajbrock's BigGAN-deep discriminator."""
    if "embed.weight" not in state or "input_conv.weight" not in state:
        return None
    blocks = _count(state, BLOCKS)
    depth = _count(state, r"blocks\.0\.(\d+)\.conv1\.weight")
    side = _side(DOWN, blocks, 1)
    attended = [i for i in range(blocks) if f"blocks.{i}.{depth}.gamma" in state]
    classes, features = state["embed.weight"].shape
    network = networks.biggan_deep(
        (side, side, state["input_conv.weight"].shape[1]),
        classes,
        filters=8,
        discriminator_filters=_filters(features, DOWN[side][-1]),
        depth=depth,
        attention=_attended_down(side, attended),
    )[1]
    entries = _Entries(network, state)
    entries.convolution("input_conv", "input")
    for i in range(blocks):
        for j in range(depth):
            entries.block(f"blocks.{i}.{j}", f"block_{i * depth + j}", 4)
        entries.attention(f"blocks.{i}.{depth}", f"block_{i * depth + depth - 1}")
    return network, entries.logit()


def huggingface_generator(state):
    """Hugging Face's port of DeepMind's BigGAN-deep."""
    if "generator.gen_z.weight_orig" not in state:
        return None
    _fold_spectral_norms(state)
    means = state["generator.bn.running_means"]
    place = state.truncation * (len(means) - 1)
    row = round(place)
    if not 0 <= row < len(means) or abs(place - row) > 1e-6:
        raise ValueError(
            f"it has statistics for truncations that are multiples of {1 / (len(means) - 1):g} up to 1. Received: "
            f"truncation={state.truncation:g}"
        )
    pattern = r"generator\.layers\.(\d+)\.conv_0\.weight"
    places = sorted(int(match[1]) for name in state if (match := re.fullmatch(pattern, name)))
    attended = [i for i in range(len(places) + 1) if f"generator.layers.{i}.gamma" in state]
    embedding, linear = state["embeddings.weight"], state["generator.gen_z.weight"]
    latent_dim = linear.shape[1] - len(embedding)
    plan = _deep_plan(
        len(linear) // 16,
        [len(state[f"generator.layers.{n}.conv_3.weight"]) for n in places],
        lambda i: places[i] + 1 in attended,
    )
    network = deep_generator(
        Parts(False, 1e-4), len(linear) // 16, plan, 3, embedding.shape[1], latent_dim, len(embedding)
    )

    def beside(array):
        # In that code, latents come before the class.
        return np.concatenate([array.T[latent_dim:], array.T[:latent_dim]])

    entries = _Entries(network, state)
    entries.add("embeddings.weight", network.get_layer("shared").embeddings, np.transpose)
    entries.linear("generator.gen_z", "linear", beside)
    for k, n in enumerate(places):
        block, at = f"block_{k}", f"generator.layers.{n}"
        for j in range(4):
            norm = network.get_layer(f"{block}_norm_{j + 1}")
            entries.statistics(f"{at}.bn_{j}", norm.normalization, "running_means", "running_vars", row)
            entries.add(f"{at}.bn_{j}.scale.weight", norm.gain.kernel, beside)
            entries.add(f"{at}.bn_{j}.offset.weight", norm.shift.kernel, beside)
            entries.convolution(f"{at}.conv_{j}", f"{block}_conv_{j + 1}")
        parts = ("snconv1x1_theta", "snconv1x1_phi", "snconv1x1_g", "snconv1x1_o_conv")
        entries.attention(f"generator.layers.{n + 1}", block, parts)
    last = network.get_layer("last_norm")
    entries.add("generator.bn.weight", last.gamma)
    entries.add("generator.bn.bias", last.beta)
    entries.statistics("generator.bn", last, "running_means", "running_vars", row)
    rgb = network.get_layer("to_image")
    entries.add("generator.conv_to_rgb.weight", rgb.kernel, lambda array: _hwio(array[:3]))
    entries.add("generator.conv_to_rgb.bias", rgb.bias, lambda array: array[:3])
    return network, entries.found


# === Entries ===


class _Entries:
    """Collects (name, variable, function of the array) for layers, which are given by their names here."""

    def __init__(self, network, state):
        self.network, self.state, self.found = network, state, []
        for name in [name for name in state if name.endswith(".sv0")]:
            del state[name]  # singular values, which are not needed

    def add(self, name, variable, arrange=None):
        self.found.append((name, variable, arrange))

    def _weights(self, name, layer, kernel, order=None):
        """Add a layer's weights, also inside a `SpectralNormalization`; `order` arranges its outputs."""
        inner = getattr(layer, "layer", layer)
        self.add(f"{name}.weight", inner.kernel, kernel)
        if inner.bias is not None:
            self.add(f"{name}.bias", inner.bias, order)
        if inner is not layer:
            self.add(
                f"{name}.u0", layer.u, lambda array: (order or (lambda x: x))(array.reshape(array.shape[-1]))
            )

    def convolution(self, name, layer):
        self._weights(name, self.network.get_layer(layer), _hwio)

    def linear(self, name, layer, kernel=np.transpose, order=None):
        self._weights(name, self.network.get_layer(layer), kernel, order)

    def statistics(self, name, layer, mean="stored_mean", variance="stored_var", row=None):
        def of(array):
            return array if row is None else array[row]

        self.add(f"{name}.{mean}", layer.moving_mean, of)
        self.add(f"{name}.{variance}", layer.moving_variance, of)

    def normalization(self, name, layer):
        layer = self.network.get_layer(layer)
        self.statistics(name, layer.normalization)
        if hasattr(layer, "gain"):
            self._weights(f"{name}.gain", layer.gain, np.transpose)
            self._weights(f"{name}.bias", layer.shift, np.transpose)
        else:
            self.add(f"{name}.gain.weight", layer.gamma, lambda array: 1.0 + array)
            self.add(f"{name}.bias.weight", layer.beta)

    def block(self, name, layer, convolutions, normalized=False):
        for k in range(1, convolutions + 1):
            if normalized:
                self.normalization(f"{name}.bn{k}", f"{layer}_norm_{k}")
            self.convolution(f"{name}.conv{k}", f"{layer}_conv_{k}")
        if any(each.name == f"{layer}_shortcut" for each in self.network.layers):
            self.convolution(f"{name}.conv_sc", f"{layer}_shortcut")
        else:
            # The official code creates it for each first block, and uses it where the width changes.
            for left in ("weight", "bias", "u0"):
                self.state.pop(f"{name}.conv_sc.{left}", None)

    def attention(self, name, block, parts=("theta", "phi", "g", "o")):
        if f"{name}.gamma" not in self.state:
            return
        layer = self.network.get_layer(f"{block}_attention")
        self.add(f"{name}.gamma", layer.gamma, lambda array: array.reshape(()))
        for part, projection in zip(
            parts, (layer.query, layer.key, layer.content, layer.output_projection), strict=True
        ):
            self._weights(f"{name}.{part}", projection, _hwio)

    def logit(self):
        """Add the discriminator's last entries, and return all entries."""
        self.linear("linear", "logit")
        embedding = self.network.get_layer("label_projection")
        self.add("embed.weight", embedding.layer.embeddings)
        self.add("embed.u0", embedding.u, np.ravel)
        return self.found


def _generator(entries, blocks, convolutions, shared):
    """Return the entries of an official generator from its numbers of blocks and of convolutions in each."""
    network = entries.network
    if shared:
        entries.add("shared.weight", network.get_layer("shared").embeddings)

    def order(array):
        """Reorder from (channels, pixels), the official order, to (pixels, channels)."""
        return array.reshape(-1, 16, *array.shape[1:]).swapaxes(0, 1).reshape(array.shape)

    entries.linear("linear", "linear", lambda array: order(array).T, order)
    for i in range(blocks):
        entries.block(f"blocks.{i}.0", f"block_{i}", convolutions, normalized=True)
        entries.attention(f"blocks.{i}.1", f"block_{i}")
    last = network.get_layer("last_norm")
    entries.add("output_layer.0.gain", last.gamma)
    entries.add("output_layer.0.bias", last.beta)
    entries.statistics("output_layer.0", last)
    entries.convolution("output_layer.2", "to_image")
    return entries.found


# === Sizes ===


def _count(state, pattern):
    return 1 + max(int(match[1]) for name in state if (match := re.fullmatch(pattern, name)))


def _side(widths, blocks, more):
    """Return the side of images of networks with that many blocks, and that many more widths."""
    for side, found in widths.items():
        if len(found) == blocks + more:
            return side
    raise ValueError(f"it has {blocks} blocks, which fits no size of {list(widths)} pixels")


def _deep_plan(start, widths, attends):
    """Return the plan of a `deep_generator` from its blocks' widths, which do not show the doublings.

    The size doubles where the width falls, and else at every other block.
    """
    stages = next((len(found) - 1 for found in UP.values() if len(set(found)) == 1), 0)
    if set(widths) == {start}:  # 32 pixels, whatever the depth
        depth, left = divmod(len(widths), stages)
        if left:
            raise ValueError(f"its {len(widths)} blocks of one width fit no size")
        return [(width, i % depth == depth - 1, attends(i)) for i, width in enumerate(widths)]
    plan, before, rose = [], start, True
    for i, width in enumerate(widths):
        rose = width < before or not rose
        plan.append((width, rose, attends(i)))
        before = width
    if 4 << sum(rose for _, rose, _ in plan) not in UP:
        raise ValueError(f"blocks of the widths {widths} fit no size of {list(UP)} pixels")
    return plan


def _attended_down(side, attended):
    return (side >> min(attended[0] + 1, 2 if side == 32 else 99)) if attended else None


def _filters(width, factor):
    if width % factor:
        raise ValueError(f"its width {width} is no multiple of {factor}")
    return width // factor


def _fold_spectral_norms(state):
    """Divide each weight by the singular value of its stored vectors, as PyTorch does at each use."""
    for name in [name for name in state if name.endswith(".weight_orig")]:
        path = name.removesuffix("_orig")
        weight, u, v = state.pop(name), state.pop(f"{path}_u"), state.pop(f"{path}_v")
        sigma = u.astype("float64") @ weight.reshape(len(weight), -1).astype("float64") @ v
        state[path] = (weight / sigma).astype("float32")


FAMILIES = (
    biggan_generator,
    biggan_deep_generator,
    biggan_discriminator,
    biggan_deep_discriminator,
    huggingface_generator,
)
