"""Fréchet distance (FID with any extractor)."""

import keras
from keras import ops

from keras_gan.metrics import functional
from keras_gan.metrics.metric import FeatureMetric
from keras_gan.metrics.reference import load_moments, moments, reference_moments


@keras.saving.register_keras_serializable("keras_gan")
class FrechetDistance(FeatureMetric):
    """||m1 - m2||^2 + Tr(S1 + S2 - 2 (S1 S2)^(1/2)) of features of real and generated images.

    With `extractor="inception"` it is the FID. Means and covariances are accumulated in float64 batch
    by batch, so memory does not grow with the number of batches. Values depend on the number of
    images (the metric warns if it is not larger than the number of features) and on the extractor: compare
    only values for which both are the same.

    Args:
        extractor: `Extractor`, or a `source` for one.
        reference: uint8 images (array or data set) to compare with instead of the real images of the
            validation data, such as the training set. Their statistics are kept in the cache.
        name: default "fid".

    Example:
    >>> network = keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten()])
    >>> metric = keras_gan.metrics.FrechetDistance(network)
    >>> real = np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    >>> metric.update_state(real, real)
    >>> metric.result() < 1e-6
    True

    Reference: Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
    Equilibrium", 2017, https://arxiv.org/abs/1706.08500
    """

    def __init__(self, extractor, reference=None, name="fid"):
        super().__init__(extractor, name)
        self.reference = reference
        if isinstance(reference, str) and not reference.endswith(".npz"):
            raise ValueError(
                f"`reference` must be images or a data set, such as `keras_gan.data.load(...)`. Received: {reference!r}"
            )
        if reference is not None and not isinstance(reference, str):
            self.reference = reference_moments(reference, self.extractor)

    def make_variables(self, image_shape):
        features = self.extractor.features
        for side in ("real", "fake"):
            self.keep(f"{side}_count", (), "float64")
            self.keep(f"{side}_sum", (features,), "float64")
            self.keep(f"{side}_products", (features, features), "float64")

    def take(self, real, fake, labels):
        if self.reference is None:
            self._add("real", real)
        self._add("fake", fake)

    def _add(self, side, images):
        features = ops.cast(self.extractor(images), "float64")
        for name, value in (
            ("count", ops.cast(ops.shape(features)[0], "float64")),
            ("sum", ops.sum(features, axis=0)),
            ("products", ops.matmul(ops.transpose(features), features)),
        ):
            variable = getattr(self, f"{side}_{name}")
            variable.assign(variable.value + value)

    def compute(self):
        real = load_moments(self.reference) if self.reference else self._moments("real")
        return functional.frechet_from_moments(real, self._moments("fake"))

    def _moments(self, side):
        return moments(*(getattr(self, f"{side}_{name}").numpy() for name in ("count", "sum", "products")))
