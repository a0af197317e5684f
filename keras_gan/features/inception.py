"""The Inception network of 2015, on whose features the FID is defined."""

import keras
from keras import layers

from keras_gan import torch_file

WEIGHTS = "pt_inception-2015-12-05-6726825d.pth"
ORIGIN = f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{WEIGHTS}"


def inception(weights=None):
    """Inception v3 of TensorFlow's 2015 graph, which the FID uses.

    It differs from `keras.applications.InceptionV3` in its weights, its 1,008 classes, and in the
    last block's pooling.

    Args:
        weights: path of `pt_inception-2015-12-05-6726825d.pth`; None downloads it (91 MB, once);
            "random" keeps the random initial weights.

    Returns:
        keras.Model from images of shape (batch, 299, 299, 3) in [-1, 1] to two outputs: features
        (batch, 2048) and class logits without bias (batch, 1008).

    Raises:
        ValueError: if the names or shapes in the file are not those of this network.

    Example:
    >>> network = keras_gan.features.inception("random")
    >>> [output.shape for output in network.outputs]
    [(None, 2048), (None, 1008)]

    Reference: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2015,
    https://arxiv.org/abs/1512.00567; weights of https://github.com/mseitzer/pytorch-fid
    """
    network = _network()
    if weights != "random":
        path = weights or _download()
        _set_weights(network, torch_file.read(path), path)
    return network


def _download():
    try:
        return keras.utils.get_file(WEIGHTS, ORIGIN, cache_subdir="keras_gan")
    except Exception as error:
        raise OSError(
            f"The weights of the FID Inception cannot be downloaded ({error}). Fetch {ORIGIN} elsewhere and "
            "pass its path: Extractor('inception', weights=PATH), on the command line --weights PATH. "
            "Offline: a classifier trained on your classes, `train_extractor(dataset)`, --extractor trained; "
            "or a network of your own, Extractor('network.keras'), --extractor network.keras."
        ) from error


def _network():
    inputs = layers.Input((299, 299, 3))
    x = _conv(inputs, "Conv2d_1a_3x3", 32, 3, strides=2, padding="valid")
    x = _conv(x, "Conv2d_2a_3x3", 32, 3, padding="valid")
    x = _conv(x, "Conv2d_2b_3x3", 64, 3)
    x = layers.MaxPooling2D(3, 2)(x)
    x = _conv(x, "Conv2d_3b_1x1", 80, 1)
    x = _conv(x, "Conv2d_4a_3x3", 192, 3, padding="valid")
    x = layers.MaxPooling2D(3, 2)(x)
    for letter, pooled in zip("bcd", (32, 64, 64), strict=True):
        x = _block_a(x, f"Mixed_5{letter}", pooled)
    x = _block_b(x, "Mixed_6a")
    for letter, width in zip("bcde", (128, 160, 160, 192), strict=True):
        x = _block_c(x, f"Mixed_6{letter}", width)
    x = _block_d(x, "Mixed_7a")
    x = _block_e(x, "Mixed_7b", layers.AveragePooling2D(3, 1, padding="same"))
    # The 2015 graph uses max pooling here, and so does every published FID.
    x = _block_e(x, "Mixed_7c", layers.MaxPooling2D(3, 1, padding="same"))
    features = layers.GlobalAveragePooling2D()(x)
    # The inception score uses logits without bias.
    logits = layers.Dense(1008, use_bias=False, name="fc")(features)
    return keras.Model(inputs, [features, logits], name="fid_inception")


def _conv(x, name, filters, size, strides=1, padding="same"):
    x = layers.Conv2D(filters, size, strides, padding, use_bias=False, name=f"{name}.conv")(x)
    x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}.bn")(x)
    return layers.ReLU()(x)


def _chain(x, name, *steps):
    """A sequence of convolutions, each (name of the branch, filters, size)."""
    for branch, filters, size in steps:
        x = _conv(x, f"{name}.{branch}", filters, size)
    return x


def _block_a(x, name, pooled):
    average = layers.AveragePooling2D(3, 1, padding="same")(x)
    branches = [
        _chain(x, name, ("branch1x1", 64, 1)),
        _chain(x, name, ("branch5x5_1", 48, 1), ("branch5x5_2", 64, 5)),
        _chain(x, name, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3), ("branch3x3dbl_3", 96, 3)),
        _chain(average, name, ("branch_pool", pooled, 1)),
    ]
    return layers.Concatenate()(branches)


def _block_b(x, name):
    double = _chain(x, name, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3))
    branches = [
        _conv(x, f"{name}.branch3x3", 384, 3, strides=2, padding="valid"),
        _conv(double, f"{name}.branch3x3dbl_3", 96, 3, strides=2, padding="valid"),
        layers.MaxPooling2D(3, 2)(x),
    ]
    return layers.Concatenate()(branches)


def _block_c(x, name, width):
    average = layers.AveragePooling2D(3, 1, padding="same")(x)
    wide, high = (1, 7), (7, 1)
    branches = [
        _chain(x, name, ("branch1x1", 192, 1)),
        _chain(x, name, ("branch7x7_1", width, 1), ("branch7x7_2", width, wide), ("branch7x7_3", 192, high)),
        _chain(
            x,
            name,
            ("branch7x7dbl_1", width, 1),
            ("branch7x7dbl_2", width, high),
            ("branch7x7dbl_3", width, wide),
            ("branch7x7dbl_4", width, high),
            ("branch7x7dbl_5", 192, wide),
        ),
        _chain(average, name, ("branch_pool", 192, 1)),
    ]
    return layers.Concatenate()(branches)


def _block_d(x, name):
    first = _chain(x, name, ("branch3x3_1", 192, 1))
    second = _chain(
        x, name, ("branch7x7x3_1", 192, 1), ("branch7x7x3_2", 192, (1, 7)), ("branch7x7x3_3", 192, (7, 1))
    )
    branches = [
        _conv(first, f"{name}.branch3x3_2", 320, 3, strides=2, padding="valid"),
        _conv(second, f"{name}.branch7x7x3_4", 192, 3, strides=2, padding="valid"),
        layers.MaxPooling2D(3, 2)(x),
    ]
    return layers.Concatenate()(branches)


def _block_e(x, name, pooling):
    single = _chain(x, name, ("branch3x3_1", 384, 1))
    double = _chain(x, name, ("branch3x3dbl_1", 448, 1), ("branch3x3dbl_2", 384, 3))
    branches = [
        _chain(x, name, ("branch1x1", 320, 1)),
        _conv(single, f"{name}.branch3x3_2a", 384, (1, 3)),
        _conv(single, f"{name}.branch3x3_2b", 384, (3, 1)),
        _conv(double, f"{name}.branch3x3dbl_3a", 384, (1, 3)),
        _conv(double, f"{name}.branch3x3dbl_3b", 384, (3, 1)),
        _chain(pooling(x), name, ("branch_pool", 192, 1)),
    ]
    return layers.Concatenate()(branches)


def _set_weights(network, state, path):
    """Load a PyTorch state dict into the network by names; all names and shapes must match."""
    left = {name for name in state if not name.endswith("num_batches_tracked")} - {"fc.bias"}
    for layer in network.layers:
        kind = ["weight"] if isinstance(layer, (layers.Conv2D, layers.Dense)) else None
        if isinstance(layer, layers.BatchNormalization):
            kind = ["weight", "bias", "running_mean", "running_var"]
        if kind is None:
            continue
        names = [f"{layer.name}.{part}" for part in kind]
        missing = [name for name in names if name not in state]
        if missing:
            raise ValueError(f"{path} is not the FID Inception's weights: it has no {missing[0]!r}.")
        values = [state[name].transpose(*_AXES[state[name].ndim]) for name in names]
        for name, value, weight in zip(names, values, layer.weights, strict=True):
            if value.shape != tuple(weight.shape):
                raise ValueError(
                    f"{path} is not the FID Inception's weights: {name!r} has shape {state[name].shape}, "
                    f"as Keras' {value.shape}, and the network takes {tuple(weight.shape)}."
                )
        layer.set_weights(values)
        left -= set(names)
    if left:
        raise ValueError(f"{path} is not the FID Inception's weights: it has {sorted(left)[0]!r} too.")


# Transpositions from PyTorch's axes to Keras': (out, in, height, width) -> (height, width, in, out).
_AXES = {1: (0,), 2: (1, 0), 4: (2, 3, 1, 0)}
