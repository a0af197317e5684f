"""Whitening: fewer features, uncorrelated and of variance 1."""

import keras
import numpy as np

from keras_gan.arguments import check_int


@keras.saving.register_keras_serializable("keras_gan")
class Whitening:
    """Principal components of features, each divided by its deviation: easy for a GAN of vectors to learn.

    Args:
        size: int, number of components; their largest number if `share` is given.
        share: float in (0, 1], share of the variance: only as many components are used as explain it.
            Default: no such limit.

    Attributes:
        mean: float array of shape (features,).
        components: float array of shape (features, components found).

    Raises:
        ValueError: raised by `fit` for fewer rows or features than components.

    Example:
    >>> features = np.random.default_rng(0).normal(size=(100, 8)) * np.arange(1, 9)
    >>> whitening = keras_gan.features.Whitening(3).fit(features)
    >>> whitening(features).std(axis=0).round(2)
    array([1., 1., 1.], dtype=float32)
    """

    def __init__(self, size, mean=None, components=None, share=None):
        check_int(size, "size")
        if share is not None and not 0.0 < share <= 1.0:
            raise ValueError(f"`share` must be in (0, 1]. Received: {share!r}")
        self.size, self.share = int(size), share
        self.mean = None if mean is None else np.asarray(mean, "float64")
        self.components = None if components is None else np.asarray(components, "float64")

    def fit(self, features):
        """Find the components of features, an array of shape (n, features); returns the object."""
        features = np.asarray(features, "float64")
        few = (
            self.share is None
            and features.ndim == 2
            and min(len(features) - 1, features.shape[1]) < self.size
        )
        if features.ndim != 2 or len(features) < 2 or few:
            raise ValueError(
                f"`features` must have shape (n, m), with n > {self.size} and m >= {self.size} for "
                f"{self.size} components. Received: shape={features.shape}"
            )
        if not np.isfinite(features).all():
            raise ValueError("The features contain NaN or infinite values.")
        self.mean = features.mean(axis=0)
        _, deviations, rows = np.linalg.svd(features - self.mean, full_matrices=False)
        size = self.size
        if self.share is not None:
            explained = np.cumsum(deviations**2) / max(np.sum(deviations**2), np.finfo("float64").tiny)
            size = int(min(size, np.searchsorted(explained, self.share - 1e-12) + 1))
        deviations = deviations[:size] / np.sqrt(len(features))
        if deviations[-1] <= 1e-9 * deviations[0]:
            raise ValueError(f"The features vary in fewer than {size} directions.")
        # The sign of a component has no meaning: its largest element is made positive, on every machine.
        rows = rows[:size] * np.sign(rows[np.arange(size), np.abs(rows[:size]).argmax(axis=1)])[:, None]
        self.components = rows.T / deviations
        return self

    def __call__(self, features):
        """Components of features, float32 of shape (n, size)."""
        if self.components is None:
            raise ValueError("`fit` it to features first.")
        features = np.asarray(features, "float64")
        if features.ndim != 2 or features.shape[1] != len(self.mean):
            raise ValueError(
                f"`features` must have shape (n, {len(self.mean)}), as those of `fit`. "
                f"Received: shape={features.shape}"
            )
        return ((features - self.mean) @ self.components).astype("float32")

    def get_config(self):
        arrays = {"mean": self.mean, "components": self.components}
        return {"size": self.size, "share": self.share} | {
            k: None if v is None else v.tolist() for k, v in arrays.items()
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)
