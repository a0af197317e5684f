"""Maximum mean discrepancy with a Gaussian kernel (CMMD)."""

import keras

from keras_gan.metrics import functional
from keras_gan.metrics.sampled import SampledMetric


@keras.saving.register_keras_serializable("keras_gan")
class MaximumMeanDiscrepancy(SampledMetric):
    """Squared MMD of features of unit length with a Gaussian kernel, times 1000. Logged as `cmmd`.

    The published metric uses the image embeddings of CLIP ViT-L/14 at 336 pixels. Compare only values of the
    same extractor. The metric does not assume Gaussian features.

    Args:
        extractor: `Extractor`, or a `source` for one.
        sigma: float, the kernel's width. Default 10.
        scale: float, a factor. Default 1000.
        num_samples: int, number of real and of generated images that are kept.
        name: default "cmmd".

    Example:
    >>> network = keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten()])
    >>> metric = keras_gan.metrics.MaximumMeanDiscrepancy(network)
    >>> images = np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    >>> metric.update_state(images, images)
    >>> metric.result()
    {'cmmd': 0.0}

    Reference: Jayasumana et al., "Rethinking FID: Towards a Better Evaluation Metric for Image Generation", 2024,
    https://arxiv.org/abs/2401.09603
    """

    def __init__(self, extractor, sigma=10.0, scale=1000.0, num_samples=10_000, name="cmmd"):
        super().__init__(extractor, num_samples, name)
        for argument, value in (("sigma", sigma), ("scale", scale)):
            if not value > 0:
                raise ValueError(f"`{argument}` must be positive. Received: {value}")
        self.sigma, self.scale = sigma, scale

    def compute(self):
        return {
            self.name: functional.maximum_mean_discrepancy(
                self.real.numpy(), self.fake.numpy(), self.sigma, self.scale
            )
        }
