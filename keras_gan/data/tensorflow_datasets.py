"""Image data sets of TFDS."""

import importlib
import os

import numpy as np

from keras_gan.cache import spilled
from keras_gan.data.images import fit_image
from keras_gan.data.source import Source


def read(name, split, size, channels, labels, data_dir, fit, cache_limit):
    """Read a split; see `keras_gan.data.load` for the arguments."""
    tfds = _tfds(name)

    builder = _prepared(tfds, name, data_dir)
    info = builder.info
    if "image" not in info.features:
        raise ValueError(f"The TFDS data set {name!r} has no `image`: {sorted(info.features)}")
    class_names = None
    if labels:
        if "label" not in info.features:
            raise ValueError(f"The TFDS data set {name!r} has no `label`. Pass labels=False.")
        class_names = getattr(info.features["label"], "names", None)
    try:
        dataset, count = builder.as_dataset(split=split), info.splits[split].num_examples
    except (ValueError, KeyError) as error:
        raise ValueError(f"{name!r} has the splits {sorted(info.splits)}. Received: {split!r}") from error
    *native, native_channels = info.features["image"].shape
    if size is None and None in native:
        raise ValueError(f"The images of {name!r} differ in size. Pass `image_size`.")
    size = size or tuple(native)
    channels = channels or (1 if native_channels == 1 else 3)
    shape = (*size, channels)
    as_they_are = tuple(native) == size and native_channels == channels

    # Other features may differ in length from image to image.
    taken = [key for key in ("image", "label") if key in info.features]
    dataset = dataset.map(lambda element: {key: element[key] for key in taken})

    def blocks():
        # Reading many images of one shape at once is much faster.
        elements = dataset.batch(1024) if None not in native else dataset.batch(1)
        for block in tfds.as_numpy(elements.prefetch(2)):
            images = block["image"]
            if not as_they_are:
                images = np.stack([_fitted(image, size, channels, fit) for image in images])
            yield images, block.get("label", np.zeros(len(images)))

    if count * int(np.prod(shape)) <= cache_limit:
        images, classes = zip(*blocks(), strict=True)
        images, classes = np.concatenate(images), np.concatenate(classes).astype("int64")
    else:
        key = [info.full_name, split, count, *shape, fit]
        images, classes = spilled(key, blocks, (count, *shape))
    return Source(images, classes, class_names, shape)


def texts(name, split, feature, data_dir):
    """Return the texts of each image of a split, a list of lists.

    Args:
        name, split, data_dir: as in `keras_gan.data.load`.
        feature: str, the feature that holds the texts, such as "caption", or "captions/text" for a nested
            feature.
    """
    tfds = _tfds(name)

    dataset = _prepared(tfds, name, data_dir).as_dataset(
        split=split, decoders={"image": tfds.decode.SkipDecoding()}
    )
    found = dict(_strings(dataset.element_spec))
    if feature not in found:
        raise ValueError(
            f"The TFDS data set {name!r} has no text {feature!r}. It has: {', '.join(sorted(found)) or 'none'}"
        )
    texts = []
    for element in tfds.as_numpy(dataset):
        for part in feature.split("/"):
            element = element[part]
        texts.append([text.decode("utf-8").strip() for text in np.atleast_1d(element).tolist()])
    return texts


def _strings(spec, path=()):
    """Return names and specs of the string features; slashes join nested names."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            yield from _strings(value, (*path, key))
    elif getattr(spec, "dtype", None) == "string":
        yield "/".join(path), spec


def _tfds(name):
    try:
        import tensorflow_datasets
    except ImportError as error:
        hint = f"Did you mean 'folder:{name}'? " if os.path.exists(name) else ""
        raise ImportError(
            f"{hint}The data set {name!r} would be one of TensorFlow Datasets, which is not installed. Install it: pip install "
            "'keras-gan[tfds]'"
        ) from error
    return tensorflow_datasets


def _prepared(tfds, name, data_dir):
    """Return the builder of a prepared data set; download the data set if possible."""
    offline = "What works without a network: keras_gan.data.load('mnist_5k')."
    if not hasattr(tfds, "builder"):
        raise ImportError(f"tensorflow_datasets is installed, but cannot be used: {_why()}")
    try:
        builder = tfds.builder(name, data_dir=data_dir)
    except Exception as error:
        hint = f"Did you mean 'folder:{name}'? " if os.path.exists(name) else ""
        raise ValueError(
            f"There is no data set {name!r}. {hint}Known are 'mnist_5k', 'folder:PATH' and those of TFDS "
            f"(https://www.tensorflow.org/datasets/catalog). {offline} ({type(error).__name__})"
        ) from error
    if not builder.is_prepared():
        where = builder.data_path
        try:
            builder.download_and_prepare()
        except Exception as error:
            raise ValueError(
                f"The TFDS data set {name!r} is not prepared in {where} and cannot be downloaded "
                f"({type(error).__name__}: {str(error)[:200]}). Pass the `data_dir` in which it is "
                f"prepared. {offline}"
            ) from error
    return builder


def _why():
    """Return the error that tensorflow_datasets 4.9 hides if one of its own imports fails."""
    try:
        importlib.import_module("tensorflow_metadata.proto.v0.schema_pb2")
    except Exception as error:
        return (
            f"{error} Install versions that fit: pip install 'tensorflow-metadata<1.18', or a newer protobuf."
        )
    return "one of its imports fails. Install it anew: pip install -U tensorflow-datasets"


def _fitted(image, size, channels, fit):
    from PIL import Image

    return fit_image(Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image), size, channels, fit)
