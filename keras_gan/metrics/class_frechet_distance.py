"""Fréchet distance for each class."""

import warnings

import keras
import numpy as np
from keras import ops

from keras_gan.arguments import check_int
from keras_gan.metrics import functional
from keras_gan.metrics.metric import FeatureMetric
from keras_gan.metrics.reference import moments


@keras.saving.register_keras_serializable("keras_gan")
class ClassFrechetDistance(FeatureMetric):
    """Fréchet distance between generated and real images of each class, and the mean over classes.

    Logged as `intra_fid`, the mean (intra-FID), and `intra_fid_0`, `intra_fid_1`, ... For conditional
    models: it needs labels, which real and generated images share.

    Args:
        extractor: `Extractor`, or a `source` for one.
        num_classes: int. The metric takes 2 x num_classes x features^2 x 8 bytes of memory.
        name: default "intra_fid".

    Example:
    >>> network = keras.Sequential([keras.layers.Input((2, 2, 1)), keras.layers.Flatten()])
    >>> metric = keras_gan.metrics.ClassFrechetDistance(network, num_classes=2)
    >>> images = np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    >>> metric.update_state(images, images, np.arange(64) % 2)
    >>> sorted(metric.result())
    ['intra_fid', 'intra_fid_0', 'intra_fid_1']

    Reference: Miyato and Koyama, "cGANs with Projection Discriminator", 2018,
    https://arxiv.org/abs/1802.05637
    """

    takes_labels = True

    def __init__(self, extractor, num_classes, name="intra_fid"):
        super().__init__(extractor, name)
        check_int(num_classes, "num_classes")
        self.num_classes = num_classes

    def make_variables(self, image_shape):
        classes, features = self.num_classes, self.extractor.features
        for side in ("real", "fake"):
            self.keep(f"{side}_count", (classes,), "float64")
            self.keep(f"{side}_sum", (classes, features), "float64")
            self.keep(f"{side}_products", (classes, features, features), "float64")

    def take(self, real, fake, labels):
        member = ops.one_hot(ops.reshape(labels, (-1,)), self.num_classes, dtype="float64")
        for side, images in (("real", real), ("fake", fake)):
            features = ops.cast(self.extractor(images), "float64")
            for name, value in (
                ("count", ops.sum(member, axis=0)),
                ("sum", ops.matmul(ops.transpose(member), features)),
                ("products", ops.einsum("nc,ni,nj->cij", member, features, features)),
            ):
                variable = getattr(self, f"{side}_{name}")
                variable.assign(variable.value + value)

    def compute(self):
        real, fake = (
            [getattr(self, f"{side}_{name}").numpy() for name in ("count", "sum", "products")]
            for side in ("real", "fake")
        )
        figures = {}
        for c in range(self.num_classes):
            # A class without images has no distance.
            few = min(real[0][c], fake[0][c]) < 2
            pair = None if few else [moments(*(part[c] for part in side)) for side in (real, fake)]
            figures[f"{self.name}_{c}"] = float("nan") if few else functional.frechet_from_moments(*pair)
        without = [c for c in range(self.num_classes) if np.isnan(figures[f"{self.name}_{c}"])]
        if without:
            warnings.warn(
                f"The classes {without} have fewer than two images: their {self.name}, and the mean, are NaN.",
                stacklevel=2,
            )
        return {self.name: float(np.mean(list(figures.values()))), **figures}
