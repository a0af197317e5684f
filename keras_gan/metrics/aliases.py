"""Metrics by name, on the features of Inception, the extractor of the published metrics."""

import keras

from keras_gan import parts
from keras_gan.metric_names import METRICS

ALIASES = {name: metric.make for name, metric in METRICS.items()}


def get(identifier):
    """Return the metric of an alias, or a metric object.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.

    Example:
    >>> keras_gan.metrics.get("swd").name
    'swd'
    """
    return parts.get(identifier, keras.metrics.Metric, ALIASES)
