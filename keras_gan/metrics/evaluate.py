"""Figures of images against reference images, each with everything that it depends on."""

import functools
import importlib.metadata
import json
import pathlib

import numpy as np
from keras import ops

from keras_gan.data.folder import list_files, split_folder
from keras_gan.data.images import image_size_pair
from keras_gan.data.load import read
from keras_gan.data.pairs import check_partners
from keras_gan.features.extractor import Extractor, get, get_classifier
from keras_gan.features.train_extractor import train_extractor
from keras_gan.hub import hub_name
from keras_gan.metric_names import check_metrics
from keras_gan.metrics import functional
from keras_gan.metrics.equivariance import RotationEquivariance, TranslationEquivariance
from keras_gan.metrics.frechet_distance import FrechetDistance
from keras_gan.metrics.inception_score import InceptionScore
from keras_gan.metrics.kernel_distance import KernelDistance, subset_size_of
from keras_gan.metrics.ms_ssim import MSSSIM, mean_ms_ssim
from keras_gan.metrics.perceptual_path_length import PerceptualPathLength
from keras_gan.metrics.precision_recall import PRDC
from keras_gan.metrics.psnr import PSNR
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
from keras_gan.metrics.sliced_wasserstein import SlicedWasserstein, sliced_wasserstein
from keras_gan.metrics.ssim import SSIM
from keras_gan.stored import Generator, is_model

# Of images and their targets.
OF_PAIRS = {"psnr": PSNR, "ssim": SSIM}
# Of a model, which makes its own images for them.
OF_MODELS = {
    "ppl": lambda extractor, **options: PerceptualPathLength(extractor, **options),
    "ppl_w": lambda extractor, **options: PerceptualPathLength(
        extractor, epsilon=1e-4, space="w", name="ppl_w", **options
    ),
    "eq_t": lambda extractor, **options: TranslationEquivariance(**options),
    "eq_r": lambda extractor, **options: RotationEquivariance(**options),
}
ON_FEATURES = {"fid", "kid", "prdc", "inception_score", "ppl", "ppl_w"}


def evaluate(
    generated, reference, extractor, metrics=("fid", "kid", "prdc"), n=10_000, seed=0, k=5, report=None
):
    """Measure generated images against reference images.

    The Fréchet distance takes all reference images, the other metrics at most n of them. What is
    computed of the reference is kept in the cache.

    Args:
        generated: uint8 images of shape (count, height, width, channels), array or indexable.
        reference: the same of real ones, or a `tf.data.Dataset`.
        extractor: `Extractor`, or what makes one; `inception_score` needs `extractor.classifier`
            or "inception".
        metrics: names among "fid", "kid", "prdc", "inception_score", "swd", "ms_ssim"; and "psnr", "ssim", which
            compare each generated image with the reference's of the same place.
        n: int, generated images to take.
        seed: int, of which images are taken, subsets and projections.
        k: int, neighbours of precision, recall, density and coverage.
        report: function that is given a line of text at each stage, or None.

    Returns:
        dict from each figure's name to a dict with `value` and what it depends on.

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
    of_models = [name for name in metrics if name in OF_MODELS]
    if of_models:
        raise ValueError(f"{', '.join(of_models)} are of a model, not of images: `evaluate_model`.")
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
    pairs = [OF_PAIRS[name]() for name in metrics if name in OF_PAIRS]
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
    if ON_FEATURES & set(metrics):
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
    if {"fid", "kid", "prdc"} & set(metrics):
        report(f"features of {len(mine)} generated images ({extractor.name})")
        if image_shape[-1] == 4:
            report("transparent images are composited over white for it")
    if {"kid", "prdc"} & set(metrics):
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
                figures["fid"]["note"] = "biased upwards: from fewer images than features"
        elif name == "kid":
            size = subset_size_of(1000, min(len(real), len(features)))
            mean, deviation = functional.kernel_distance(real, features, 100, size, seed)
            depends = {**on_features, "subsets": 100, "subset_size": size}
            figures |= {"kid": {"value": mean, **depends}, "kid_std": {"value": deviation, **depends}}
        elif name == "prdc":
            found = functional.prdc(real, features, k)
            figures |= {key: {"value": value, **on_features, "k": k} for key, value in found.items()}
        elif name == "inception_score":
            figures |= _inception_score(generated, mine, extractor, seed, on_features)
        elif name == "swd":
            # Patches of all of them would not fit into memory.
            most = min(2048, len(some), len(mine))
            pair = _some(reference, some, most, seed), _some(generated, mine, most, seed)
            depends = {**base, "n_generated": most, "n_reference": most, "patches": 128, "directions": 512}
            for side, value in sliced_wasserstein(*pair, seed=seed).items():
                figures[f"swd_{side}"] = {"value": value, **depends}
        elif name == "ms_ssim":
            for key, images, indices in (("ms_ssim", generated, mine), ("ms_ssim_real", reference, some)):
                images = _some(images, indices, 2000, seed)
                figures[key] = {"value": mean_ms_ssim(images, 1000, seed), **base, "pairs": 1000}
    for metric in pairs:
        for start in range(0, len(mine), 64):
            part = mine[start : start + 64]
            metric.update_state(np.asarray(reference[part]), np.asarray(generated[part]))
        figures[metric.name] = {"value": metric.result(), **base, "channels": "rgb", "border": 0}
    return figures


def _some(images, indices, most, seed):
    """At most so many of the images of the indices, at random: a folder's lie class by class."""
    return np.asarray(images[indices[chosen_indices(len(indices), most, seed)]])


def named_metrics(names, extractor, weights=None, labelled=None):
    """The metrics of `evaluate`'s names for `compile(metrics=...)`.

    Args:
        names: among `METRICS`.
        extractor, weights: as `evaluate_model` takes them.
        labelled: arguments of `trained_on` for the extractor "trained".
    """
    names = check_metrics(names)
    if not ON_FEATURES & set(names):
        extractor = None
    elif extractor == "trained":
        extractor = trained_on(**labelled)
    else:
        extractor = Extractor(extractor, weights=weights).load()
    made = {
        "fid": lambda: FrechetDistance(extractor),
        "kid": lambda: KernelDistance(extractor),
        "prdc": lambda: PRDC(extractor),
        "inception_score": lambda: InceptionScore(_classifier_of(extractor)),
        "swd": SlicedWasserstein,
        "ms_ssim": MSSSIM,
        **OF_PAIRS,
        # At each epoch fewer than once: they generate images of their own.
        **{name: functools.partial(make, extractor, num_samples=100) for name, make in OF_MODELS.items()},
    }
    return [made[name]() for name in names]


def trained_on(dataset, image_size, channels, data_dir=None):
    """The extractor "trained" of a data set: of all images of its split "train", whatever is measured."""
    source = read(dataset, "train", image_size, channels, labels=True, data_dir=data_dir)
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
    """Versions of what figures are computed with."""
    names = ("keras-gan", "keras", "tensorflow", "numpy")
    return {name: importlib.metadata.version(name) for name in names}


def evaluate_model(
    model,
    reference,
    metrics=("fid", "kid", "prdc"),
    n=10_000,
    extractor="inception",
    *,
    weights=None,
    split="train",
    data_dir=None,
    image_size=None,
    seed=0,
    truncation=1.0,
    out=None,
    report=None,
):
    """Measure a run, a `.keras` file, a SavedModel or a folder of images; write `evaluation.json`.

    Reference images are brought to the generated ones' size and channels, as training does.

    Args:
        model: path.
        reference: name as `keras_gan.data.load` takes it, or the path of a folder.
        extractor: as `Extractor`, or "trained": `train_extractor` on the labels of the reference's split "train".
        weights: file of the extractor's weights, as `Extractor` takes it.
        split, data_dir: of the reference, as in `keras_gan.data.load`.
        image_size: int or (height, width) to which the images of a folder are brought, where they differ in size.
        truncation: float, as in `GAN.generate`.
        out: path of the JSON file. Default: in the model's folder, or beside its file.
        metrics, n, seed, report: as `evaluate`. "ppl" and "ppl_w" (of at most 1,000 paths in z and w), "eq_t" and "eq_r"
            (of at most 500 images) are of a run or `.keras` file. "psnr" and "ssim" are of two folders with the same file names, such
            as what `keras-gan translate` wrote and its targets.

    Returns:
        (figures, path): what `evaluate` returns, and where it was written.
    """
    metrics, model = check_metrics(metrics), pathlib.Path(model)
    if str(reference).startswith("folder:"):
        reference = str(reference).removeprefix("folder:")
        if not pathlib.Path(reference).expanduser().exists():
            raise ValueError(f"There is no folder {reference!r}.")
    if not model.exists() and hub_name(model) is None:
        raise ValueError(f"There is no {str(model)!r}.")
    folder = pathlib.Path() if hub_name(model) else model if model.is_dir() else model.parent
    out = pathlib.Path(out or folder / "evaluation.json")
    if is_model(model):
        if image_size is not None:
            raise ValueError(f"`image_size` is of a folder of images, and {model} is a model.")
        generator = Generator(model)
        shape = generator.sample(1, seed, truncation).shape[1:]
    else:
        source = read(f"folder:{model}", "train", image_size_pair(image_size))
        shape = source.shape
    of_pairs = [name for name in metrics if name in OF_PAIRS]
    if of_pairs:
        if is_model(model) or not pathlib.Path(reference).expanduser().is_dir():
            raise ValueError(
                f"{', '.join(of_pairs)} compare two folders of images with the same names: translate first, "
                "`keras-gan translate MODEL IN_FOLDER OUT_FOLDER`, then `keras-gan evaluate OUT_FOLDER --reference "
                "TARGETS_FOLDER`."
            )
        roots = split_folder(model, "train"), split_folder(pathlib.Path(reference).expanduser(), split)
        check_partners(*roots, *(list_files(root, quiet=True)[0] for root in roots))
    if pathlib.Path(reference).expanduser().exists():
        reference = f"folder:{reference}"
    real = read(reference, split, tuple(shape[:2]), shape[2], labels=False, data_dir=data_dir)
    # All that can be wrong is found before anything is generated.
    if ON_FEATURES & set(metrics):
        if extractor == "trained":
            if weights:
                raise ValueError("`weights` do not go with the extractor 'trained'.")
            extractor = trained_on(reference, tuple(shape[:2]), shape[2], data_dir)
        else:
            extractor = Extractor(extractor, weights=weights)
        extractor.check(shape)
    of_model = []
    if truncation != 1 and set(metrics) & set(OF_MODELS):
        raise ValueError(
            f"{', '.join(OF_MODELS)} are of images that are not truncated. Received: truncation={truncation}"
        )
    for name in (name for name in metrics if name in OF_MODELS):
        if not is_model(model) or generator.gan is None:
            raise ValueError(
                f"`{name}` is of a model that makes its own images: give a run or a `.keras` file."
            )
        most = {"eq_t": 500, "eq_r": 500}.get(name, 1000)
        of_model.append(OF_MODELS[name](extractor, num_samples=min(n, most), seed=seed))
        of_model[-1].prepare(tuple(shape), generator.gan)
    if is_model(model):
        if report:
            report(f"{n} images of {model}")
        generated = Drawn(generator, n, seed, truncation)
    else:
        generated = Indexed(source)
    of_images = [name for name in metrics if name not in OF_MODELS]
    figures = {}
    if of_images:
        figures = evaluate(generated, Indexed(real), extractor, of_images, n, seed, report=report)
    for metric in of_model:
        if report:
            report(f"{metric.name}, of {metric.num_samples}")
        depends = {"n_generated": metric.num_samples, "image_shape": list(shape), "seed": seed}
        if metric.name in ON_FEATURES:
            depends |= {
                "extractor": extractor.name,
                "extractor_sha256": extractor.sha256,
                "layer": extractor.layer,
            }
            depends |= {"space": metric.space, "epsilon": metric.epsilon, "path": metric.path}
        figures[metric.name] = {"value": metric.result(), **depends, "versions": versions()}
    content = {"model": str(model), "reference": reference, "split": split, "truncation": truncation}
    content |= {"figures": figures, "earlier": _earlier(out)}
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.partial")
    partial.write_text(json.dumps(content, indent=2) + "\n")
    partial.replace(out)
    return figures, out


def _earlier(path):
    """What an evaluation's file holds already, the newest first."""
    if not path.exists():
        return []
    try:
        before = json.loads(path.read_text())
        return [
            {name: value for name, value in before.items() if name != "earlier"},
            *before.get("earlier", []),
        ]
    except (ValueError, AttributeError):
        raise ValueError(f"{path} exists and is no evaluation. Give another --out.") from None


class Drawn:
    """n images of a generator, made when they are asked for, so that memory does not grow with n.

    Each part of `part` images has a seed of its own, and the last one that was made is kept.
    """

    part = 256

    def __init__(self, generator, n, seed, truncation):
        self.generator, self.count, self.seed, self.truncation = generator, n, seed, truncation
        self._made = None, None

    def __len__(self):
        return self.count

    def __getitem__(self, indices):
        parts, places = np.divmod(np.asarray(indices), self.part)
        return np.stack([self._make(i)[j] for i, j in zip(parts, places, strict=True)])

    def _make(self, i):
        if self._made[0] != i:
            seed = int(np.random.default_rng([self.seed, i]).integers(2**31))
            size = min(self.part, self.count - i * self.part)
            self._made = i, self.generator.sample(size, seed, self.truncation)
        return self._made[1]


class Indexed:
    """The images of a `Source`, with a length."""

    def __init__(self, source):
        self.images, self.count = source.images, len(source.labels)

    def __len__(self):
        return self.count

    def __getitem__(self, indices):
        return self.images[indices]


def table(figures):
    """Figures as lines of text."""
    lines = [f"{'figure':22}{'value':>12}{'generated':>11}{'reference':>11}  extractor"]
    for name, figure in figures.items():
        n_reference = figure.get("n_reference", "")
        lines.append(
            f"{name:22}{figure['value']:12.5g}{figure['n_generated']:11}{n_reference:>11}  "
            f"{figure.get('extractor', '')}{'  ' + figure['note'] if 'note' in figure else ''}"
        )
    return "\n".join(lines)
