"""Metrics of validation and `evaluate`."""

import keras
import tensorflow as tf

from keras_gan.features.extractor import shared
from keras_gan.metrics.aliases import get
from keras_gan.metrics.metric import ImageMetric
from keras_gan.training.checks import check_metrics


class Evaluation:
    """Means of the values of `validate` over an evaluation, and the metrics passed to `compile`.

    The metrics are kept here and not in the Keras model, which would compute their results after every
    batch and save an extractor's weights in every checkpoint.

    Args:
        metrics: as passed to `compile`.
        names: of the values.
    """

    def __init__(self, metrics, names):
        self.metrics = check_metrics(
            [get(metric) if isinstance(metric, str) else metric for metric in _as_list(metrics)]
        )
        self.count = self._variable("images_seen", (), "int64")
        self.means = self._variable("evaluation_means", (len(names),), "float32")

    def _variable(self, name, shape, dtype):
        return keras.Variable(
            tf.zeros(shape, dtype),
            dtype=dtype,
            trainable=False,
            name=name,
            aggregation="only_first_replica",
        )

    def prepare(self, model, names, count=None):
        """Let the metrics check the model's images and create their variables, before anything is computed.

        Args:
            model: the `Game`.
            names: keys of the held-out batches: `image`, `label`, ...
            count: int, number of images, or None if it is unknown.

        Raises:
            ValueError: for images or batches that a metric cannot take, and for too few images.
        """
        for metric in self.metrics:
            fewest = getattr(metric, "fewest", 1)
            if count is not None and count < fewest:
                raise ValueError(
                    f"The metric {metric.name!r} needs at least {fewest} images, and the held-out data have {count}."
                )
            if getattr(metric, "takes_labels", False) and "label" not in names:
                raise ValueError(
                    f"The metric {metric.name!r} needs labels, and the held-out data have {sorted(names)}: pass "
                    "(images, labels), or `keras_gan.data.load(..., labels=True)`."
                )
            if getattr(metric, "takes_labels", False) and not model.keeps_labels:
                raise ValueError(
                    f"The metric {metric.name!r} compares images of the same class, but "
                    f"{type(model).__name__} makes images of other classes than those of the real images."
                )
            if isinstance(metric, ImageMetric):
                with model.distribute_strategy.scope():
                    metric.prepare(model.image_shape, model)

    def reset(self):
        self.count.assign(0)
        self.means.assign(tf.zeros_like(self.means.value))
        for metric in self.metrics:
            metric.reset_state()

    def update(self, figures, size, real, fake, labels):
        """Update means and metrics with a global batch of `size` images; return the means so far."""
        count = self.count.value + tf.cast(size, "int64")
        weight = tf.cast(size, "float32") / tf.cast(count, "float32")
        means = self.means.value + (figures - self.means.value) * weight
        self.count.assign(count)
        self.means.assign(means)
        with shared():
            for metric in self.metrics:
                if getattr(metric, "takes_labels", False):
                    metric.update_state(real, fake, labels)
                else:
                    metric.update_state(real, fake)
        return means

    def results(self):
        figures = {}
        for metric in self.metrics:
            result = metric.result()
            figures |= result if isinstance(result, dict) else {metric.name: result}
        return {name: float(value) for name, value in figures.items()}


def _as_list(metrics):
    if metrics is None:
        return []
    return list(metrics) if isinstance(metrics, (list, tuple)) else [metrics]
