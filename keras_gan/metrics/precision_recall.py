"""Improved precision and recall, density and coverage."""

import keras

from keras_gan.arguments import check_int
from keras_gan.metrics import functional
from keras_gan.metrics.sampled import SampledMetric


@keras.saving.register_keras_serializable("keras_gan")
class PRDC(SampledMetric):
    """Precision, recall, density and coverage from one pass over the distances.

    Precision and density measure fidelity, recall and coverage measure diversity. See
    `keras_gan.metrics.functional.prdc`.

    Args:
        extractor: `Extractor`, or a `source` for one.
        k: int, the radius of a ball is the distance to its k-th neighbour. Default 5.
        num_samples: int, number of real and of generated images that are kept.
        name: default "prdc"; the values are logged as `precision`, `recall`, `density` and `coverage`;
            another name is put before them.

    Example:
    >>> network = keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten()])
    >>> metric = keras_gan.metrics.PRDC(network)
    >>> real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 64, 8, 8, 1)).astype("float32")
    >>> metric.update_state(real, fake)
    >>> list(metric.result())
    ['precision', 'recall', 'density', 'coverage']

    Reference: Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative Models", 2020,
    https://arxiv.org/abs/2002.09797
    """

    def __init__(self, extractor, k=5, num_samples=10_000, name="prdc"):
        super().__init__(extractor, num_samples, name)
        check_int(k, "k")
        self.k = k

    @property
    def fewest(self):
        return self.k + 1

    @property
    def figure_names(self):
        before = "" if self.name == "prdc" else f"{self.name}_"
        return [before + name for name in ("precision", "recall", "density", "coverage")]

    def figures(self):
        return functional.prdc(self.real.numpy(), self.fake.numpy(), self.k)

    def compute(self):
        return dict(zip(self.figure_names, self.figures().values(), strict=True))


@keras.saving.register_keras_serializable("keras_gan")
class Precision(PRDC):
    """Share of generated images within the manifold of the real ones; `PRDC` computes all four at once.

    Args:
        extractor, k, num_samples, name: as in `PRDC`; k is 3 by default.

    Reference: Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing Generative
    Models", 2019, https://arxiv.org/abs/1904.06991
    """

    def __init__(self, extractor, k=3, num_samples=10_000, name="precision"):
        super().__init__(extractor, k, num_samples, name)

    @property
    def figure_names(self):
        return [self.name]

    def compute(self):
        return self.figures()["precision"]


@keras.saving.register_keras_serializable("keras_gan")
class Recall(PRDC):
    """Share of real images within the manifold of the generated ones; arguments as in `Precision`."""

    def __init__(self, extractor, k=3, num_samples=10_000, name="recall"):
        super().__init__(extractor, k, num_samples, name)

    @property
    def figure_names(self):
        return [self.name]

    def compute(self):
        return self.figures()["recall"]


@keras.saving.register_keras_serializable("keras_gan")
class Density(PRDC):
    """Mean number of real balls that contain a generated image, divided by k; arguments as in `PRDC`."""

    def __init__(self, extractor, k=5, num_samples=10_000, name="density"):
        super().__init__(extractor, k, num_samples, name)

    @property
    def figure_names(self):
        return [self.name]

    def compute(self):
        return self.figures()["density"]


@keras.saving.register_keras_serializable("keras_gan")
class Coverage(PRDC):
    """Share of real balls that contain a generated image; arguments as in `PRDC`."""

    def __init__(self, extractor, k=5, num_samples=10_000, name="coverage"):
        super().__init__(extractor, k, num_samples, name)

    @property
    def figure_names(self):
        return [self.name]

    def compute(self):
        return self.figures()["coverage"]
