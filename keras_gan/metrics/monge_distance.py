"""Monge distance (MIND)."""

import keras

from keras_gan.arguments import check_int
from keras_gan.metrics import functional
from keras_gan.metrics.sampled import SampledMetric


@keras.saving.register_keras_serializable("keras_gan")
class MongeDistance(SampledMetric):
    """Squared Wasserstein-2 distance of features along random directions, averaged. Logged as `mind`.

    Args:
        extractor: `Extractor`, or a `source` for one.
        directions: int, number of random unit vectors. Default 1000.
        seed: int, of the directions.
        num_samples: int, number of real and of generated images that are kept.
        name: default "mind".

    Example:
    >>> network = keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten()])
    >>> metric = keras_gan.metrics.MongeDistance(network)
    >>> images = np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    >>> metric.update_state(images, images)
    >>> metric.result()
    {'mind': 0.0}

    Reference: Berthet et al., "MIND: Monge Inception Distance for Generative Models Evaluation", 2026, https://arxiv.org/abs/2605.06797
    """

    def __init__(self, extractor, directions=1000, seed=0, num_samples=10_000, name="mind"):
        super().__init__(extractor, num_samples, name)
        check_int(directions, "directions")
        self.directions, self.seed = directions, seed

    def compute(self):
        return {
            self.name: functional.monge_distance(
                self.real.numpy(), self.fake.numpy(), self.directions, self.seed
            )
        }
