"""VAE-GAN."""

import math

import keras
import tensorflow as tf
from keras import ops

from keras_gan import random, replicas
from keras_gan.arguments import check_weight
from keras_gan.layers.packing import pack_size
from keras_gan.losses.adversarial_loss import weighted_mean
from keras_gan.models.encoding import Variational, check_encoder, divergence
from keras_gan.models.gan import GAN, untouched
from keras_gan.noise import Normal
from keras_gan.optimizers import Adam
from keras_gan.regularizers.feature_matching import last_features
from keras_gan.schedules import number_or_schedule, value_at


@keras.saving.register_keras_serializable("keras_gan")
class VAEGAN(Variational, GAN):
    """A VAE and a GAN with one generator; reconstructions are compared by discriminator features.

        features = mean (f(x) - f(G(z)))^2,   z ~ q(z | x) = N(mean(x), diag(deviation(x)^2))
        encoder:        units / 2 log features + beta KL(q(z | x) || N(0, I)), in nats per image
        generator:      feature_weight / 2 log features + adversarial loss of G(z) and of G(z'),   z' ~ N(0, I)
        discriminator:  adversarial loss of x against both

    The first term is the likelihood of f(x) under a normal distribution around f(G(z)) with the variance of
    the batch, so that the scale of the discriminator's features does not matter.

    f is the input of the discriminator's last layer with weights. The discriminator sees as many fakes as
    real images, alternately reconstructions and samples. It logs the metrics of `GAN`, `g_features` (with its
    weight), `features`, `kl` in nats per image, and `e_loss`. It has three players, in the order
    discriminator, generator, encoder; Adam(2e-4, 0.5) for each, and the non-saturating loss.

    Args:
        encoder: keras.Model from images to means and log variances side by side, (batch, 2 latent_dim).
        generator: keras.Model from latents to images in [-1, 1].
        discriminator: keras.Model from images to logits.
        feature_weight: float, weight of the generator's feature loss against the adversarial loss. Default 1.
        ema_decay: as in `GAN`, for encoder and generator. seed, dataset_name, class_names: as in `GAN`.

    `compile` also takes `encoder_optimizer`, and `beta`, a number or a schedule over steps; default 1.

    Example:
    >>> encoder, _ = keras_gan.networks.vae((28, 28, 1), latent_dim=8, filters=4)
    >>> networks = keras_gan.networks.dcgan((28, 28, 1), latent_dim=8, filters=4, discriminator_normalization="none")
    >>> model = keras_gan.VAEGAN(encoder, *networks)
    >>> model.compile(regularizers=["r1"])
    >>> images = np.random.uniform(-1, 1, (32, 28, 28, 1)).astype("float32")
    >>> history = model.fit(images, verbose=0)
    >>> model.reconstruct(images[:2]).shape, model.generate(4, seed=0).shape
    ((2, 28, 28, 1), (4, 28, 28, 1))

    Reference: Larsen et al., "Autoencoding beyond pixels using a learned similarity metric", 2016,
    https://arxiv.org/abs/1512.09300, with a variance of 1; the variance of the batch: Rybkin et al., "Simple
    and Effective VAE Training with Calibrated Decoders", 2021, https://arxiv.org/abs/2006.13202
    """

    networks = ("encoder", "generator", "discriminator")
    players = {**GAN.players, "encoder": ("encoder",)}
    averaged = ("encoder", "generator")
    loss_names = {**GAN.loss_names, "encoder": "e_loss"}
    term_names = {"discriminator": (), "generator": ("g_features",)}
    validation_names = (*GAN.validation_names, "features", "kl")

    def __init__(self, encoder, generator, discriminator, *, feature_weight=1.0, **kwargs):
        super().__init__(generator, discriminator, encoder=encoder, **kwargs)
        if not isinstance(self.noise, Normal):
            raise ValueError(
                f"The prior of a VAEGAN is normal, of which the KL divergence is computed. Received: noise={self.noise}"
            )
        self.feature_weight = check_weight(feature_weight, "feature_weight")
        # Bypasses Keras' attribute tracking: the layers belong to the discriminator.
        vars(self)["_features"] = last_features(discriminator, self.heads)

    def check_networks(self, encoder, generator, discriminator):
        super().check_networks(generator, discriminator)
        check_encoder(encoder, generator, per_latent=2, name="generator")
        if pack_size(discriminator) > 1:
            raise ValueError("VAEGAN compares images one by one, and this discriminator sees packs of them.")

    def get_config(self):
        return {**super().get_config(), "feature_weight": self.feature_weight}

    def defaults(self):
        return {**super().defaults(), "encoder_optimizer": Adam(2e-4, beta_1=0.5), "beta": 1.0}

    def _take_parts(self, *, beta, discriminator_steps, **others):
        if discriminator_steps != 1:
            raise ValueError(f"VAEGAN makes one discriminator step. Received: {discriminator_steps}")
        super()._take_parts(
            beta=number_or_schedule(beta, "beta"), discriminator_steps=discriminator_steps, **others
        )

    @property
    def figure_names(self):
        return [*super().figure_names, "features", "kl", "e_loss"]

    # === The update ===

    def draw(self, count, seed):
        drawn = super().draw(count, seed)
        if not isinstance(seed, keras.random.SeedGenerator):
            # The same seed would draw the latents again.
            seed = seed + tf.constant([1, 0], seed.dtype)
        return {**drawn, "posterior_noise": random.normal((count, *self.noise.shape), seed)}

    def encoded(self, batch, training=True):
        """The batch with its reconstructions `made`, and the scalars `features` (their distance) and `kl`."""
        mean, log_variance = self.posterior(batch["image"], training)
        z = mean + ops.exp(0.5 * log_variance) * batch["posterior_noise"]
        made = self.synthesize(z, training=training)
        with untouched(self.discriminator):
            real, fake = (self._features(x, training=training) for x in (batch["image"], made))
        difference = ops.square(ops.cast(real, "float32") - ops.cast(fake, "float32"))
        weight = batch.get("sample_weight")
        return {
            **batch,
            "codes": z,
            "made": made,
            "units": math.prod(real.shape[1:]),
            "features": replicas.mean(weighted_mean(difference, weight)),
            "kl": weighted_mean(divergence(mean, log_variance), weight),
        }

    def forward(self, batch, training=True):
        """Fakes: in training alternately reconstructions and samples, otherwise samples alone."""
        fake = super().forward(batch, training)
        if not training:
            return fake
        made = batch["made"] if "made" in batch else self.encoded(batch)["made"]
        return by_turns(made, fake)

    def samples(self, batch):
        return super().forward(batch)

    def update(self, batch):
        batch = self.arrange(batch)
        batch = {**batch, **self.draw(tf.shape(batch["image"])[0], self.seed_generator)}
        with self.record("encoder") as encoder_tape, self.record("generator") as generator_tape:
            batch = self.encoded(batch)
            fake = self.forward(batch)
        # The latents of the fakes: codes of reconstructions, and latents of samples.
        batch["latents"] = by_turns(tf.stop_gradient(batch["codes"]), batch["latents"])
        figures = self._play(self.turn_of("discriminator", batch, self.shown(fake)))
        figures |= self._play(self.turn_of("generator", batch, fake), generator_tape)
        return figures | self.minimize("encoder", lambda: self.encoder_objective(batch), encoder_tape)

    def passed_by(self, player):
        if player == "encoder":
            return [self.encoder, self.generator, self.discriminator]
        return super().passed_by(player)

    def encoder_objective(self, batch):
        """The encoder's objective on a batch from `encoded`; returns (loss, metrics) for `minimize`."""
        beta = value_at(self.beta, self.state.step.value)
        figures = {name: batch[name] for name in ("features", "kl")}
        return 0.5 * batch["units"] * self._log_features(batch) + beta * batch["kl"], figures

    def _log_features(self, batch):
        return ops.log(batch["features"] + 1e-12)

    def generator_terms(self, turn):
        batch = turn.batch if "features" in turn.batch else self.encoded(turn.batch)
        return {"g_features": 0.5 * self.feature_weight * self._log_features(batch)}

    def validate(self, batch):
        figures, real, fake = super().validate(batch)
        encoded = self.encoded(batch, training=False)
        return {**figures, "features": encoded["features"], "kl": encoded["kl"]}, real, fake


def by_turns(first, second):
    """Alternate rows of both by their index in the global batch: replicas compute what one device does."""
    count = tf.shape(first)[0]
    row = replicas.count_and_index()[1] * count + tf.range(count)
    return tf.where(tf.reshape(row % 2 == 0, (-1,) + (1,) * (len(first.shape) - 1)), first, second)
