"""Kernel distance (KID)."""

import keras

from keras_gan.arguments import check_int
from keras_gan.metrics import functional
from keras_gan.metrics.sampled import SampledMetric


@keras.saving.register_keras_serializable("keras_gan")
class KernelDistance(SampledMetric):
    """Unbiased squared MMD of features with a cubic kernel, and its standard deviation over subsets.

    Logged as `kid` and `kid_std`. As it is unbiased, values of different numbers of images can be compared.

    Args:
        extractor: `Extractor`, or a `source` for one.
        subsets: int, number of random subsets. Default 100.
        subset_size: int. Default 1000; half of the images if there are not more, so that subsets differ.
        seed: int, of the subsets.
        num_samples: int, number of real and of generated images that are kept.
        name: default "kid".

    Example:
    >>> network = keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten()])
    >>> metric = keras_gan.metrics.KernelDistance(network, subset_size=32)
    >>> real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 64, 8, 8, 1)).astype("float32")
    >>> metric.update_state(real, fake)
    >>> sorted(metric.result())
    ['kid', 'kid_std']

    Reference: Binkowski et al., "Demystifying MMD GANs", 2018, https://arxiv.org/abs/1801.01401
    """

    fewest = 2

    @property
    def figure_names(self):
        return [self.name, f"{self.name}_std"]

    def __init__(self, extractor, subsets=100, subset_size=1000, seed=2020, num_samples=10_000, name="kid"):
        super().__init__(extractor, num_samples, name)
        check_int(subsets, "subsets")
        check_int(subset_size, "subset_size", least=2)
        self.subsets, self.subset_size, self.seed = subsets, subset_size, seed

    def compute(self):
        real, fake = self.real.numpy(), self.fake.numpy()
        size = subset_size_of(self.subset_size, min(len(real), len(fake)))
        mean, deviation = functional.kernel_distance(real, fake, self.subsets, size, self.seed)
        return {self.name: mean, f"{self.name}_std": deviation}


def subset_size_of(size, images):
    """The subset size for a number of images: `size`, or half of the images if there are not more."""
    return size if images > size else max(2, images // 2)
