"""Classification accuracy score: train on generated images, test on real ones."""

import keras
import numpy as np

from keras_gan.arguments import check_int
from keras_gan.features.train_extractor import accuracy_of, train_classifier
from keras_gan.metrics.image_sample import ImageSampleMetric
from keras_gan.metrics.metric import Sample


@keras.saving.register_keras_serializable("keras_gan")
class ClassificationAccuracyScore(ImageSampleMetric):
    """Accuracy on real images of a classifier that was trained only on generated ones.

    For conditional models: it needs labels. Each call of `result` trains a small convolutional
    network.

    Args:
        num_classes: int.
        epochs: int, passes over the generated images. Default 5.
        seed: int, of the classifier.
        num_samples: int, number of real and of generated images that are kept. Default 10,000.
        name: default "cas".

    Example:
    >>> metric = keras_gan.metrics.ClassificationAccuracyScore(num_classes=2, epochs=10)
    >>> labels = np.arange(128) % 2
    >>> images = np.ones((128, 8, 8, 1), "float32") * (2.0 * labels - 1.0)[:, None, None, None]
    >>> metric.update_state(images, images, labels)
    >>> metric.result()
    1.0

    Reference: Ravuri and Vinyals, "Classification Accuracy Score for Conditional Generative Models",
    2019, https://arxiv.org/abs/1905.10887
    """

    takes_labels = True

    def __init__(self, num_classes, epochs=5, seed=0, num_samples=10_000, name="cas"):
        super().__init__(num_samples, name)
        check_int(num_classes, "num_classes", least=2)
        check_int(epochs, "epochs")
        self.num_classes, self.epochs, self.seed = num_classes, epochs, seed

    def make_variables(self, image_shape):
        super().make_variables(image_shape)
        self.labels = Sample(self, "labels_seen", self.num_samples, (), "int64")

    def take(self, real, fake, labels):
        super().take(real, fake, labels)
        self.labels.add(labels)

    def compute(self):
        labels = self.labels.numpy()
        real, fake, labels = (x[labels >= 0] for x in (self.real.numpy(), self.fake.numpy(), labels))
        network = train_classifier(_floats(fake), labels, self.num_classes, self.epochs, self.seed)
        return accuracy_of(network, _floats(real), labels)


def _floats(images):
    return images.astype("float32") / np.float32(127.5) - 1.0
