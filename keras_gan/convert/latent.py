"""Official networks from latents to images, without styles: their state dicts, and our networks for them.

Each family is a function from a state dict to (network, entries or names of modules), as in `style` and `translation`.
"""

import re

import keras
import numpy as np
from keras import layers

from keras_gan import networks
from keras_gan.layers import BatchNormalization, LeakyReLU
from keras_gan.networks.blocks import convolution, transposed_convolution


def dcgan_generator(state):
    """The PyTorch examples' DCGAN generator."""
    first = state.get("main.0.weight")
    if first is None or "main.1.running_mean" not in state or first.ndim != 4:
        return None
    places = _kernels(state)
    inputs = x = layers.Input((first.shape[0],), name="latents")
    x = layers.Reshape((1, 1, first.shape[0]))(x)
    x = layers.Conv2DTranspose(first.shape[1], first.shape[2], use_bias=False)(x)
    names = ["main.0"]
    for place in places[1:]:
        # A normalisation and an activation precede each.
        x = layers.ReLU()(BatchNormalization(momentum=0.9, epsilon=1e-5)(x))
        x = transposed_convolution(x, state[f"main.{place}.weight"].shape[1], 4, use_bias=False)
        names += [f"main.{place - 2}", f"main.{place}"]
    outputs = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="generator"), names


def dcgan_discriminator(state):
    """The PyTorch examples' DCGAN discriminator."""
    first = state.get("main.0.weight")
    if first is None or "main.3.running_mean" not in state or first.ndim != 4:
        return None
    places = _kernels(state)
    side = first.shape[2] << (len(places) - 1)
    inputs = x = layers.Input((side, side, first.shape[1]), name="image")
    names = []
    for place in places[:-1]:
        x = convolution(x, len(state[f"main.{place}.weight"]), 4, 2, use_bias=False)
        names.append(f"main.{place}")
        if place:
            x = BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
            names.append(f"main.{place + 1}")
        x = LeakyReLU(0.2)(x)
    x = layers.Conv2D(1, first.shape[2], use_bias=False)(x)
    outputs = layers.Activation("linear", dtype="float32")(layers.Flatten()(x))
    return keras.Model(inputs, outputs, name="discriminator"), [*names, f"main.{places[-1]}"]


def _kernels(state):
    """Return the places of the convolutions in `main`."""
    found = (re.fullmatch(r"main\.(\d+)\.weight", name) for name, value in state.items() if value.ndim == 4)
    return sorted(int(match[1]) for match in found if match)


def r3gan_generator(state):
    """R3GAN's generator."""
    if "MainLayers.0.Layers.0.Basis" not in state:
        return None
    return _r3gan(state, generator=True)


def r3gan_discriminator(state):
    """R3GAN's discriminator."""
    if "ExtractionLayer.Layer.weight" not in state or not any(n.endswith("Basis.weight") for n in state):
        return None
    return _r3gan(state, generator=False)


def _r3gan(state, generator):
    pattern = r"MainLayers\.(\d+)\.Layers\.(\d+)\.LinearLayer2\.Layer\.weight"
    found = [tuple(map(int, match.groups())) for name in state if (match := re.fullmatch(pattern, name))]
    stages = 1 + max(stage for stage, _ in found)
    # The discriminator's stages go from large images to small ones, and each ends in its transition.
    order = range(stages) if generator else range(stages - 1, -1, -1)
    blocks = [[block for stage, block in sorted(found) if stage == place] for place in order]
    inner = [state[f"MainLayers.{p}.Layers.{b[0]}.LinearLayer2.Layer.weight"] for p, b in zip(order, blocks)]
    widths = [
        len(state[f"MainLayers.{p}.Layers.{b[0]}.LinearLayer3.Layer.weight"]) for p, b in zip(order, blocks)
    ]
    last = f"MainLayers.{order[0]}.Layers.{0 if generator else len(blocks[0])}"
    basis = state[f"{last}.Basis" if generator else f"{last}.Basis.weight"]
    linear = state[f"{last}.LinearLayer.weight"]
    image = state["AggregationLayer.Layer.weight" if generator else "ExtractionLayer.Layer.weight"]
    embedding = state.get("EmbeddingLayer.weight")
    embedded = 0 if embedding is None else len(embedding)
    side = basis.shape[-1] << (stages - 1)
    pair = networks.r3gan(
        (side, side, image.shape[0] if generator else image.shape[1]),
        linear.shape[1] - embedded if generator else 1,
        widths=widths,
        cardinalities=[len(kernel) // kernel.shape[1] for kernel in inner],
        blocks=list(map(len, blocks)),
        expansion=len(inner[0]) // widths[0],
        kernel_size=inner[0].shape[-1],
        num_classes=None if embedding is None else embedding.shape[1],
        embedding_dim=embedded or None,
    )
    network = pair[0 if generator else 1]

    def of(layer, *entries):
        variables = network.get_layer(layer).weights
        return [
            (name, variable, arrange) for (name, arrange), variable in zip(entries, variables, strict=True)
        ]

    entries = []
    for stage, (place, places) in enumerate(zip(order, blocks, strict=True)):
        path = f"MainLayers.{place}.Layers"
        for i, block in enumerate(places):
            at, name = f"{path}.{block}", f"stage_{stage}_block_{i}"
            for j, part in ((1, "in"), (2, "grouped")):
                layer = (f"{at}.LinearLayer{j}.Layer.weight", _hwio), (f"{at}.NonLinearity{j}.Bias", None)
                entries += of(f"{name}_{part}", *layer)
            entries += of(f"{name}_out", (f"{at}.LinearLayer3.Layer.weight", _hwio))
        at = f"{path}.{0 if generator else len(places)}"
        if stage == 0:
            entries += of("stage_0_linear", (f"{at}.LinearLayer.weight", np.transpose))
            turned = (f"{at}.Basis", _hwc) if generator else (f"{at}.Basis.weight", _depthwise)
            entries += of("stage_0_basis", turned)
        else:
            entries += of(f"stage_{stage}_linear", (f"{at}.LinearLayer.Layer.weight", _hwio))
            kernel = state.pop(f"{at}.Resampler.Kernel", None)
            if kernel is not None and not np.allclose(
                kernel, np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64, rtol=1e-5
            ):
                raise ValueError(f"`{at}.Resampler.Kernel` is another filter than [1, 2, 1]")
    ends = ("to_image", "AggregationLayer") if generator else ("from_image", "ExtractionLayer")
    entries += of(ends[0], (f"{ends[1]}.Layer.weight", _hwio))
    if embedding is not None:
        entries += of("label_embedding", ("EmbeddingLayer.weight", np.transpose))
    return network, entries


def _hwio(array):
    return array.transpose(2, 3, 1, 0)


def _hwc(array):
    return array.transpose(1, 2, 0)


def _depthwise(array):
    return array.transpose(2, 3, 0, 1)


FAMILIES = (dcgan_generator, dcgan_discriminator, r3gan_generator, r3gan_discriminator)
