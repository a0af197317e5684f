"""The variational autoencoder."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan import random
from keras_gan.arguments import check_int
from keras_gan.layers.likelihood import KINDS, Likelihood
from keras_gan.losses.adversarial_loss import weighted_mean
from keras_gan.models import checks
from keras_gan.models.encoding import Variational, check_encoder, divergence
from keras_gan.models.generative import Generative
from keras_gan.optimizers import Adam
from keras_gan.schedules import number_or_schedule, value_at
from keras_gan.training.game import Game


@keras.saving.register_keras_serializable("keras_gan")
class VAE(Variational, Generative, Game):
    """Variational autoencoder: an encoder to a normal posterior over latents, and a decoder to images.

        loss = E[-log p(x | z)] + beta KL(q(z | x) || N(0, I)),   z ~ q(z | x) = N(mean(x), diag(deviation(x)^2))

    One player, `autoencoder`, trains both networks. The metrics `loss`, `reconstruction` and `kl` are in nats
    per image; with beta = 1 the loss is the negative evidence lower bound. Adam(1e-3).

    Args:
        encoder: keras.Model from images to means and log variances side by side, (batch, 2 latent_dim).
        decoder: keras.Model from latents to images; with a Bernoulli likelihood to the logits of white.
            `networks.vae` makes both networks.
        likelihood: "gaussian" (default) with a learnt variance, `layers.GaussianLikelihood(variance)`, or
            "bernoulli".
        ema_decay: as in `GAN`, for both networks; default None. seed, dataset_name, class_names: as in `GAN`.

    `compile(optimizer=, beta=1.0)`; `beta` is a number or a schedule over steps.

    Example:
    >>> vae = keras_gan.VAE(*keras_gan.networks.vae((28, 28, 1), latent_dim=8, filters=4))
    >>> vae.compile(beta=1.0)
    >>> images = np.random.uniform(-1, 1, (32, 28, 28, 1)).astype("float32")
    >>> history = vae.fit(images, verbose=0)
    >>> vae.reconstruct(images[:2]).shape, vae.generate(4, seed=0).shape
    ((2, 28, 28, 1), (4, 28, 28, 1))

    Reference: Kingma & Welling, "Auto-Encoding Variational Bayes", 2014, https://arxiv.org/abs/1312.6114; beta: Higgins et
    al., "beta-VAE", 2017; the bound from many samples: Burda et al., "Importance Weighted Autoencoders",
    2016,
    https://arxiv.org/abs/1509.00519
    """

    networks = ("encoder", "generator")
    players = {"autoencoder": ("encoder", "generator", "likelihood")}
    averaged = ("encoder", "generator")
    loss_names = {"autoencoder": "loss"}
    figure_names = validation_names = ("loss", "reconstruction", "kl")

    def __init__(self, encoder, decoder, *, likelihood="gaussian", ema_decay=None, **kwargs):
        super().__init__(encoder, decoder, ema_decay=ema_decay, **kwargs)
        if isinstance(likelihood, dict):
            likelihood = keras.saving.deserialize_keras_object(likelihood)
        elif isinstance(likelihood, str) and likelihood in KINDS:
            likelihood = KINDS[likelihood]()
        if not isinstance(likelihood, Likelihood):
            raise ValueError(
                f"`likelihood` must be one of {sorted(KINDS)}, or a `keras_gan.layers.Likelihood`. Received: {likelihood!r}"
            )
        if checks.ends_in_sigmoid(self.generator):
            raise ValueError(
                "The decoder ends in a sigmoid. A Bernoulli likelihood takes logits, a Gaussian one images in [-1, 1]: remove it."
            )
        self.likelihood = likelihood

    def check_networks(self, encoder, generator):
        super().check_networks(encoder=encoder, decoder=generator)
        check_encoder(encoder, generator, per_latent=2)

    given_networks = ("encoder", "decoder")

    def networks_given(self):
        return {"encoder": self.encoder, "decoder": self.generator}

    def get_config(self):
        return {**super().get_config(), "likelihood": keras.saving.serialize_keras_object(self.likelihood)}

    @property
    def decoder(self):
        return self.generator

    def defaults(self):
        return {"autoencoder_optimizer": Adam(1e-3), "beta": 1.0}

    def _take_parts(self, *, beta, **optimizers):
        super()._take_parts(beta=number_or_schedule(beta, "beta"), **optimizers)

    # === The update ===

    def objective(self, batch, training=True):
        """Loss of a batch with `latents`, the posterior's noise; returns (loss, metrics) for `minimize`."""
        image, weight = batch["image"], batch.get("sample_weight")
        mean, log_variance = self.posterior(image, training)
        z = mean + ops.exp(0.5 * log_variance) * batch["latents"]
        generator = self.generator if training else self.ema_generator
        nll = self.likelihood(image, generator(z, training=training))
        figures = {
            "reconstruction": weighted_mean(nll, weight),
            "kl": weighted_mean(divergence(mean, log_variance), weight),
        }
        beta = value_at(self.beta, self.state.step.value)
        return figures["reconstruction"] + beta * figures["kl"], figures

    def update(self, batch):
        batch = batch | self.draw(tf.shape(batch["image"])[0], self.seed_generator)
        return self.minimize("autoencoder", lambda: self.objective(batch))

    def validate(self, batch):
        """The loss of a held-out batch; for metrics also its images, and as many generated ones."""
        loss, figures = self.objective(batch, training=False)
        return {**figures, "loss": loss}, batch["image"], self.synthesize(batch["latents"])

    # === Use ===

    def synthesize(self, latents, condition=None, training=False):
        images = self.likelihood.images(super().synthesize(latents, condition, training))
        return ops.clip(images, -1.0, 1.0) if self.modality.in_range and not training else images

    def call(self, inputs, training=False):
        return self.synthesize(inputs)

    def elbo(self, images, seed=0, batch_size=256):
        """The evidence lower bound of each image in nats, with one sample of z; array of shape (n,)."""
        return self.log_likelihood(images, samples=None, seed=seed, batch_size=batch_size)

    def log_likelihood(self, images, samples=64, seed=0, batch_size=256):
        """A lower bound of log p(x) of each image in nats; array of shape (n,). More samples make it tighter.

            log of the mean over z ~ q(z | x) of p(x | z) p(z) / q(z | x)

        Args:
            images: of the shape that the encoder takes: uint8, or floats in [-1, 1].
            samples: int, samples of z for each image.
            seed: int.
            batch_size: int, images at once.
        """
        if samples is not None:
            check_int(samples, "samples")
        # Each part and each sample has its own seed.
        drawn = iter(range(1, 2**31))

        def bound(x):
            mean, log_variance = self.posterior(x)
            found = []
            for _ in range(samples or 1):
                noise = random.normal(tuple(mean.shape), tf.constant([seed, next(drawn)], "int64"))
                z = mean + ops.exp(0.5 * log_variance) * noise
                nll = self.likelihood(x, self.ema_generator(z, training=False))
                prior = ops.sum(ops.square(noise) - ops.square(z) + log_variance, axis=1) / 2.0
                found.append((-divergence(mean, log_variance) if samples is None else prior) - nll)
            return [ops.logsumexp(ops.stack(found), axis=0) - np.log(samples or 1).astype("float32")]

        return self.in_parts(bound, images, batch_size)[0]
