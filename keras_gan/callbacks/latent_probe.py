"""One check of an autoencoder from outside: what its latent units carry."""

import numpy as np

from keras_gan.callbacks.failures import OF_LATENTS


class LatentProbe:
    """Computes the figures of a model's posterior on fixed images; as `callbacks.probe.Probe`.

    Args:
        model: a `VAE` or `VAEGAN`.
        real: dict of a batch of training images.
        batch_size: int, how many images the encoder sees at once. Default: all.
    """

    logged = ("kl", "active_units")
    failures = OF_LATENTS
    # Nothing here is compared with a distance of real halves.
    noise = 0.0

    def __init__(self, model, real, batch_size=None):
        self.model, self.images = model, real["image"]
        self.count = len(self.images)
        self.batch_size = min(batch_size or self.count, self.count)

    def __call__(self, before=()):
        """The figures now, and nothing for the next call."""
        kl = self.model.unit_divergences(self.images, self.batch_size).mean(axis=0)
        idle = np.flatnonzero(kl < 0.01).tolist()
        figures = {"kl": float(kl.sum()), "active_units": len(kl) - len(idle), "idle_units": idle}
        return {**figures, "units": len(kl)}, []
