"""Inception score, with any classifier."""

import keras
from keras import ops

from keras_gan.arguments import check_int
from keras_gan.features.extractor import get_classifier
from keras_gan.metrics import functional
from keras_gan.metrics.metric import FeatureMetric, Sample


@keras.saving.register_keras_serializable("keras_gan")
class InceptionScore(FeatureMetric):
    """exp E KL(p(class | image) || p(class)) of generated images, and its spread over splits.

    Logged as `inception_score` and `inception_score_std`.

    Args:
        classifier: `Extractor` whose output is class logits, or a `source` for one. The published
            score uses the logits of "inception".
        splits: int, number of parts, each of which is scored. Default 10.
        seed: int, of the order in which images are split; None for the order in which they came.
        num_samples: int, number of images that are kept.
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

    @property
    def figure_names(self):
        return [self.name, f"{self.name}_std"]

    def __init__(self, classifier, splits=10, seed=2020, num_samples=50_000, name="inception_score"):
        super().__init__(get_classifier(classifier), name)
        check_int(splits, "splits")
        check_int(num_samples, "num_samples", least=2)
        self.splits, self.seed, self.num_samples = splits, seed, num_samples

    @property
    def fewest(self):
        return self.splits

    @property
    def classifier(self):
        return self.extractor

    def make_variables(self, image_shape):
        self.fake = Sample(self, "probabilities", self.num_samples, (self.extractor.features,))

    def take(self, real, fake, labels):
        self.fake.add(ops.softmax(self.extractor(fake)))

    def compute(self):
        mean, deviation = functional.inception_score(self.fake.numpy(), self.splits, self.seed)
        return {self.name: mean, f"{self.name}_std": deviation}
