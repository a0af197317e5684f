"""BiGAN."""

import keras
import tensorflow as tf
from keras import ops

from keras_gan.arguments import check_weight
from keras_gan.latent.search import mean_square
from keras_gan.losses.adversarial_loss import weighted_mean
from keras_gan.models.detector import Detector, differences
from keras_gan.models.encoding import Encoding, check_encoder
from keras_gan.models.gan import untouched
from keras_gan.models.generative import Generative
from keras_gan.optimizers import Adam
from keras_gan.regularizers.feature_matching import last_features
from keras_gan.training.game import Game


@keras.saving.register_keras_serializable("keras_gan")
class BiGAN(Detector, Encoding, Generative, Game):
    """A GAN with an encoder, whose discriminator takes images with latents; as EGBAD it detects anomalies.

        discriminator:  -log D(x, E(x)) - log(1 - D(G(z), z))
        generator:      -log D(G(z), z) - log(1 - D(x, E(x))),   for generator and encoder together

    At the optimum E is the inverse of G. The score of an image is (1 - feature_weight) mean (x - G(E(x)))^2 +
    feature_weight mean (f(x, E(x)) - f(G(E(x)), E(x)))^2, where f is the input of the discriminator's last
    layer. The heat map is |x - G(E(x))|. Adam(2e-4, 0.5) for both players. `score`, `heatmap`, `threshold`,
    `detect` and `measure` are those of `keras_gan.models.detector.Detector`, and `generate` is that of `GAN`.
    `latent.invert(model, images, "encoder")` uses its encoder.

    Args:
        encoder: keras.Model from images to latents, such as `networks.encoder(image_shape, latent_dim,
            normalization="batch")`. Without batch normalisation it learns one code for all images.
        generator: keras.Model from latents, drawn from N(0, I), to images in [-1, 1].
        discriminator: keras.Model from [images, latents] to logits, such as `networks.joint_discriminator`.
        feature_weight: float in [0, 1]. Default 0.1.
        limit: as in `Detector`.
        ema_decay: as in `GAN`, for encoder and generator. seed, dataset_name, class_names: as in `GAN`.

    Example:
    >>> encoder = keras_gan.networks.encoder((28, 28, 1), 8, filters=4, normalization="batch")
    >>> generator, _ = keras_gan.networks.dcgan((28, 28, 1), latent_dim=8, filters=4)
    >>> model = keras_gan.BiGAN(encoder, generator, keras_gan.networks.joint_discriminator((28, 28, 1), 8, filters=4))
    >>> model.compile()
    >>> images = np.random.uniform(-1, 1, (32, 28, 28, 1)).astype("float32")
    >>> history = model.fit(images, verbose=0)
    >>> model.reconstruct(images[:2]).shape, model.generate(4, seed=0).shape, model.score(images).shape
    ((2, 28, 28, 1), (4, 28, 28, 1), (32,))

    Reference: Donahue et al., "Adversarial Feature Learning", 2017, https://arxiv.org/abs/1605.09782; as a detector: Zenati et
    al., "Efficient GAN-Based Anomaly Detection" (EGBAD), 2018, https://arxiv.org/abs/1802.06222, which uses
    norms as distances where this class uses means
    """

    networks = ("encoder", "generator", "discriminator")
    players = {"discriminator": ("discriminator",), "generator": ("generator", "encoder")}
    averaged = ("encoder", "generator")
    loss_names = {"generator": "g_loss", "discriminator": "d_loss"}
    figure_names = ("d_loss", "g_loss")
    validation_names = ("reconstruction",)

    def __init__(self, encoder, generator, discriminator, *, feature_weight=0.1, **kwargs):
        super().__init__(encoder, generator, discriminator, **kwargs)
        self.feature_weight = check_weight(feature_weight, "feature_weight")
        if self.feature_weight > 1.0:
            raise ValueError(f"`feature_weight` must be in [0, 1]. Received: {feature_weight!r}")
        # Bypasses Keras' attribute tracking: the layers belong to the discriminator.
        vars(self)["_features"] = last_features(discriminator)

    def check_networks(self, encoder, generator, discriminator):
        super().check_networks(encoder=encoder, generator=generator, discriminator=discriminator)
        check_encoder(encoder, generator, per_latent=1, name="generator")
        wanted = [encoder.input_shape, encoder.output_shape]
        if discriminator.input_shape != wanted or discriminator.output_shape != (None, 1):
            raise ValueError(
                f"`discriminator` must be from [images, latents] {wanted} to logits (None, 1), such as "
                f"`networks.joint_discriminator`. Received: {discriminator.input_shape} to {discriminator.output_shape}"
            )

    def get_config(self):
        return {**super().get_config(), "feature_weight": self.feature_weight}

    def defaults(self):
        return {f"{player}_optimizer": Adam(2e-4, beta_1=0.5) for player in ("generator", "discriminator")}

    def passed_by(self, player):
        return [self.discriminator] if player == "discriminator" else super().passed_by(player)

    # === The update ===

    def _loss(self, pairs, weight, sign):
        """Mean softplus of `sign` * logits of images with codes, plus that of -`sign` * logits of fakes.

        Args:
            pairs: [(images, codes), (fakes, latents)].
            weight: sample weights of the images, or None.
            sign: 1.0 or -1.0.
        """
        logits = [ops.cast(self.discriminator(list(pair), training=True), "float32")[:, 0] for pair in pairs]
        return weighted_mean(ops.softplus(sign * logits[0]), weight) + ops.mean(
            ops.softplus(-sign * logits[1])
        )

    def update(self, batch):
        images, weight = batch["image"], batch.get("sample_weight")
        latents = self.draw(tf.shape(images)[0], self.seed_generator)["latents"]
        with self.record("generator") as tape:
            codes = self.encoder(images, training=True)
            fake = self.generator(latents, training=True)
        held = [(images, tf.stop_gradient(codes)), (tf.stop_gradient(fake), latents)]
        figures = self.minimize("discriminator", lambda: (self._loss(held, weight, -1.0), {}))

        def objective():
            with untouched(self.discriminator):
                return self._loss([(images, codes), (fake, latents)], weight, 1.0), {}

        return figures | self.minimize("generator", objective, tape)

    def validate(self, batch):
        made = self.synthesize(self.codes(batch["image"]))
        distance = weighted_mean(mean_square(batch["image"], made), batch.get("sample_weight"))
        return {"reconstruction": distance}, batch["image"], made

    # === Use ===

    def codes(self, images):
        return self.ema_encoder(images, training=False)

    def scored(self, images):
        """Scores (the weighted distances), and heat maps |x - G(E(x))|."""
        codes = self.codes(images)
        made = self.synthesize(codes)
        features = [self._features([x, codes], training=False) for x in (images, made)]
        image, feature = mean_square(images, made), mean_square(*features)
        return (1.0 - self.feature_weight) * image + self.feature_weight * feature, differences(images, made)
