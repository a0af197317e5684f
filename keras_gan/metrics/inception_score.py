"""Inception score, with any classifier."""

import keras
from keras import ops

from keras_gan.metrics import functional
from keras_gan.metrics.metric import FeatureMetric, Sample, check_int


@keras.saving.register_keras_serializable("keras_gan")
class InceptionScore(FeatureMetric):
    """exp E KL(p(class | image) || p(class)) of generated images, and its spread over splits.

    Logged as `inception_score` and `inception_score_std`.

    Args:
        classifier: `Extractor` whose output is class logits, or what makes one. The published
            score's is `Extractor("inception", layer="fc")`.
        splits: int, parts that are scored one by one. Default 10.
        num_samples: int, images that are kept.
        name: default "inception_score".

    Example:
    >>> network = keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten()])
    >>> metric = keras_gan.metrics.InceptionScore(network, splits=2)
    >>> images = np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    >>> metric.update_state(images, images)
    >>> 1.0 < metric.result()["inception_score"] < 16.0
    True

    Reference: Salimans et al., "Improved Techniques for Training GANs", 2016,
    https://arxiv.org/abs/1606.03498
    """

    def __init__(self, classifier, splits=10, num_samples=50_000, name="inception_score"):
        super().__init__(classifier, name)
        check_int("splits", splits, 1)
        check_int("num_samples", num_samples, 2)
        self.splits, self.num_samples = splits, num_samples

    @property
    def classifier(self):
        return self.extractor

    def make_variables(self, image_shape):
        self.fake = Sample(self, "probabilities", self.num_samples, (self.extractor.features,))

    def take(self, real, fake, labels):
        self.fake.add(ops.softmax(self.extractor(fake)))

    def result(self):
        probabilities = self.fake.numpy()
        splits = min(self.splits, len(probabilities))
        mean, deviation = functional.inception_score(probabilities, splits)
        return {self.name: mean, f"{self.name}_std": deviation}
