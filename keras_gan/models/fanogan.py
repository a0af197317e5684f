"""f-AnoGAN."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan import export
from keras_gan.arguments import check_weight
from keras_gan.data.images import to_uint8
from keras_gan.grid import interleave
from keras_gan.layers.packing import pack_size
from keras_gan.losses.adversarial_loss import weighted_mean
from keras_gan.models import checks
from keras_gan.models.encoding import Encoding, check_encoder
from keras_gan.models.generative import Generative
from keras_gan.optimizers import Adam
from keras_gan.regularizers.feature_matching import last_features
from keras_gan.training.game import Game


@keras.saving.register_keras_serializable("keras_gan")
class FAnoGAN(Encoding, Generative, Game):
    """Finds what a GAN of normal images cannot make: an encoder on its trained, frozen networks (f-AnoGAN's izi_f).

        loss = mean (x - G(E(x)))^2 + kappa mean (f(x) - f(G(E(x))))^2

    over pixels and over the discriminator's features, what its last layer with weights is given. The same of one image is
    its anomaly score. Only the encoder learns; Adam(2e-4, 0.5).

    Args:
        encoder: keras.Model from images to latents, such as `networks.encoder(image_shape, latent_dim)`.
        generator, discriminator: of a trained GAN without a condition, `gan.ema_generator` and `gan.discriminator`. They are
            used as in inference, and nothing of them moves.
        kappa: float, weight of the features' distance. Default 1.
        ema_decay: as in `GAN`, of the encoder; default None. seed, dataset_name, class_names: as in `GAN`.

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
        # Past Keras' tracking: its layers are the discriminator's.
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
        """How far images are from what the generator makes of their latents: of pixels and of features, each (batch,)."""
        pairs = (images, made), (self._features(x, training=False) for x in (images, made))
        return [
            ops.mean(
                ops.reshape(
                    ops.square(ops.cast(a, "float32") - ops.cast(b, "float32")), (tf.shape(a)[0], -1)
                ),
                1,
            )
            for a, b in pairs
        ]

    def objective(self, batch, training=True):
        """The loss of a batch; returns as `minimize` takes it."""
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

    def encode(self, images, batch_size=256):
        """The latents of images, an array of shape (n, latent_dim)."""
        return self.in_parts(lambda x: [self.codes(x)], images, batch_size)[0]

    def scored(self, images):
        """Scores (batch,), and heat maps (batch, height, width), of images in [-1, 1]: tensors."""
        made = self.synthesize(self.codes(images))
        image, feature = self.distances(images, made)
        return image + self.kappa * feature, ops.mean(ops.abs(images - ops.cast(made, images.dtype)), axis=-1)

    def score(self, images, batch_size=256):
        """Anomaly score of each image, the higher the less normal; array of shape (n,).

        Args:
            images: uint8, or floats in [-1, 1], of shape (n, height, width, channels).
            batch_size: int, images at once.
        """
        return self.in_parts(self.scored, images, batch_size)[0]

    def heatmap(self, images, batch_size=256):
        """Where each image is not normal: |x - G(E(x))|, the mean over channels, in [0, 2]; (n, height, width)."""
        return self.in_parts(self.scored, images, batch_size)[1]

    def export(self, filepath, format="saved_model", metadata=None):
        """Write a SavedModel for use without keras_gan: `score`, from images in [-1, 1] to `scores` and `heatmaps`."""
        return export.export_detector(self, filepath, format=format, metadata=metadata)

    # === Pictures ===

    grid_caption = "input | reconstruction | heat map"

    def grid_inputs(self, rows, columns, seed, truncation=1.0):
        """Examples for the rows of a sample grid: as many in a row as cells of three allow."""
        return self.examples(rows * max(1, columns // 3))["image"]

    def grid_images(self, inputs, columns):
        """Input, reconstruction and heat map of each example side by side."""
        heat = np.round(255.0 * np.clip(self.heatmap(inputs), 0.0, 1.0)).astype("uint8")[..., None]
        cells = [to_uint8(inputs).numpy(), self.reconstruct(inputs), heat]
        return interleave(cells), 3 * max(1, columns // 3)
