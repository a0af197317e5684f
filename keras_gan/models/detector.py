"""Base class of anomaly detectors: scores, heat maps, a threshold, and images in windows."""

import numbers
import warnings

import numpy as np
from keras import ops

from keras_gan import export
from keras_gan.data.images import to_uint8
from keras_gan.grid import as_levels, interleave
from keras_gan.metrics import detection
from keras_gan.models.encoding import InParts
from keras_gan.tiles import in_windows


class Detector(InParts):
    """Computes anomaly scores and heat maps, and detects anomalies by a threshold; a mixin for `Game`.

    A subclass defines `scored`. A detector trains on normal images only.

    Args:
        limit: float, the score above which an image is an anomaly; `threshold` determines it. Default: None,
            not set.

    Attributes:
        limit: as the argument.
        memory: latents of normal images, (n, latent_dim), that scores are computed with after `remember`;
            else None.
    """

    # Images or windows per batch.
    images_at_once = 256

    def __init__(self, *networks, limit=None, **kwargs):
        super().__init__(*networks, **kwargs)
        if limit is not None and not (isinstance(limit, numbers.Real) and np.isfinite(limit)):
            raise ValueError(f"`limit` must be a finite number, or None. Received: {limit!r}")
        self.limit = None if limit is None else float(limit)
        # Bypasses Keras' attribute tracking: `memory` is not a weight.
        vars(self)["memory"] = None

    def get_config(self):
        return {**super().get_config(), "limit": self.limit}

    def fit(self, *args, **kwargs):
        """As `Game.fit`; resets `limit` and `memory`, which belong to the old weights, with a warning."""
        for name, anew in (("memory", "remember"), ("limit", "threshold")):
            if getattr(self, name) is not None:
                warnings.warn(
                    f"The detector trains further: its `{name}` no longer holds. Find it anew with `{anew}`.",
                    stacklevel=2,
                )
                vars(self)[name] = None
        return super().fit(*args, **kwargs)

    def save_own_variables(self, store):
        super().save_own_variables(store)
        if self.memory is not None:
            store["memory"] = self.memory

    def load_own_variables(self, store):
        if "memory" in store.keys():  # noqa: SIM118 (an h5 group)
            vars(self)["memory"] = np.asarray(store["memory"][()])
            store = {name: store[name] for name in store.keys() if name != "memory"}  # noqa: SIM118
        super().load_own_variables(store)

    def remember(self, images, batch_size=None):
        """Keep the latents of normal images; scores are then the distance to the nearest of these latents.

            score = min over n of mean (E(x) - E(n))^2

        If the normal images are diverse, this detects far more anomalies than the reconstruction error does.
        It resets `limit`. Heat maps do not change.

        Args:
            images: normal images of the networks' size; training images may be used. None restores the old
                score.
            batch_size: int, images at once.

        Raises:
            ValueError: for a model without an encoder, and as `score`.

        Reference: Bergman et al., "Deep Nearest Neighbor Anomaly Detection", 2020, https://arxiv.org/abs/2002.10445
        """
        if not hasattr(self, "encode"):
            raise ValueError(f"{type(self).__name__} has no encoder that could give latents to remember.")
        batch_size = self.images_at_once if batch_size is None else batch_size
        vars(self)["memory"] = None if images is None else self.encode(images, batch_size)
        self.limit = None

    def result(self, images):
        """Scores and heat maps of `scored`; with a `memory` the scores are the distances to it."""
        scores, heatmaps = self.scored(images)
        if self.memory is not None:
            # The mean is subtracted so that large squares do not cancel the differences between latents.
            kept = ops.convert_to_tensor(self.memory - self.memory.mean(0))
            codes = ops.cast(self.codes(images), "float32") - self.memory.mean(0)
            rows, columns = (ops.sum(ops.square(x), axis=1) for x in (codes, kept))
            distances = rows[:, None] + columns[None] - 2.0 * ops.matmul(codes, ops.transpose(kept))
            scores = ops.maximum(ops.min(distances, axis=1), 0.0) / codes.shape[1]
        return scores, heatmaps

    def scored(self, images):
        """Compute scores and heat maps of images in [-1, 1].

        Returns:
            Tensors: scores (batch,), and heat maps (batch, height, width), for vectors (batch, size).
        """
        raise NotImplementedError(f"{type(self).__name__} must define `scored`.")

    def score(self, images, batch_size=None, overlap=0.5, scaled=False):
        """Anomaly score of each image, the higher the less normal; array of shape (n,).

        Args:
            images: uint8, or floats in [-1, 1], of shape (n, height, width, channels), or vectors (n, size).
                Images larger than the networks take are scored window by window; the highest score of a
                window is theirs.
            batch_size: int, images or windows at once. Default: 256; 32 for `AnoGAN`.
            overlap: float in [0, 1), share of a window's side that the next window covers too.
            scaled: bool, whether to scale these scores so that the lowest is 0 and the highest 1, as
                GANomaly's official test does.
        """
        scores = self.found(images, batch_size, overlap)[0]
        return (scores - scores.min()) / max(np.ptp(scores), 1e-12) if scaled else scores

    def heatmap(self, images, batch_size=None, overlap=0.5):
        """Heat map of each image, high where it is not normal; arguments as `score`.

        Returns:
            Array of shape (n, height, width), for vectors (n, size). Where windows overlap, it is their mean.
        """
        return self.found(images, batch_size, overlap)[1]

    def found(self, images, batch_size=None, overlap=0.5):
        """Scores and heat maps, computed together; arguments as `score`."""
        images, own = np.asarray(images), self.image_shape
        batch_size = self.images_at_once if batch_size is None else batch_size
        if not 0.0 <= overlap < 1.0:
            raise ValueError(f"`overlap` must be in [0, 1). Received: {overlap!r}")
        larger = images.ndim == len(own) + 1 == 4 and images.shape[1:3] != own[:2]
        fits = images.shape[3:] == own[2:] and all(a >= b for a, b in zip(images.shape[1:3], own))
        if not larger or not fits or not len(images):
            return self.in_parts(self.result, images, batch_size)
        # The range is that of all images, not of one window.
        images = self.as_floats(images)
        return in_windows(
            lambda windows: self.in_parts(self.result, windows, batch_size, checked=True),
            images,
            own[:2],
            overlap,
        )

    def threshold(self, false_positive_rate=0.05, images=None, batch_size=None, overlap=0.5):
        """Set `limit` to the score above which at most a share `false_positive_rate` of normal images lies.

        Args:
            false_positive_rate: float in [0, 1).
            images: normal images that it was not trained on. images, batch_size, overlap: as in `score`.

        Returns:
            float, the limit.

        Raises:
            ValueError: if there are too few images for the rate; and as `score`.
        """
        if images is None:
            raise ValueError("`images` must be normal ones that it was not trained on.")
        self.limit = detection.limit_of(self.score(images, batch_size, overlap), false_positive_rate)
        return self.limit

    def detect(self, images, batch_size=None, overlap=0.5):
        """Which images score above `limit`: booleans (n,). Raises a ValueError if `limit` is not set."""
        if self.limit is None:
            raise ValueError("Find the limit first: `threshold(false_positive_rate=0.05, images=normal)`.")
        return self.score(images, batch_size, overlap) > self.limit

    def measure(self, images, anomalous, masks=None, batch_size=None, overlap=0.5):
        """Measure how well scores separate anomalous images from normal ones.

        Args:
            images, batch_size, overlap: as in `score`.
            anomalous: booleans (n,).
            masks: booleans (n, height, width), which pixels are anomalous, or None.

        Returns:
            dict with "auroc" and "auprc" over images; if masks are given, also "pixel_auroc" and
            "per_region_overlap".

        Raises:
            ValueError: as `metrics.detection.auroc`, and if images that are not `anomalous` have a mask.
        """
        if masks is not None:
            masks, wanted = np.asarray(masks), np.shape(images)[:-1]
            if masks.shape != wanted:
                raise ValueError(f"`masks` must have the images' shape {wanted}. Received: {masks.shape}")
            if (masks.any((1, 2)) & ~np.asarray(anomalous, bool)).any():
                raise ValueError("Some images have a mask and are not `anomalous`.")
        scores, heatmaps = self.found(images, batch_size, overlap)
        found = {"auroc": detection.auroc(anomalous, scores), "auprc": detection.auprc(anomalous, scores)}
        if masks is not None:
            found["pixel_auroc"] = detection.auroc(masks, heatmaps)
            found["per_region_overlap"] = detection.per_region_overlap(masks, heatmaps)
        return found

    def described(self):
        """Metadata for exports, a dict for JSON."""
        return {
            "class": type(self).__name__,
            "image_shape": list(self.image_shape),
            "range": [-1, 1],
            "value_range": self.value_range and list(self.value_range),
            "limit": self.limit,
            "remembered": 0 if self.memory is None else len(self.memory),
            "dataset": self.dataset_name,
            "generator_steps": int(self.state.step.numpy()),
            "epochs": int(self.state.epoch.numpy()),
        }

    def export(self, filepath, format="saved_model", metadata=None):
        """Write a SavedModel for use without keras_gan, with `score`: images to `scores` and `heatmaps`."""
        return export.export_detector(self, filepath, format=format, metadata=metadata)

    # === Sample grids ===

    grid_caption, grid_rows = "input | reconstruction | heat map", 8

    def row_names(self, rows):
        """None: the rows of a sample grid have no names."""

    def grid_inputs(self, rows, columns, seed, truncation=1.0):
        """Examples for the rows of a sample grid; each example takes three cells of a row."""
        return self.examples(rows * max(1, columns // 3))["image"]

    def grid_images(self, inputs, columns):
        """Input, reconstruction and heat map of each example side by side."""
        heat = as_levels(self.heatmap(inputs))
        return interleave([to_uint8(inputs).numpy(), self.reconstruct(inputs), heat]), 3 * max(
            1, columns // 3
        )


def differences(images, made):
    """Heat map |x - made|: (batch, height, width), the mean over channels; for vectors (batch, size)."""
    found = ops.abs(ops.cast(images, "float32") - ops.cast(made, "float32"))
    return ops.mean(found, axis=-1) if len(images.shape) == 4 else found
