"""Modes that generated images hit."""

import keras
from keras import ops

from keras_gan.metrics import functional
from keras_gan.metrics.features.extractor import get_classifier
from keras_gan.metrics.metric import FeatureMetric


@keras.saving.register_keras_serializable("keras_gan")
class ModeCoverage(FeatureMetric):
    """Number of classes that a classifier sees among generated images, and KL from uniform.

    Logged as `modes` and `modes_kl` (nats). For mixtures of Gaussians and other kinds of modes,
    `keras_gan.metrics.functional.mode_coverage` takes the mode of each sample.

    Args:
        classifier: `Extractor` whose output is class logits, or what makes one.
        name: default "modes".

    Example:
    >>> network = keras.Sequential([keras.layers.Input((2, 2, 1)), keras.layers.Flatten()])
    >>> metric = keras_gan.metrics.ModeCoverage(network)
    >>> images = np.random.default_rng(0).uniform(-1, 1, (64, 2, 2, 1)).astype("float32")
    >>> metric.update_state(images, images)
    >>> metric.result()["modes"]
    4

    Reference: Lin et al., "PacGAN: The power of two samples in generative adversarial networks",
    2018, https://arxiv.org/abs/1712.04086
    """

    @property
    def figure_names(self):
        return [self.name, f"{self.name}_kl"]

    def __init__(self, classifier, name="modes"):
        super().__init__(get_classifier(classifier), name)

    @property
    def classifier(self):
        return self.extractor

    def make_variables(self, image_shape):
        self.keep("counts", (self.extractor.features,), "int64")

    def take(self, real, fake, labels):
        modes = ops.argmax(self.extractor(fake), axis=-1)
        hits = ops.one_hot(modes, self.extractor.features, dtype="int64")
        self.counts.assign(self.counts.value + ops.sum(hits, axis=0))

    def result(self):
        counts = self.counts.numpy()
        modes, divergence = functional.mode_coverage(range(len(counts)), len(counts), weights=counts)
        return {self.name: modes, f"{self.name}_kl": divergence}
