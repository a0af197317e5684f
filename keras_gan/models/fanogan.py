"""f-AnoGAN."""

import keras

from keras_gan.arguments import check_weight
from keras_gan.latent.search import mean_square
from keras_gan.layers.packing import pack_size
from keras_gan.losses.adversarial_loss import weighted_mean
from keras_gan.models import checks
from keras_gan.models.detector import Detector, differences
from keras_gan.models.encoding import Encoding, check_encoder
from keras_gan.models.generative import Generative
from keras_gan.optimizers import Adam
from keras_gan.regularizers.feature_matching import last_features
from keras_gan.training.game import Game


@keras.saving.register_keras_serializable("keras_gan")
class FAnoGAN(Detector, Encoding, Generative, Game):
    """Detects what a GAN of normal images cannot generate, by an encoder for the trained, frozen GAN.

        loss = mean (x - G(E(x)))^2 + kappa mean (f(x) - f(G(E(x))))^2

    This is f-AnoGAN's izi_f loss. The means are over pixels, and over the discriminator's features, the input
    f of its last layer with weights. The loss of one image is its anomaly score. Only the encoder is trained;
    Adam(2e-4, 0.5).

    `score`, `heatmap`, `threshold`, `detect` and `measure` are those of `keras_gan.models.detector.Detector`.
    Heat maps are |x - G(E(x))|, the mean over channels, in [0, 2].

    Args:
        encoder: keras.Model from images to latents, such as `networks.encoder(image_shape, latent_dim)`.
        generator, discriminator: networks of a trained GAN without a condition, `gan.ema_generator` and
            `gan.discriminator`. They run in inference mode, and none of their variables change.
        kappa: float, weight of the features' distance. Default 1.
        limit: as in `Detector`.
        ema_decay: as in `GAN`, for the encoder; default None. seed, dataset_name, class_names: as in `GAN`.

    Example:
    >>> gan = keras_gan.WGANGP(*keras_gan.networks.dcgan(
    ...     (28, 28, 1), latent_dim=8, filters=4, discriminator_normalization="none"))
    >>> encoder = keras_gan.networks.encoder((28, 28, 1), 8, filters=4)
    >>> detector = keras_gan.FAnoGAN(encoder, gan.ema_generator, gan.discriminator)
    >>> detector.compile()
    >>> images = np.random.uniform(-1, 1, (32, 28, 28, 1)).astype("float32")
    >>> history = detector.fit(images, verbose=0)
    >>> detector.score(images).shape, detector.heatmap(images).shape
    ((32,), (32, 28, 28))
    >>> _ = detector.threshold(false_positive_rate=0.25, images=images)
    >>> int(detector.detect(images).sum())
    8

    Reference: Schlegl et al., "f-AnoGAN: Fast unsupervised anomaly detection with generative adversarial networks",
    Medical Image Analysis, 2019
    """

    networks = ("encoder", "generator", "discriminator")
    players = {"encoder": ("encoder",)}
    averaged = ("encoder",)
    loss_names = {"encoder": "loss"}
    figure_names = validation_names = ("loss", "image_distance", "feature_distance")

    def __init__(self, encoder, generator, discriminator, *, kappa=1.0, ema_decay=None, **kwargs):
        super().__init__(encoder, generator, discriminator, ema_decay=ema_decay, **kwargs)
        self.kappa = check_weight(kappa, "kappa")
        # Bypasses Keras' attribute tracking: the layers belong to the discriminator.
        vars(self)["_features"] = last_features(discriminator)

    def check_networks(self, encoder, generator, discriminator):
        checks.check_networks(generator, discriminator, conditional=False)
        check_encoder(encoder, generator, per_latent=1, name="generator")
        if isinstance(discriminator.output_shape, list):
            raise ValueError(
                "FAnoGAN compares what the discriminator's one output is made of. Received: "
                f"discriminator.output_shape={discriminator.output_shape}"
            )
        if pack_size(discriminator) > 1:
            raise ValueError("FAnoGAN scores images one by one, and this discriminator sees packs of them.")

    def get_config(self):
        return {**super().get_config(), "kappa": self.kappa}

    @property
    def ema_generator(self):
        return self.generator

    def defaults(self):
        return {"encoder_optimizer": Adam(2e-4, beta_1=0.5)}

    def passed_by(self, player):
        return [self.encoder, self.generator, self.discriminator]

    # === The update ===

    def distances(self, images, made):
        """Distances between images and their reconstructions, in pixels and in features, each (batch,)."""
        features = [self._features(x, training=False) for x in (images, made)]
        return [mean_square(images, made), mean_square(*features)]

    def objective(self, batch, training=True):
        """The loss of a batch; returns (loss, metrics) for `minimize`."""
        encoder = self.encoder if training else self.ema_encoder
        made = self.generator(encoder(batch["image"], training=training), training=False)
        distances = self.distances(batch["image"], made)
        image, feature = (weighted_mean(x, batch.get("sample_weight")) for x in distances)
        return image + self.kappa * feature, {"image_distance": image, "feature_distance": feature}

    def update(self, batch):
        return self.minimize("encoder", lambda: self.objective(batch))

    def validate(self, batch):
        loss, figures = self.objective(batch, training=False)
        return {**figures, "loss": loss}, batch["image"], self.synthesize(self.codes(batch["image"]))

    # === Use ===

    def codes(self, images):
        return self.ema_encoder(images, training=False)

    def scored(self, images):
        """Scores (the weighted sum of the distances), and heat maps |x - G(E(x))|."""
        made = self.synthesize(self.codes(images))
        image, feature = self.distances(images, made)
        return image + self.kappa * feature, differences(images, made)
