"""A check of an autoencoder: how much information its latent units carry."""

import numpy as np

from keras_gan.callbacks.failures import OF_LATENTS


class LatentProbe:
    """Measures a model's posterior on fixed images; same interface as `callbacks.probe.Probe`.

    Args:
        model: a `VAE` or `VAEGAN`.
        real: dict of a batch of training images.
        batch_size: int, number of images per call of the encoder. Default: all.
    """

    logged = ("kl", "active_units")
    failures = OF_LATENTS
    # `Probe.noise` is a distance between halves of the real images, which no check here uses.
    noise = 0.0

    def __init__(self, model, real, batch_size=None):
        self.model, self.images = model, real["image"]
        self.count = len(self.images)
        self.batch_size = min(batch_size or self.count, self.count)

    def __call__(self, before=()):
        """The present measurements, and an empty list, as the next call needs nothing."""
        kl = self.model.unit_divergences(self.images, self.batch_size).mean(axis=0)
        idle = np.flatnonzero(kl < 0.01).tolist()
        figures = {"kl": float(kl.sum()), "active_units": len(kl) - len(idle), "idle_units": idle}
        return {**figures, "units": len(kl)}, []
