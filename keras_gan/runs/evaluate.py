"""Evaluate a stored model, or a folder of images, against reference images; writes `evaluation.json`."""

import json
import pathlib

import numpy as np

from keras_gan.data.folder import list_files, split_folder
from keras_gan.data.images import image_size_pair
from keras_gan.data.load import read
from keras_gan.data.pairs import check_partners
from keras_gan.features.extractor import Extractor
from keras_gan.hub import hub_name
from keras_gan.metric_names import METRICS, check_metrics, names_of, on_extractor
from keras_gan.metrics.evaluate import evaluate, trained_on, versions
from keras_gan.runs.generator import Generator
from keras_gan.runs.load import is_model


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

    Reference images are converted to the size and channels of the generated ones, as in training.

    Args:
        model: path.
        reference: name as `keras_gan.data.load` takes it, or the path of a folder.
        extractor: as in `Extractor`, or "trained": `train_extractor` on the labels of the reference's split
            "train".
        weights: file of the extractor's weights, as in `Extractor`.
        split, data_dir: of the reference, as in `keras_gan.data.load`.
        image_size: int or (height, width) to which the images of a folder are resized, if they differ in
            size.
        truncation: float, as in `GAN.generate`.
        out: path of the JSON file. Default: in the model's folder, or beside its file.
        metrics, n, seed, report: as in `evaluate`. "ppl" and "ppl_w" (at most 1,000 paths in z and w), "eq_t"
            and "eq_r" (at most 500 images) need a run or `.keras` file. "psnr" and "ssim" compare two folders
            with the same file names, such as the output of `keras-gan translate` and its targets.

    Returns:
        (metrics, path): what `evaluate` returns, and where it was written.
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
    of_pairs = [name for name in metrics if METRICS[name].of == "pairs"]
    if of_pairs:
        if is_model(model) or not pathlib.Path(reference).expanduser().is_dir():
            raise ValueError(
                f"{', '.join(of_pairs)} compare two folders of images with the same names: translate first, "
                "`keras-gan translate MODEL IN_FOLDER OUT_FOLDER`, then `keras-gan evaluate OUT_FOLDER --reference "
                "TARGETS_FOLDER`."
            )
        roots = split_folder(model, "train"), split_folder(pathlib.Path(reference).expanduser(), split)
        check_partners(*roots, *(list_files(root, quiet=True)[0] for root in roots))
    reference = as_dataset(reference)
    # All errors are raised before anything is generated.
    real, extractor = reference_and_extractor(
        reference, split, shape, extractor if on_extractor(metrics) else None, weights, data_dir
    )
    of_model = []
    if truncation != 1 and set(metrics) & set(names_of("model")):
        raise ValueError(
            f"{', '.join(names_of('model'))} are of images that are not truncated. Received: truncation={truncation}"
        )
    for name in (name for name in metrics if METRICS[name].of == "model"):
        if not is_model(model) or generator.gan is None:
            raise ValueError(
                f"`{name}` is of a model that makes its own images: give a run or a `.keras` file."
            )
        most = {"eq_t": 500, "eq_r": 500}.get(name, 1000)
        of_model.append(METRICS[name].make(extractor, num_samples=min(n, most), seed=seed))
        of_model[-1].prepare(tuple(shape), generator.gan)
    if is_model(model):
        if report:
            report(f"{n} images of {model}")
        generated = Drawn(generator, n, seed, truncation)
    else:
        generated = Indexed(source)
    of_images = [name for name in metrics if METRICS[name].of != "model"]
    figures = {}
    if of_images:
        figures = evaluate(generated, Indexed(real), extractor, of_images, n, seed, report=report)
    for metric in of_model:
        if report:
            report(f"{metric.name}, of {metric.num_samples}")
        depends = {"n_generated": metric.num_samples, "image_shape": list(shape), "seed": seed}
        if METRICS[metric.name].takes:
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
    """Read the evaluations already in a file, newest first."""
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


def as_dataset(reference):
    """Return an existing path in the form that `keras_gan.data.load` takes; a name stays unchanged."""
    return f"folder:{reference}" if pathlib.Path(reference).expanduser().exists() else reference


def reference_and_extractor(reference, split, shape, extractor, weights=None, data_dir=None):
    """Load real images of a shape, and an extractor; arguments as in `evaluate_model`, None for no extractor.

    Raises:
        ValueError: if the images cannot be read, or the extractor does not take images of this shape.
    """
    real = read(reference, split, tuple(shape[:2]), shape[2], labels=False, data_dir=data_dir)
    if extractor is None:
        return real, None
    if extractor == "trained":
        if weights:
            raise ValueError("`weights` do not go with the extractor 'trained'.")
        extractor = trained_on(reference, tuple(shape[:2]), shape[2], data_dir)
    else:
        extractor = Extractor(extractor, weights=weights)
    extractor.check(shape)
    return real, extractor


class Drawn:
    """n images of a generator, made on demand, so that memory does not grow with n.

    Each part of `part` images has its own seed; the last part made is kept in memory.
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
