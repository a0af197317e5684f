"""Measure a run's moving averages of several lengths."""

import json

from keras_gan.metric_names import on_extractor
from keras_gan.metrics.evaluate import evaluate
from keras_gan.post_hoc_ema import apply
from keras_gan.runs.evaluate import Indexed, as_dataset, reference_and_extractor


def measured(gan, run, lengths, step, metric, reference, split, n, extractor, weights, data_dir):
    """Yield (length, distance of the generated images) for each length; arguments as in `keras-gan ema`.

    Raises:
        ValueError: for a model that does not make images, and for a reference that cannot be read.
    """
    if gan.from_images or not hasattr(gan, "generate") or len(gan.output_shape) != 4:
        raise ValueError(
            f"Lengths are chosen by images of latents, and {run} makes none. Give one --length, and compare the files yourself."
        )
    config = json.loads((run / "config.json").read_text())
    reference = as_dataset(reference or config["dataset"])
    real, extractor = reference_and_extractor(
        reference,
        split,
        gan.output_shape[1:],
        extractor if on_extractor([metric]) else None,
        weights,
        data_dir or config.get("data_dir"),
    )
    for length in lengths:
        images = apply(gan, run / "ema", length, step).generate(n, seed=0)
        yield length, evaluate(images, Indexed(real), extractor, [metric], n)[metric]["value"]
