"""Whether a generator copies its training images."""

import keras

from keras_gan.metrics import functional
from keras_gan.metrics.reference import load_features, reference_features
from keras_gan.metrics.sampled import SampledMetric


@keras.saving.register_keras_serializable("keras_gan")
class Memorization(SampledMetric):
    """Share of generated images that are nearer to a training image than held-out images are.

    Logged as `memorized`: about .01 for a generator that does not copy, 1 for one that only
    copies. The real images of `update_state` are the held-out ones (validation data).

    Args:
        extractor: `Extractor`, or a `source` for one.
        train: uint8 or [-1, 1] training images, array or data set; their features are kept in
            the cache, and the metric's config contains the path of that file.
        num_samples: int, number of real and of generated images that are kept.
        name: default "memorized".

    Example:
    >>> network = keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten()])
    >>> train, held_out = np.random.default_rng(0).uniform(-1, 1, (2, 64, 8, 8, 1)).astype("float32")
    >>> metric = keras_gan.metrics.Memorization(network, train)
    >>> metric.update_state(held_out, train)
    >>> metric.result()
    1.0
    """

    def __init__(self, extractor, train, num_samples=10_000, name="memorized"):
        super().__init__(extractor, num_samples, name)
        self.train = train if isinstance(train, str) else reference_features(train, self.extractor)

    def compute(self):
        train = load_features(self.train)
        return functional.memorization(self.fake.numpy(), train, self.real.numpy())["memorized"]
