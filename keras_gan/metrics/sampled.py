"""Metrics that store the features of the images, not sums of them."""

from keras_gan.arguments import check_int
from keras_gan.metrics.metric import FeatureMetric, Sample


class SampledMetric(FeatureMetric):
    """A metric computed on stored features, which take 2 x num_samples x features x 4 bytes.

    Args:
        extractor: `Extractor`, or a `source` for one.
        num_samples: int, number of real and of generated images that are kept: the first ones.
    """

    def __init__(self, extractor, num_samples, name):
        super().__init__(extractor, name)
        check_int(num_samples, "num_samples", least=2)
        self.num_samples = num_samples

    def make_variables(self, image_shape):
        shape = (self.extractor.features,)
        self.real = Sample(self, "real_features", self.num_samples, shape)
        self.fake = Sample(self, "fake_features", self.num_samples, shape)

    def take(self, real, fake, labels):
        self.real.add(self.extractor(real))
        self.fake.add(self.extractor(fake))
