"""Comparison of how often attributes occur in generated images and in the data."""

import dataclasses

import numpy as np
from scipy import stats

from keras_gan.arguments import check_int


@dataclasses.dataclass(frozen=True)
class Balance:
    """How often one attribute occurs; shares in [0, 1], intervals (low, high).

    Attributes:
        name: of the attribute.
        generated, data: shares.
        generated_interval, data_interval: Wilson's of each.
        difference, difference_interval: of the generated less the data's; Newcombe's.
    """

    name: str
    generated: float
    data: float
    generated_interval: tuple
    data_interval: tuple
    difference: float
    difference_interval: tuple

    @property
    def differs(self):
        """Whether the interval of the difference excludes zero."""
        low, high = self.difference_interval
        return low > 0.0 or high < 0.0


def attribute_balance(
    gan, classifier, data, *, names=None, samples=1000, confidence=0.95, labels=None, seed=0, batch_size=64
):
    """Compare shares of attributes, or classes, in generated images and in the data, by a classifier.

    The classifier's errors shrink differences: with two classes and accuracy e, the measured difference is 2
    e - 1 times the true one.

    Args:
        gan: a model that makes images from latents; or uint8 images.
        classifier: function of uint8 images (n, height, width, channels), or a keras.Model of floats in [-1,
            1]. It returns classes, ints (n,); class probabilities (n, classes) with a sum of 1, of which the
            largest counts; or attribute probabilities (n, attributes), of which those above 1/2 count.
        data: uint8 images, from which samples are drawn; or a `tf.data.Dataset` of shuffled batches with
            images, as from `data.load`, of which the first ones are taken.
        names: of the classes or attributes. Default: their numbers.
        samples: int, maximum number of images from each.
        confidence: float in (0, 1), of the intervals.
        labels, seed, batch_size: as in `generate`.

    Returns:
        list of `Balance`, in the order of names.

    Raises:
        ValueError: for other outputs of the classifier.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    >>> data = np.random.default_rng(0).integers(0, 256, (100, 16, 16, 1), dtype="uint8")
    >>> bright = lambda images: (images.mean(axis=(1, 2, 3)) > 127).astype("int64")
    >>> [row.name for row in keras_gan.explain.attribute_balance(gan, bright, data, names=["dark", "bright"], samples=50)]
    ['dark', 'bright']

    Reference: Newcombe, "Interval Estimation for the Difference Between Independent Proportions", 1998 (method 10)
    """
    for name, value in (("samples", samples), ("batch_size", batch_size)):
        check_int(value, name)
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"`confidence` must be in (0, 1). Received: {confidence}")
    if hasattr(gan, "generate"):
        made = gan.generate(samples, seed, batch_size, labels=labels)
    else:
        made = _images_of(gan, samples, seed, "gan")
    real = _images_of(data, samples, seed, "data")
    found = [_has(classifier, images, batch_size, names) for images in (made, real)]
    width = max(part.shape[1] for part in found)
    found = [np.pad(part, [(0, 0), (0, width - part.shape[1])]) for part in found]
    names = [str(i) for i in range(width)] if names is None else list(names)
    if len(names) != width:
        raise ValueError(f"The classifier has {width} outputs. Received: {len(names)} names")
    return [_balance(name, *(part[:, i] for part in found), confidence) for i, name in enumerate(names)]


def wilson(count, n, confidence=0.95):
    """Wilson's interval of a share: (low, high)."""
    interval = stats.binomtest(int(count), int(n)).proportion_ci(confidence, "wilson")
    return float(interval.low), float(interval.high)


def _balance(name, made, real, confidence):
    intervals = [wilson(has.sum(), len(has), confidence) for has in (made, real)]
    (low, high), (real_low, real_high) = intervals
    p, q = float(made.mean()), float(real.mean())
    difference = p - q
    below = np.sqrt((p - low) ** 2 + (real_high - q) ** 2)
    above = np.sqrt((high - p) ** 2 + (q - real_low) ** 2)
    return Balance(name, p, q, *intervals, difference, (float(difference - below), float(difference + above)))


def _images_of(data, samples, seed, name):
    """Up to `samples` uint8 images of an array or a data set."""
    if hasattr(data, "element_spec") or not hasattr(data, "dtype"):
        parts, count = [], 0
        for batch in data:
            images = np.asarray(
                batch["image"] if isinstance(batch, dict) else batch[0] if isinstance(batch, tuple) else batch
            )
            parts.append(
                images
                if images.dtype == "uint8"
                else np.round(127.5 * images + 127.5).clip(0, 255).astype("uint8")
            )
            count += len(images)
            if count >= samples:
                break
        data = np.concatenate(parts) if parts else np.zeros((0, 1, 1, 1), "uint8")
    data = np.asarray(data)
    if data.dtype != "uint8" or data.ndim != 4 or not len(data):
        raise ValueError(
            f"`{name}` must be uint8 images of shape (n, height, width, channels). Received: {data.dtype} of shape {data.shape}"
        )
    # The images are often sorted by class.
    return (
        data
        if len(data) <= samples
        else data[np.random.default_rng(seed).choice(len(data), samples, replace=False)]
    )


def _has(classifier, images, batch_size, names):
    """Which attributes each image has, booleans (n, attributes)."""
    parts = []
    for start in range(0, len(images), batch_size):
        part = images[start : start + batch_size]
        if hasattr(classifier, "input_shape"):
            given = classifier(part.astype("float32") / 127.5 - 1.0, training=False)
        else:
            given = classifier(part)
        parts.append(np.asarray(given))
    found = np.concatenate(parts)
    if found.shape == (len(images),) and found.dtype.kind in "iub":
        classes = len(names) if names is not None else max(int(found.max()) + 1, 2)
        if found.min() < 0 or found.max() >= classes:
            raise ValueError(f"The classifier gives classes up to {found.max()}. Received: {classes} names")
        return np.eye(classes, dtype=bool)[found.astype("int64")]
    if (
        found.ndim == 2
        and len(found) == len(images)
        and np.isfinite(found).all()
        and found.min() >= 0
        and found.max() <= 1
    ):
        if found.shape[1] > 1 and np.allclose(found.sum(axis=1), 1.0, atol=1e-3):
            return np.eye(found.shape[1], dtype=bool)[found.argmax(axis=1)]
        return found > 0.5
    raise ValueError(
        f"The classifier must give {len(images)} ints, or probabilities of shape ({len(images)}, k). Received: {found.dtype} of shape "
        f"{found.shape}"
    )
