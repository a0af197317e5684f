"""Metrics of images against reference images, each with everything that its value depends on."""

import importlib.metadata
import inspect

import numpy as np
from keras import ops

from keras_gan.data.folder import NoClasses
from keras_gan.data.load import read
from keras_gan.features.extractor import Extractor, get, get_classifier
from keras_gan.features.train_extractor import train_extractor
from keras_gan.metric_names import METRICS, check_metrics, on_extractor
from keras_gan.metrics import functional
from keras_gan.metrics.kernel_distance import subset_size_of
from keras_gan.metrics.ms_ssim import mean_ms_ssim
from keras_gan.metrics.reference import (
    chosen_indices,
    features_of,
    images_of,
    load_features,
    load_moments,
    moments_of,
    reference_features,
    reference_moments,
)
from keras_gan.metrics.sliced_wasserstein import sliced_wasserstein

# Metrics that are a single function of both sets of features.
_OF_FEATURES = {
    "mind": functional.monge_distance,
    "cmmd": functional.maximum_mean_discrepancy,
}


def evaluate(
    generated, reference, extractor, metrics=("fid", "kid", "prdc"), n=10_000, seed=0, k=5, report=None
):
    """Measure generated images against reference images.

    The Fréchet distance uses all reference images, the other metrics at most n of them. Features and
    statistics of the reference are kept in the cache.

    Args:
        generated: uint8 images of shape (count, height, width, channels), array or indexable.
        reference: the same for real images, or a `tf.data.Dataset`.
        extractor: `Extractor`, or a `source` for one; `inception_score` needs `extractor.classifier`
            or "inception".
        metrics: names among "fid", "kid", "prdc", "mind", "cmmd", "inception_score", "swd", "ms_ssim"; and
            "psnr", "ssim", which compare each generated image with the reference image at the same index.
        n: int, number of generated images to use.
        seed: int, of the choice of images, the subsets and the projections.
        k: int, neighbours of precision, recall, density and coverage.
        report: function that takes a line of text at each stage, or None.

    Returns:
        dict from each metric's name to a dict with `value` and what it depends on.

    Raises:
        ValueError: for unknown names and too few images.

    Example:
    >>> network = keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten()])
    >>> images = np.random.default_rng(0).integers(0, 256, (64, 8, 8, 1)).astype("uint8")
    >>> figures = keras_gan.metrics.evaluate(images, images, network, metrics=["fid"])
    >>> round(figures["fid"]["value"], 6), figures["fid"]["n_generated"]
    (0.0, 64)
    """
    metrics = check_metrics(metrics)
    of_models = [name for name in metrics if METRICS[name].of == "model"]
    if of_models:
        raise ValueError(f"{', '.join(of_models)} need a model, not images: use `evaluate_model`.")
    report = report or (lambda line: None)
    reference = images_of(reference)
    generated = images_of(generated)
    mine, some = (chosen_indices(len(images), n, seed) for images in (generated, reference))
    fewest = max({"prdc": k + 1}.get(name, 2) for name in metrics)
    if min(len(mine), len(some)) < fewest:
        raise ValueError(
            f"{', '.join(metrics)} need at least {fewest} images. There are {len(mine)} generated ones and "
            f"{len(some)} of the reference."
        )
    image_shape = np.asarray(generated[mine[:1]]).shape[1:]
    pairs = [METRICS[name].make() for name in metrics if METRICS[name].of == "pairs"]
    if pairs and len(generated) != len(reference):
        raise ValueError(
            f"{', '.join(metric.name for metric in pairs)} compare images with their targets, and there are "
            f"{len(generated)} images and {len(reference)} targets."
        )
    for metric in pairs:
        metric.check(image_shape)
    base = {
        "n_generated": len(mine),
        "n_reference": len(some),
        "image_shape": list(image_shape),
        "seed": seed,
        "versions": versions(),
    }
    if on_extractor(metrics):
        extractor = get(extractor).load()
        on_features = base | {
            "extractor": extractor.name,
            "extractor_sha256": extractor.sha256,
            "layer": extractor.layer,
            "value_range": extractor.value_range,
            "features": extractor.features,
            "resize": "antialiased bicubic of 256 levels, clipped and not rounded (clean-fid)",
            "size": list(extractor.size_of(image_shape)),
        }
    figures, features, real = {}, None, None
    on_pairs = {"kid", "prdc", *_OF_FEATURES} & set(metrics)
    if on_pairs or "fid" in metrics:
        report(f"features of {len(mine)} generated images ({extractor.name})")
        if image_shape[-1] == 4:
            report("transparent images are composited over white for it")
    if on_pairs:
        features = np.concatenate(list(features_of(generated, extractor, mine)))
        report(f"features of {len(some)} reference images, or from the cache")
        real = load_features(reference_features(reference, extractor, n, seed))
    for name in metrics:
        report(name)
        if name == "fid":
            theirs = load_moments(reference_moments(reference, extractor))
            parts = features_of(generated, extractor, mine) if features is None else [features]
            value = functional.frechet_from_moments(theirs, moments_of(parts))
            figures["fid"] = {"value": value, **on_features, "n_reference": theirs[0]}
            if min(len(mine), theirs[0]) <= extractor.features:
                figures["fid"]["note"] = "biased upwards: fewer images than features"
        elif name == "kid":
            size = subset_size_of(1000, min(len(real), len(features)))
            mean, deviation = functional.kernel_distance(real, features, 100, size, seed)
            depends = {**on_features, "subsets": 100, "subset_size": size}
            figures |= {"kid": {"value": mean, **depends}, "kid_std": {"value": deviation, **depends}}
        elif name == "prdc":
            found = functional.prdc(real, features, k)
            figures |= {key: {"value": value, **on_features, "k": k} for key, value in found.items()}
        elif name in _OF_FEATURES:
            compute = _OF_FEATURES[name]
            depends = {
                n: p.default
                for n, p in inspect.signature(compute).parameters.items()
                if n not in ("real", "generated")
            }
            depends |= {"seed": seed} if "seed" in depends else {}
            figures[name] = {"value": compute(real, features, **depends), **on_features, **depends}
        elif name == "inception_score":
            figures |= _inception_score(generated, mine, extractor, seed, on_features)
        elif name == "swd":
            # Patches of all images would not fit into memory.
            most = min(2048, len(some), len(mine))
            pair = _some(reference, some, most, seed), _some(generated, mine, most, seed)
            depends = {**base, "n_generated": most, "n_reference": most, "patches": 128, "directions": 512}
            for side, value in sliced_wasserstein(*pair, seed=seed).items():
                figures[f"swd_{side}"] = {"value": value, **depends}
        elif name == "ms_ssim":
            for key, images, indices in (("ms_ssim", generated, mine), ("ms_ssim_real", reference, some)):
                images = _some(images, indices, 2000, seed)
                figures[key] = {"value": mean_ms_ssim(images, 1000, seed), **base, "pairs": 1000}
        elif METRICS[name].of == "images":
            metric = METRICS[name].make(
                _classifier_of(extractor) if METRICS[name].takes == "classifier" else extractor
            )
            depends = on_features if METRICS[name].takes else base
            figures |= _measured(metric, reference, some, generated, mine, depends)
    for metric in pairs:
        for start in range(0, len(mine), 64):
            part = mine[start : start + 64]
            metric.update_state(np.asarray(reference[part]), np.asarray(generated[part]))
        figures[metric.name] = {"value": metric.result(), **base, "channels": "rgb", "border": 0}
    return figures


def _measured(metric, reference, some, generated, mine, depends):
    """The values of a metric that is computed batch by batch, from as many real as generated images."""
    count = min(len(some), len(mine))
    for start in range(0, count, 64):
        part = slice(start, min(start + 64, count))
        metric.update_state(np.asarray(reference[some[part]]), np.asarray(generated[mine[part]]))
    found = metric.result()
    found = found if isinstance(found, dict) else {metric.name: found}
    depends = {**depends, "n_generated": count, "n_reference": count}
    return {name: {"value": float(value), **depends} for name, value in found.items()}


def _some(images, indices, most, seed):
    """At most `most` of the images at the indices, chosen at random: a folder is sorted by class."""
    return np.asarray(images[indices[chosen_indices(len(indices), most, seed)]])


def named_metrics(names, extractor, weights=None, labelled=None):
    """Metrics by their names in `evaluate`, for `compile(metrics=...)`.

    Args:
        names: among `METRICS`.
        extractor, weights: as `evaluate_model` takes them.
        labelled: arguments of `trained_on` for the extractor "trained".
    """
    names = check_metrics(names)
    if not on_extractor(names):
        extractor = None
    elif extractor == "trained":
        extractor = trained_on(**labelled)
    else:
        extractor = Extractor(extractor, weights=weights).load()
    made = []
    for name in names:
        metric = METRICS[name]
        # Fewer samples than in a single evaluation: these metrics generate their own images at each epoch.
        options = {"num_samples": 100} if metric.of == "model" else {}
        made.append(
            metric.make(_classifier_of(extractor) if metric.takes == "classifier" else extractor, **options)
        )
    return made


def trained_on(dataset, image_size, channels, data_dir=None):
    """The extractor "trained" of a data set, always trained on all images of its split "train"."""
    try:
        source = read(dataset, "train", image_size, channels, labels=True, data_dir=data_dir)
    except NoClasses as error:
        raise ValueError(
            f"The extractor 'trained' is a classifier of the classes of {dataset}, and there are none: put the images into one "
            "folder per class, or give another extractor: 'inception', which is the default, or the path of a `.keras` file."
        ) from error
    images = np.asarray(source.images[np.arange(len(source.labels))])
    return train_extractor((images / np.float32(127.5) - 1, source.labels))


def _classifier_of(extractor):
    classifier = getattr(extractor, "classifier", None) or get_classifier(extractor)
    if classifier is extractor:
        raise ValueError(
            "inception_score needs class probabilities: the extractor 'inception', or one of `train_extractor`."
        )
    return classifier


def _inception_score(generated, indices, extractor, seed, depends):
    classifier = _classifier_of(extractor)
    parts = [
        ops.convert_to_numpy(ops.softmax(logits)) for logits in features_of(generated, classifier, indices)
    ]
    p = np.concatenate(parts)
    splits = min(10, len(p))
    mean, deviation = functional.inception_score(p, splits, seed)
    depends = {**depends, "layer": classifier.layer, "splits": splits}
    depends.pop("n_reference")
    return {
        "inception_score": {"value": mean, **depends},
        "inception_score_std": {"value": deviation, **depends},
    }


def versions():
    """Versions of the packages with which metrics are computed."""
    names = ("keras-gan", "keras", "tensorflow", "numpy")
    return {name: importlib.metadata.version(name) for name in names}


def table(figures):
    """The result of `evaluate` as a table of text."""
    lines = [f"{'figure':22}{'value':>12}{'generated':>11}{'reference':>11}  extractor"]
    for name, figure in figures.items():
        n_reference = figure.get("n_reference", "")
        lines.append(
            f"{name:22}{figure['value']:12.5g}{figure['n_generated']:11}{n_reference:>11}  "
            f"{figure.get('extractor', '')}{'  ' + figure['note'] if 'note' in figure else ''}"
        )
    return "\n".join(lines)
