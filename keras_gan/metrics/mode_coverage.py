"""Number of modes that generated images cover."""

import keras
import numpy as np
from keras import ops

from keras_gan.features.extractor import get_classifier
from keras_gan.metrics import functional
from keras_gan.metrics.metric import FeatureMetric


@keras.saving.register_keras_serializable("keras_gan")
class ModeCoverage(FeatureMetric):
    """Number of modes among generated samples, and KL divergence of their histogram from uniform.

    The modes are a classifier's classes, or the Gaussians of a mixture. Logged as `modes` and
    `modes_kl` (nats), and for a mixture also `modes_hq`, the share of samples near any centre.

    Args:
        classifier: `Extractor` whose output is class logits, or a `source` for one.
        centers: instead of it, array of shape (modes, size): the centres of a mixture of vectors.
        radius: float, largest distance of a sample to its nearest centre: 3 standard deviations.
        name: default "modes".

    Example:
    >>> ring = [[np.cos(a), np.sin(a)] for a in np.arange(8) * np.pi / 4]
    >>> metric = keras_gan.metrics.ModeCoverage(centers=ring, radius=0.03)
    >>> samples = np.array(ring * 4, "float32") + 0.01
    >>> metric.update_state(samples, samples)
    >>> metric.result()
    {'modes': 8, 'modes_kl': 0.0, 'modes_hq': 1.0}

    Reference: Lin et al., "PacGAN: The power of two samples in generative adversarial networks",
    2018, https://arxiv.org/abs/1712.04086
    """

    @property
    def figure_names(self):
        return [self.name, f"{self.name}_kl", *([f"{self.name}_hq"] if self.centers else [])]

    def __init__(self, classifier=None, *, centers=None, radius=None, name="modes"):
        if (classifier is None) == (centers is None) or (centers is None) != (radius is None):
            raise ValueError(
                "`ModeCoverage` takes a `classifier`, or `centers` and `radius` of a mixture. "
                f"Received: classifier={classifier!r}, centers={centers!r}, radius={radius!r}"
            )
        if centers is not None:
            centers = np.asarray(centers, "float64")
            if centers.ndim != 2 or not len(centers) or not np.isfinite(centers).all() or not radius > 0:
                raise ValueError(
                    "`centers` must be finite, of shape (modes, size), and `radius` positive. "
                    f"Received: shape={centers.shape}, radius={radius}"
                )
            centers = centers.tolist()
        self.centers, self.radius = centers, radius
        super().__init__(None if classifier is None else get_classifier(classifier), name)

    @property
    def classifier(self):
        return self.extractor

    def check(self, image_shape):
        if self.centers is None:
            super().check(image_shape)
        elif tuple(image_shape) != (len(self.centers[0]),):
            raise ValueError(
                f"`centers` have size {len(self.centers[0])}, and the samples have shape {tuple(image_shape)}."
            )

    def make_variables(self, image_shape):
        self.modes = self.extractor.features if self.centers is None else len(self.centers)
        # The last element counts samples of no mode.
        self.keep("counts", (self.modes + 1,), "int64")

    def take(self, real, fake, labels):
        if self.centers is None:
            found = ops.argmax(self.extractor(fake), axis=-1)
        else:
            offsets = ops.cast(fake, "float32")[:, None] - ops.convert_to_tensor(self.centers, "float32")
            squares = ops.sum(ops.square(offsets), axis=-1)
            found = ops.where(
                ops.min(squares, axis=1) <= self.radius**2, ops.argmin(squares, axis=1), self.modes
            )
        hits = ops.one_hot(found, self.modes + 1, dtype="int64")
        self.counts.assign(self.counts.value + ops.sum(hits, axis=0))

    def compute(self):
        counts = self.counts.numpy()
        modes, divergence = functional.mode_coverage(range(self.modes), self.modes, weights=counts[:-1])
        figures = {self.name: modes, f"{self.name}_kl": divergence}
        if self.centers is not None:
            figures[f"{self.name}_hq"] = float(counts[:-1].sum() / max(counts.sum(), 1))
        return figures
