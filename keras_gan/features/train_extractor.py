"""A small classifier as an extractor, for domains without a pretrained network."""

import hashlib
import json
import time

import keras
import numpy as np
from keras import layers

from keras_gan.cache import cache_folder, write_whole
from keras_gan.clock import clock
from keras_gan.data.stream import from_the_start
from keras_gan.features.extractor import Extractor, in_float32

VERSION = 2


def train_extractor(dataset, test=None, *, epochs=None, seed=0, verbose=True):
    """Train a small classifier on labelled images, videos or voxels, once, and use its features.

    The classifier and its accuracy are kept in the cache, with a hash of the data as the key. It is for
    digits, sprites and other images that differ much from the photographs of pretrained networks. For videos
    and voxels, arrays of five axes, it has 3D convolutions.

    Args:
        dataset: `tf.data.Dataset` of (images, labels), images in [-1, 1]
            (`keras_gan.data.load(..., labels=True)`), or (images, labels) arrays.
        test: the same, held out, for the accuracy; None holds out a tenth of `dataset`.
        epochs: int, passes over the images. Default: 6, or as many as 1,000 steps of 128 images need, but
            not more than 200: some 5 minutes of one core for 4,500 digits, a minute for 40 images of 64 x 64.
        seed: int, of the network and the order.
        verbose: bool, whether to print the accuracy.

    Returns:
        `Extractor` of 128 features, with the attributes `accuracy` (on held-out images) and
        `classifier`, an `Extractor` of the class logits (for `InceptionScore`, `ModeCoverage`).

    Raises:
        ValueError: for data without labels, or with a single class.

    Example:
    >>> images = np.zeros((64, 16, 16, 1), "float32") - 1.0
    >>> images[::2, 4:12] = 1.0
    >>> extractor = keras_gan.metrics.train_extractor((images, np.arange(64) % 2), epochs=5, verbose=False)
    >>> extractor.features, extractor.accuracy
    (128, 1.0)
    """
    names = [getattr(data, "class_names", None) for data in (dataset, test)]
    if None not in names and names[0] != names[1]:
        raise ValueError(
            f"The classes of the held-out images are {names[1]}, those of the training {names[0]}: the same "
            "label would be another class. Load both by one call of `keras_gan.data.load`."
        )
    images, labels = _arrays(dataset)
    if test is None:
        order = np.random.default_rng(seed).permutation(len(images))
        held_out, kept = order[: max(1, len(images) // 10)], order[max(1, len(images) // 10) :]
        test_images, test_labels = images[held_out], labels[held_out]
        images, labels = images[kept], labels[kept]
    else:
        test_images, test_labels = _arrays(test)
    num_classes = int(labels.max()) + 1
    if len(np.unique(labels)) < 2:
        raise ValueError("`train_extractor` needs images of at least two classes.")
    epochs = epochs or max(6, min(200, -(-1000 * 128 // len(images))))
    digest = hashlib.sha256(json.dumps([VERSION, epochs, seed, images.shape]).encode())
    for array in (images, labels, test_images, test_labels):
        digest.update(np.ascontiguousarray(array))
    path = cache_folder("extractors") / f"classifier-{digest.hexdigest()[:32]}.keras"
    if not _readable(path):
        if verbose:
            print(f"Training a classifier on {len(images)} images, once: {epochs} epochs.", flush=True)
        network = train_classifier(images, labels, num_classes, epochs, seed, verbose)
        accuracy = json.dumps({"accuracy": accuracy_of(network, test_images, test_labels)}) + "\n"
        write_whole(path.with_suffix(".json"), lambda partial: partial.write_text(accuracy))
        # Written last: if the network's file exists, the other file does too.
        write_whole(path, network.save)
    extractor = Extractor(path, layer="features")
    extractor.classifier = Extractor(path)
    extractor.accuracy = json.loads(path.with_suffix(".json").read_text())["accuracy"]
    if verbose:
        print(
            f"Extractor trained on {len(images)} images of {num_classes} classes: accuracy "
            f"{extractor.accuracy:.2%} on {len(test_images)} held-out ones ({path})"
        )
    return extractor


def _readable(path):
    """Whether the cache contains an undamaged classifier."""
    try:
        keras.saving.load_model(path, compile=False)
        return path.with_suffix(".json").exists()
    except Exception:  # whatever a damaged file raises
        return False


def train_classifier(images, labels, num_classes, epochs, seed=0, verbose=False):
    """Train a convolutional classifier of images in [-1, 1], in float32; it has a layer "features" (128).

    With `verbose` it prints a line at each tenth of the epochs, with the remaining time.

    Returns:
        keras.Model from images to logits.
    """
    with in_float32():
        network = _network(images.shape[1:], num_classes, seed)
    steps = epochs * -(-len(images) // 128)
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    rng = np.random.default_rng(seed)
    began = time.monotonic()
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(images))
        network.fit(images[order], labels[order], batch_size=128, shuffle=False, verbose=0)
        if verbose and epoch < epochs and epoch * 10 // epochs > (epoch - 1) * 10 // epochs:
            left = (time.monotonic() - began) / epoch * (epochs - epoch)
            print(f"Classifier: epoch {epoch}/{epochs}, {clock(left)} left", flush=True)
    # A new model without the optimiser.
    return keras.Model(network.inputs[0], network.outputs[0], name="classifier")


def accuracy_of(network, images, labels):
    """Share of images that the classifier classifies correctly."""
    return float((network.predict(images, batch_size=256, verbose=0).argmax(axis=1) == labels).mean())


def _network(image_shape, num_classes, seed):
    initializers = (keras.initializers.HeNormal(seed=100 * seed + i) for i in range(100))
    x = inputs = layers.Input(tuple(image_shape))
    if len(image_shape) == 3:
        convolution, pooling, sides, width = (
            layers.Conv2D,
            layers.MaxPooling2D,
            [min(image_shape[:2])] * 2,
            32,
        )
    else:
        convolution, pooling, sides, width = layers.Conv3D, layers.MaxPooling3D, list(image_shape[:3]), 16
    while max(sides) >= 6:
        x = convolution(width, 3, padding="same", use_bias=False, kernel_initializer=next(initializers))(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
        steps = tuple(2 if side >= 6 else 1 for side in sides)
        x = pooling(steps)(x)
        sides, width = [a // b for a, b in zip(sides, steps, strict=True)], min(2 * width, 128)
    x = layers.Flatten()(x)
    x = layers.Dense(128, kernel_initializer=next(initializers))(x)
    x = layers.ReLU(name="features")(x)
    x = layers.Dropout(0.3, seed=seed)(x)
    x = layers.Dense(num_classes, kernel_initializer=next(initializers), name="logits")(x)
    return keras.Model(inputs, x)


def _arrays(dataset):
    if hasattr(dataset, "element_spec"):
        spec = dataset.element_spec
        if not isinstance(spec, tuple) or len(spec) < 2:
            raise ValueError("`train_extractor` needs labels: `keras_gan.data.load(..., labels=True)`.")
        pairs = ((batch[0].numpy(), batch[1].numpy()) for batch in from_the_start(dataset))
        images, labels = zip(*pairs, strict=True)
        dataset = np.concatenate(images), np.concatenate(labels)
    if not isinstance(dataset, (tuple, list)) or len(dataset) != 2:
        raise ValueError("`train_extractor` needs (images, labels), or a data set with labels.")
    images, labels = (np.asarray(array) for array in dataset)
    if len(labels) == len(images) and labels.dtype.kind in "iu" and labels.ndim == 1:
        # Images of a folder `unlabelled` have no class and are left out.
        images, labels = images[labels >= 0], labels[labels >= 0]
    if len(images) != len(labels) or images.ndim not in (4, 5) or len(images) < 2:
        raise ValueError(f"Images and labels do not fit: shapes {images.shape} and {labels.shape}")
    if not np.abs(images).max() <= 1.001:
        raise ValueError("Images must be in [-1, 1]. Write `images / 127.5 - 1` for 0..255.")
    return images.astype("float32"), labels.astype("int64").reshape(-1)
