"""What a generator's units represent, and how images change without them."""

import dataclasses

import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int, check_seed
from keras_gan.conditions.several import rows_of
from keras_gan.explain.activations import as_graph, layer_of, shape_of, through


@dataclasses.dataclass(frozen=True)
class Dissection:
    """What `dissect` found.

    Attributes:
        layer: name of the layer.
        concepts: their names.
        iou: (units, concepts), intersection over union of the regions where a unit is high and where the
            concept is.
        thresholds: (units,), above which a unit is high.
        shares: (concepts,), share of the pixels of each concept.
    """

    layer: str
    concepts: list
    iou: np.ndarray
    thresholds: np.ndarray
    shares: np.ndarray

    def ranking(self, concept, count=None):
        """Units by their agreement with a concept, the best first: a list of (unit, iou)."""
        if concept not in self.concepts:
            raise ValueError(f"`concept` must be one of {self.concepts}. Received: {concept!r}")
        column = self.iou[:, self.concepts.index(concept)]
        return [(int(unit), float(column[unit])) for unit in np.argsort(-column, kind="stable")[:count]]


def dissect(
    gan,
    concepts,
    layer=None,
    *,
    samples=256,
    quantile=(0.005, 0.02, 0.05, 0.1, 0.2),
    labels=None,
    seed=0,
    batch_size=32,
):
    """Compare the regions where each unit of a generator's layer is high with those of each concept.

    Args:
        gan: a model that makes images from latents.
        concepts: dict from a name to a function from uint8 images (n, height, width, channels) to booleans
            (n, height, width); or one function that returns a dict from names to such booleans, for example
            by a segmentation model.
        layer: name of a layer of the generator. Default: the one with the most units among the layers with
            the largest maps that are at most half as high as the images.
        samples: int, number of images.
        quantile: float in (0, 1), the share of positions at which a unit is high, as published; or several:
            each unit then uses the one that fits best on half of the samples, and `iou` is measured on the
            other half. Default: 0.005, 0.02, 0.05, 0.1, 0.2.
        labels: as `generate` takes them.
        seed: int, of the latents.
        batch_size: int.

    Returns:
        `Dissection`.

    Raises:
        ValueError: for a concept that returns other shapes or occurs nowhere, and invalid arguments.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    >>> found = keras_gan.explain.dissect(gan, {"bright": lambda images: images[..., 0] > 127}, samples=16)
    >>> len(found.ranking("bright", 3))
    3

    Reference: Bau et al., "GAN Dissection", 2018, https://arxiv.org/abs/1811.10597
    """
    for name, value in (("samples", samples), ("batch_size", batch_size)):
        check_int(value, name)
    quantiles = np.atleast_1d(quantile)
    if quantiles.ndim != 1 or not len(quantiles) or not ((quantiles > 0.0) & (quantiles < 1.0)).all():
        raise ValueError(f"`quantile` must be in (0, 1). Received: {quantile}")
    found = _layer_of(gan, layer)
    images, activations = _run(gan, found, None, samples, labels, seed, batch_size)
    masks = masks_of(concepts, images)
    levels = np.quantile(activations, [1.0 - q for q in quantiles], axis=(0, 1, 2), method="higher")
    # A unit is not high at its minimum, which may be the value at most positions.
    levels[levels <= activations.min(axis=(0, 1, 2))] = np.inf
    stacked = np.stack(list(masks.values()), axis=-1).astype("float32")
    # The best of several thresholds is chosen on one half of the images and evaluated on the other half.
    half = samples // 2 if len(quantiles) > 1 else 0
    chosen = np.zeros(levels.shape[1], int)
    if half:
        tried = [_agreement(activations[:half], stacked[:half], level, batch_size) for level in levels]
        chosen = np.max(tried, axis=2).argmax(axis=0)
    thresholds = np.take_along_axis(levels, chosen[None], axis=0)[0]
    return Dissection(
        found.name,
        list(masks),
        _agreement(activations[half:], stacked[half:], thresholds, batch_size),
        thresholds,
        stacked.mean(axis=(0, 1, 2), dtype="float64"),
    )


def _agreement(activations, masks, thresholds, batch_size):
    """Intersection over union (units, concepts) of masks and of resized units above their thresholds."""
    both, high = np.zeros((len(thresholds), masks.shape[-1])), np.zeros(len(thresholds))
    for start in range(0, len(masks), batch_size):
        part = slice(start, start + batch_size)
        units = tf.image.resize(activations[part], masks.shape[1:3]).numpy() >= thresholds
        units = units.reshape(-1, len(thresholds)).astype("float32")
        both += units.T @ masks[part].reshape(-1, masks.shape[-1])
        high += units.sum(axis=0)
    union = high[:, None] + masks.sum(axis=(0, 1, 2), dtype="float64") - both
    return both / np.maximum(union, 1.0)


def ablate(gan, units, layer=None, where=None, *, n=8, labels=None, seed=0, batch_size=32):
    """Images without some units, whose activations are set to zero.

    Args:
        gan, layer, labels: as in `dissect`.
        units: ints.
        where: as in `insert`.
        n: int, number of images; seed: int, of their latents: `gan.generate(n, seed)` makes the same images
            with the units.
        batch_size: int.

    Returns:
        uint8 array of shape (n, height, width, channels).

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    >>> keras_gan.explain.ablate(gan, [0, 2], n=3).shape
    (3, 16, 16, 1)
    """
    return insert(gan, units, 0.0, layer, where, n=n, labels=labels, seed=seed, batch_size=batch_size)


def insert(gan, units, values, layer=None, where=None, *, n=8, labels=None, seed=0, batch_size=32):
    """Images with some units at given values.

    Args:
        gan, units, layer, n, labels, seed, batch_size: as in `ablate`.
        values: float, or one for each of the units, such as `Dissection.thresholds[units]`.
        where: booleans of shape (height, width) of an image, where the values are set. Default: everywhere.

    Returns:
        uint8 array of shape (n, height, width, channels).

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    >>> keras_gan.explain.insert(gan, [1], 5.0, where=np.eye(16) > 0, n=2).shape
    (2, 16, 16, 1)
    """
    for name, value in (("n", n), ("batch_size", batch_size)):
        check_int(value, name)
    found = _layer_of(gan, layer)
    height, width, count = shape_of(found)[1:]
    units = np.asarray(units)
    if (
        units.ndim != 1
        or units.dtype.kind not in "iu"
        or not len(units)
        or units.min() < 0
        or units.max() >= count
    ):
        raise ValueError(
            f"`units` must be ints from 0 to {count - 1}, of the layer {found.name}. Received: {units}"
        )
    values = np.asarray(values, "float32")
    if values.shape not in ((), units.shape) or not np.isfinite(values).all():
        raise ValueError(f"`values` must be a number, or {len(units)} of them. Received: {values}")
    size = tuple(gan.image_shape[:2])
    place = np.ones(size, bool) if where is None else np.asarray(where, bool)
    if place.shape != size:
        raise ValueError(f"`where` must have the shape {size}. Received: {place.shape}")
    # A position of the layer is included if it covers any selected pixel of the image.
    place = tf.image.resize(place[..., None].astype("float32"), (height, width), "area").numpy() > 0.0
    of_units = np.zeros(count, "float32")
    of_units[units] = values
    taken = place & np.isin(np.arange(count), units)

    def changed(features):
        return tf.where(taken, tf.cast(of_units, features.dtype), features)

    return _run(gan, found, changed, n, labels, seed, batch_size)[0]


def causal_effect(
    gan, units, concept, layer=None, *, values=None, where=None, n=64, labels=None, seed=0, batch_size=32
):
    """Measure how much of a concept images contain with some units and without them.

    Args:
        gan, units, layer, labels, seed, batch_size: as in `ablate`.
        concept: function, as one of `dissect`'s.
        values: as in `insert`; "inserted" is returned only with `values`.
        where: as in `insert`, for both.
        n: int, images.

    Returns:
        dict of shares of pixels: "as_is", "ablated", "inserted", and "effect": "inserted", or else "as_is",
        minus "ablated".

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    >>> sorted(keras_gan.explain.causal_effect(gan, [0], lambda images: images[..., 0] > 127, n=4))
    ['ablated', 'as_is', 'effect']
    """

    def share(images):
        return float(masks_of({"concept": concept}, images, empty=True)["concept"].mean())

    options = {"n": n, "labels": labels, "seed": seed, "batch_size": batch_size}
    found = {"ablated": share(ablate(gan, units, layer, where, **options))}
    found["as_is"] = share(_run(gan, _layer_of(gan, layer), None, n, labels, seed, batch_size)[0])
    if values is not None:
        found["inserted"] = share(insert(gan, units, values, layer, where, **options))
    found["effect"] = found.get("inserted", found["as_is"]) - found["ablated"]
    return found


def masks_of(concepts, images, empty=False):
    """Booleans (n, height, width) of images by concept, as a dict; raises a ValueError if they do not fit."""
    found = concepts(images) if callable(concepts) else {name: has(images) for name, has in concepts.items()}
    masks = {name: np.asarray(mask) for name, mask in found.items()}
    if not masks:
        raise ValueError("`concepts` must have at least one concept.")
    for name, mask in masks.items():
        if mask.shape != images.shape[:3] or mask.dtype != bool:
            raise ValueError(
                f"The concept {name!r} must give booleans of shape {images.shape[:3]}. Received: {mask.dtype} of shape {mask.shape}"
            )
        if not empty and not mask.any():
            raise ValueError(f"The concept {name!r} is in none of {len(images)} images.")
    return masks


def _layer_of(gan, name):
    if not hasattr(gan, "sample_latents"):
        raise ValueError(f"A {type(gan).__name__} makes no images of latents.")
    if len(gan.image_shape) != 3:
        raise ValueError(f"This model makes {gan.image_shape}, not images.")
    height = gan.image_shape[0]

    def fits(shape):
        return len(shape) == 4 and None not in shape[1:] and (name is not None or 1 < shape[1] <= height // 2)

    # Among the largest maps those with the most units: layers that make colours have few.
    what = "the name of a layer with maps of features"
    return layer_of(gan.ema_generator, name, fits, what, prefer=lambda shape: (shape[1], shape[3]))


def _run(gan, layer, change, n, labels, seed, batch_size):
    """Images of n latents, uint8, and the layer's activations, float32, after `change`."""
    check_seed(seed)
    latents, condition = gan.sample_latents(n, seed), gan.labels_of(labels, n, seed)

    def run(latents, condition):
        seen = []

        def watched(features):
            features = features if change is None else change(features)
            seen.append(features)
            return features

        with through(layer, watched):
            images = gan.visible(gan.synthesize(latents, condition))
        return images, tf.cast(seen[-1], "float32")

    run = as_graph(run, latents, condition)
    images, activations = [], []
    for start in range(0, n, batch_size):
        part = slice(start, start + batch_size)
        beside = None if condition is None else tf.nest.map_structure(tf.constant, rows_of(condition, part))
        made, features = run(tf.constant(latents[part]), beside)
        images.append(np.asarray(gan.modality.to_storage(made)))
        activations.append(features.numpy())
    return np.concatenate(images), np.concatenate(activations)
