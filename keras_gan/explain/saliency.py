"""Which pixels a discriminator's, or a classifier's, output depends on."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.conditions.several import rows_of
from keras_gan.explain.activations import as_graph, kept_graph, layer_of, shape_of, through

METHODS = ("gradient", "integrated", "occlusion", "grad_cam")


def saliency(
    gan,
    images,
    method="integrated",
    *,
    target=None,
    labels=None,
    baseline=0.0,
    steps=50,
    window=None,
    stride=None,
    layer=None,
    batch_size=128,
):
    """How much each pixel contributes to a network's output f: a GAN's logits, or an output of a classifier.

    - "gradient": df/dx.
    - "integrated": (x - b) times the mean of df/dx on the straight line from a baseline b to x, by
      Gauss-Legendre quadrature. Its sum over an image is f(x) - f(b).
    - "occlusion": f(x) - f(x with a window of baseline); for each pixel the mean over the windows that cover
      it.
    - "grad_cam": relu(sum_k a_k A_k), with A_k the feature maps of a layer and a_k the mean of df/dA_k over
      positions; resized to the images.

    Args:
        gan: a GAN of images, whose discriminator is explained; or a classifier, a keras.Model.
        images: (n, height, width, channels): uint8, or floats in [-1, 1] (for a classifier: in the range that
            it takes).
        method: as above.
        target: int, which output of a classifier. Default: each image's largest.
        labels: for a GAN with a condition, as `generate` takes them.
        baseline: float, or array of the shape of an image, in the range that the network takes. Default: 0, grey.
        steps: int, points on the line, for "integrated".
        window: int, pixels along each side, for "occlusion". Default: an eighth of the height.
        stride: int, from window to window. Default: half a window.
        layer: name of the layer for "grad_cam". Default: the last one with maps of features.
        batch_size: int, images in a batch.

    A discriminator that compares the images of a batch (`MinibatchStdDev`, `MinibatchDiscrimination`,
    packing) gives maps that depend on the other images of the batch; the sum above then holds only
    approximately.

    Returns:
        float32 array of shape (n, height, width, channels), as the images; for "occlusion" and "grad_cam"
        with one channel. Positive values increase the output.

    Raises:
        ValueError: for invalid arguments.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    >>> keras_gan.explain.saliency(gan, gan.generate(3, seed=0), "gradient").shape
    (3, 16, 16, 1)

    Reference: Simonyan et al., "Deep Inside Convolutional Networks", 2013, https://arxiv.org/abs/1312.6034 ("gradient");
    Sundararajan et al., "Axiomatic Attribution for Deep Networks", 2017, https://arxiv.org/abs/1703.01365; Zeiler & Fergus,
    "Visualizing and Understanding Convolutional Networks", 2013, https://arxiv.org/abs/1311.2901; Selvaraju et al., "Grad-CAM",
    2017, https://arxiv.org/abs/1610.02391
    """
    if method not in METHODS:
        raise ValueError(f"`method` must be one of {', '.join(METHODS)}. Received: method={method!r}")
    for name, value in (("steps", steps), ("batch_size", batch_size)):
        check_int(value, name)
    network = gan.discriminator if hasattr(gan, "discriminate") else gan
    if network is gan and hasattr(gan, "players"):
        raise ValueError(f"A {type(gan).__name__} has no discriminator of images.")
    images = as_inputs(images, network, in_gan=network is not gan)
    if network is not gan:
        gan.modality.check_array(images, "`images`")
    output, target = output_of(gan, network, target, images, batch_size)
    condition = None
    if network is gan and labels is not None:
        raise ValueError("`labels` are for a GAN with a condition; for a classifier give `target`.")
    if network is not gan and (gan.condition is not None or labels is not None):
        if labels is None and isinstance(network.input_shape, list):
            raise ValueError("The discriminator takes images with a condition: give `labels` of the images.")
        condition = gan.labels_of(labels, len(images), 0)
    baseline = np.asarray(baseline, "float32")
    if not np.isfinite(baseline).all() or baseline.shape not in ((), images.shape[1:]):
        raise ValueError(
            f"`baseline` must be a number, or an array of shape {images.shape[1:]}. Received: shape {baseline.shape}"
        )
    baseline = np.broadcast_to(baseline, images.shape[1:])
    if method == "occlusion":
        height, width = images.shape[1:3]
        window = max(1, height // 8) if window is None else check_int(window, "window")
        if window > min(height, width):
            raise ValueError(
                f"`window` is larger than the images, {height} x {width}. Received: window={window}"
            )
        stride = max(1, window // 2) if stride is None else check_int(stride, "stride")
        explained = _occlusion(output, baseline, window, stride)
    elif method == "grad_cam":
        found = layer_of(network, layer, is_map, "the name of a layer with maps of features")
        explained = _grad_cam(output, found)
    elif method == "integrated":
        explained = _integrated(output, baseline, steps)
    else:
        explained = _gradient(output)
    if method in ("gradient", "grad_cam"):
        # A `ProGAN`'s network changes with its stage.
        key = (gan, layer, getattr(network, "stage", None))
        explained = kept_graph(network, method, key, explained, images, condition, target)
    else:
        # These compute far longer than they trace, and occlusion's windows are large.
        explained = as_graph(explained, images, condition, target)
    maps = []
    for start in range(0, len(images), batch_size):
        part = slice(start, start + batch_size)
        beside = None if condition is None else tf.nest.map_structure(tf.constant, rows_of(condition, part))
        maps.append(explained(tf.constant(images[part]), beside, tf.constant(target[part])).numpy())
    return np.concatenate(maps)


def methods_of(network):
    """The methods that can explain a network: Grad-CAM needs a layer with maps of features."""
    maps = [layer for layer in network._flatten_layers(include_self=False) if is_map(shape_of(layer) or ())]
    maps = [layer for layer in maps if not isinstance(layer, keras.layers.InputLayer)]
    return [method for method in METHODS if maps or method != "grad_cam"]


def is_map(shape):
    """Whether an output's shape is that of maps of features with more than one place."""
    return len(shape) == 4 and shape[1] is not None and shape[1] > 1


def as_inputs(images, network, in_gan):
    """Convert images to the network's inputs, float32; raises a ValueError if they do not fit."""
    images = np.asarray(images)
    shape = network.input_shape
    shape = tuple(shape[0] if isinstance(shape, list) else shape)[1:]
    if len(shape) != 3:
        raise ValueError(f"The network takes {shape}, not images.")
    if (
        images.ndim != 4
        or not len(images)
        or any(a not in (b, None) for a, b in zip(shape, images.shape[1:]))
    ):
        raise ValueError(
            f"`images` must have the shape (n, {', '.join(map(str, shape))}). Received: {images.shape}"
        )
    if images.dtype == "uint8":
        return images.astype("float32") / 127.5 - 1.0 if in_gan else images.astype("float32")
    images = images.astype("float32")
    if not np.isfinite(images).all():
        raise ValueError("`images` have NaN or infinite values.")
    if in_gan and np.abs(images).max() > 1.001:
        raise ValueError(
            f"`images` must be uint8, or floats in [-1, 1]. Received: up to {np.abs(images).max():.4g}"
        )
    return images


def output_of(gan, network, target, images, batch_size):
    """The explained value of each image, a function of (images, condition, target), and the targets (n,)."""
    if network is not gan:
        if target is not None:
            raise ValueError(
                "`target` is an output of a classifier; a discriminator's logits are explained as a whole."
            )

        def logits(images, condition, target):
            maps = gan.discriminate(images, condition, training=False)
            maps = maps if isinstance(maps, list) else [maps]
            # For a discriminator of patches the mean of a map, as in the loss.
            return sum(
                tf.reduce_mean(tf.reshape(tf.cast(m, "float32"), (tf.shape(images)[0], -1)), axis=1)
                for m in maps
            )

        return logits, np.zeros(len(images), "int32")
    outputs = network.output_shape
    if isinstance(outputs, list) or len(outputs) != 2:
        raise ValueError(f"A classifier must have one output of shape (n, outputs). Received: {outputs}")
    if target is None:
        largest = network.predict(images, batch_size=batch_size, verbose=0).argmax(axis=1).astype("int32")
    else:
        check_int(target, "target", least=0)
        if target >= outputs[1]:
            raise ValueError(f"`target` must be below {outputs[1]}, the outputs. Received: target={target}")
        largest = np.full(len(images), target, "int32")

    def chosen(images, condition, target):
        return tf.gather(tf.cast(network(images, training=False), "float32"), target, batch_dims=1)

    return chosen, largest


# === The methods: each returns a function of (images, condition, target) ===


def _gradient(output):
    def explained(images, condition, target):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            found = output(images, condition, target)
        return tape.gradient(found, images)

    return explained


def _integrated(output, baseline, steps):
    nodes, weights = (x.astype("float32") for x in np.polynomial.legendre.leggauss(steps))
    gradient = _gradient(output)

    def explained(images, condition, target):
        way, total = images - baseline, tf.zeros_like(images)
        for i in tf.range(steps):
            place = (1.0 + tf.gather(nodes, i)) / 2.0
            total += tf.gather(weights, i) / 2.0 * gradient(baseline + place * way, condition, target)
        return way * total

    return explained


def _occlusion(output, baseline, window, stride):
    def starts(length):
        # The last window ends where the image does.
        return sorted({*range(0, length - window, stride), length - window})

    height, width = baseline.shape[:2]
    windows = np.zeros((len(starts(height)) * len(starts(width)), height, width, 1), "float32")
    for i, (top, left) in enumerate((t, s) for t in starts(height) for s in starts(width)):
        windows[i, top : top + window, left : left + window] = 1.0
    shares = windows / windows.sum(axis=0)

    def explained(images, condition, target):
        before, total = output(images, condition, target), tf.zeros_like(images[..., :1])
        for i in tf.range(len(windows)):
            after = output(images + tf.gather(windows, i) * (baseline - images), condition, target)
            total += (before - after)[:, None, None, None] * tf.gather(shares, i)
        return total

    return explained


def _grad_cam(output, layer):
    def explained(images, condition, target):
        seen = []
        with tf.GradientTape(watch_accessed_variables=False) as tape:

            def watched(features):
                tape.watch(features)
                seen.append(features)
                return features

            with through(layer, watched):
                found = output(images, condition, target)
        features = seen[-1]
        slopes = tape.gradient(found, features)
        if slopes is None:
            raise ValueError(f"The output does not depend on the layer {layer.name}.")
        importance = tf.reduce_mean(slopes, axis=(1, 2), keepdims=True)
        maps = tf.nn.relu(tf.reduce_sum(tf.cast(importance * features, "float32"), axis=-1, keepdims=True))
        return tf.image.resize(maps, images.shape[1:3])

    return explained


# === Images ===


def overlay(images, maps, share=0.5):
    """Overlay images in grey with their maps: red is above zero, blue below.

    Args:
        images: uint8, of shape (n, height, width, channels).
        maps: from `saliency`, with the same n, height and width.
        share: float in [0, 1], opacity of the map.

    Returns:
        uint8 array of shape (n, height, width, 3). Each map is scaled by the 0.99 quantile of its absolute
        values.

    Example:
    >>> keras_gan.explain.overlay(np.full((1, 8, 8, 1), 128, "uint8"), np.ones((1, 8, 8, 1)))[0, 0, 0]
    array([192,  64,  64], dtype=uint8)
    """
    if images.dtype != "uint8" or images.shape[:3] != maps.shape[:3]:
        raise ValueError(
            f"`images` must be uint8 with the maps' n, height and width. Received: {images.dtype} of shape {images.shape}, and maps of "
            f"shape {maps.shape}"
        )
    maps = np.asarray(maps, "float32").sum(axis=-1)
    scale = np.quantile(np.abs(maps), 0.99, axis=(1, 2), keepdims=True)
    maps = np.clip(maps / np.maximum(scale, 1e-12), -1.0, 1.0)[..., None]
    grey = images[..., :3].mean(axis=-1, keepdims=True)
    colour = np.where(maps > 0, [255.0, 0.0, 0.0], [0.0, 0.0, 255.0])
    strength = share * np.abs(maps)
    return np.round((1 - strength) * grey + strength * colour).astype("uint8")
