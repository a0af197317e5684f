"""Perceptual path length."""

import keras
import numpy as np
from keras import ops

from keras_gan.arguments import check_int
from keras_gan.metrics.metric import FeatureMetric


@keras.saving.register_keras_serializable("keras_gan")
class PerceptualPathLength(FeatureMetric):
    """E ||f(G(z_t)) - f(G(z_(t + epsilon)))||^2 / epsilon^2 on paths between latents.

    It measures how smoothly images change between two latents; lower is smoother. f is the extractor's
    output, t is uniform, paths are great circles ("slerp") or straight lines ("lerp"; always in W). Path
    lengths below the 1st and above the 99th percentile are left out. Images are used as the generator
    returns them, not rounded to 256 levels.

    `result` generates its own images, with the EMA generator.

    Args:
        extractor: `Extractor`, or a `source` for one; None compares the generator's outputs themselves.
        num_samples: int, number of paths. Default 1000.
        epsilon: float, step on the path. Default 1e-2: in float32 smaller ones measure rounding errors.
        path: "slerp" or "lerp".
        seed: int.
        batch_size: int.
        name: default "ppl".
        space: "z", the latents (default), or "w", the latents after a StyleGAN's mapping network.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> metric = keras_gan.metrics.PerceptualPathLength(None, num_samples=16)
    >>> metric.prepare((28, 28, 1), gan)
    >>> metric.result() > 0
    True

    Reference: Karras et al., "A Style-Based Generator Architecture for Generative Adversarial
    Networks", 2019, https://arxiv.org/abs/1812.04948
    """

    fewest = 0

    def __init__(
        self,
        extractor,
        num_samples=1000,
        epsilon=1e-2,
        path="slerp",
        seed=0,
        batch_size=64,
        name="ppl",
        space="z",
    ):
        super().__init__(extractor, name)
        check_int(num_samples, "num_samples")
        if path not in ("slerp", "lerp"):
            raise ValueError(f"`path` must be 'slerp' or 'lerp'. Received: {path!r}")
        if not 0 < epsilon < 1:
            raise ValueError(f"`epsilon` must be in (0, 1). Received: {epsilon!r}")
        if space not in ("z", "w"):
            raise ValueError(f"`space` must be 'z' or 'w'. Received: {space!r}")
        self.num_samples, self.epsilon, self.path, self.space = num_samples, epsilon, path, space
        self.seed, self.batch_size = seed, batch_size
        self.model = None

    def check(self, image_shape):
        if self.extractor is not None:
            super().check(image_shape)

    def prepare(self, image_shape, model=None):
        super().prepare(image_shape, model)
        self.model = model or self.model
        if self.space == "w" and self.model is not None and not hasattr(self.model, "style"):
            raise ValueError(
                f"`space='w'` is for StyleGANs. Received: {type(self.model).__name__}. Use `space='z'`."
            )

    def take(self, real, fake, labels):
        """Does nothing: `result` generates the images on paths."""

    def compute(self):
        if self.model is None:
            raise ValueError(
                "PerceptualPathLength needs a model: `evaluate`, or `prepare(image_shape, gan)`."
            )
        from keras_gan.latent import interpolate

        model, lengths = self.model, []
        rng = np.random.default_rng(self.seed)
        ends = model.sample_latents(2 * self.num_samples, self.seed).reshape(2, self.num_samples, -1)
        for start in range(0, self.num_samples, self.batch_size):
            first, last = ends[:, start : start + self.batch_size]
            t = rng.uniform(0.0, 1.0 - self.epsilon, (len(first), 1))
            condition, path, outputs = self._condition(len(first)), self.path, []
            if self.space == "w":
                path = "lerp"
                styles = [
                    ops.convert_to_numpy(model.style(ops.convert_to_tensor(z), condition))
                    for z in (first, last)
                ]
                first, last = (ws.reshape(len(ws), -1) for ws in styles)
            for at in (t, t + self.epsilon):
                latents = interpolate(first, last, at, path).astype("float32")
                if self.space == "w":
                    latents = latents.reshape(styles[0].shape)
                images = model.synthesize(ops.convert_to_tensor(latents), condition)
                outputs.append(self._features(images))
            lengths.append(((outputs[1] - outputs[0]) ** 2).sum(axis=1) / self.epsilon**2)
        lengths = np.concatenate(lengths)
        low, high = np.percentile(lengths, 1, method="lower"), np.percentile(lengths, 99, method="higher")
        return float(lengths[(lengths >= low) & (lengths <= high)].mean())

    def _features(self, images):
        if self.extractor is not None:
            images = self.extractor.of_floats(images)
        return ops.convert_to_numpy(images).reshape(len(images), -1).astype("float64")

    def _condition(self, n):
        """A condition for n images if the model takes one, else None: every class in turn."""
        if self.model.condition is None:
            return None
        return ops.convert_to_tensor(self.model.grid_inputs(n, 1, self.seed)[1])
