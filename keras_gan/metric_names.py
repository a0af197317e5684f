"""Metrics by name: a new metric needs a class in its own file, and a line here. Imports nothing heavy."""

import dataclasses
import difflib
import importlib
import os
import pathlib


@dataclasses.dataclass(frozen=True)
class Named:
    """A metric with a name.

    Attributes:
        place: module of `keras_gan.metrics` and class in it, joined by a dot; or a class.
        of: what it measures: "images", "pairs" (of images and their targets) or "model" (it makes its own
            images).
        takes: its first argument: "features", "classifier" or None.
        options: dict of further arguments.
    """

    place: object
    of: str = "images"
    takes: str | None = None
    options: dict = dataclasses.field(default_factory=dict)

    def make(self, extractor="inception", **options):
        """Return the metric, on an extractor (or its classifier) if it takes one, with other `options`."""
        kind = self.place
        if isinstance(kind, str):
            module, name = kind.split(".")
            kind = getattr(importlib.import_module(f"keras_gan.metrics.{module}"), name)
        given = [] if self.takes is None else [extractor]
        return kind(*given, **{**self.options, **options})


METRICS = {
    "fid": Named("frechet_distance.FrechetDistance", takes="features"),
    "kid": Named("kernel_distance.KernelDistance", takes="features"),
    "mind": Named("monge_distance.MongeDistance", takes="features"),
    "cmmd": Named("maximum_mean_discrepancy.MaximumMeanDiscrepancy", takes="features"),
    "prdc": Named("precision_recall.PRDC", takes="features"),
    "inception_score": Named("inception_score.InceptionScore", takes="classifier"),
    "swd": Named("sliced_wasserstein.SlicedWasserstein"),
    "ms_ssim": Named("ms_ssim.MSSSIM"),
    "psnr": Named("psnr.PSNR", of="pairs"),
    "ssim": Named("ssim.SSIM", of="pairs"),
    "ppl": Named("perceptual_path_length.PerceptualPathLength", of="model", takes="features"),
    "ppl_w": Named(
        "perceptual_path_length.PerceptualPathLength",
        of="model",
        takes="features",
        options={"epsilon": 1e-4, "space": "w", "name": "ppl_w"},
    ),
    "eq_t": Named("equivariance.TranslationEquivariance", of="model"),
    "eq_r": Named("equivariance.RotationEquivariance", of="model"),
}


def names_of(kind):
    """Return the names of the metrics of "images", "pairs" or "model"."""
    return [name for name, metric in METRICS.items() if metric.of == kind]


def on_extractor(names):
    """Return those of the names whose metric takes an extractor or a classifier."""
    return [name for name in names if METRICS[name].takes]


def check_extractor(source):
    """Raise a ValueError for a path of an extractor that does not exist; names are checked where they are loaded."""
    path = pathlib.Path(source).expanduser()
    if (path.suffix == ".keras" or os.sep in str(source)) and not path.exists():
        raise ValueError(
            f"There is no extractor {str(source)!r}: {path.absolute()} does not exist. It must be 'inception', the path of a "
            "`.keras` file or SavedModel, or a name of keras.applications, such as MobileNetV2; on the command line also 'trained'."
        )


def check_metrics(metrics):
    """Check the names of metrics, and return each once.

    Raises:
        ValueError: for an unknown name, and if there are none.
    """
    unknown = sorted({str(name) for name in metrics} - set(METRICS))
    if unknown or not metrics:
        near = [found for name in unknown for found in difflib.get_close_matches(name.lower(), METRICS, 1)]
        hint = f". Did you mean {', '.join(map(repr, dict.fromkeys(near)))}?" if near else ""
        raise ValueError(
            f"`metrics` must be names among {', '.join(METRICS)}. Received: {unknown or metrics}{hint}"
        )
    return list(dict.fromkeys(metrics))
