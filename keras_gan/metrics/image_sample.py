"""Metrics that store the images themselves."""

from keras_gan.arguments import check_int
from keras_gan.data.images import to_uint8
from keras_gan.metrics.metric import ImageMetric, Sample


class ImageSampleMetric(ImageMetric):
    """A metric computed on stored uint8 images.

    Args:
        num_samples: int, number of real and of generated images that are kept: the first ones.
    """

    def __init__(self, num_samples, name):
        super().__init__(name)
        check_int(num_samples, "num_samples", least=2)
        self.num_samples = num_samples

    def make_variables(self, image_shape):
        self.real = Sample(self, "real_images", self.num_samples, image_shape, "uint8")
        self.fake = Sample(self, "fake_images", self.num_samples, image_shape, "uint8")

    def take(self, real, fake, labels):
        for sample, images in ((self.real, real), (self.fake, fake)):
            sample.add(images if "int" in str(images.dtype) else to_uint8(images))
