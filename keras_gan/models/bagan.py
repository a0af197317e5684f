"""BAGAN."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan.arguments import check_int
from keras_gan.conditions import Labels
from keras_gan.losses.adversarial_loss import weighted_mean
from keras_gan.models.encoding import InParts, check_encoder
from keras_gan.models.gan import untouched
from keras_gan.models.generative import Generative
from keras_gan.optimizers import Adam
from keras_gan.training.game import Game


@keras.saving.register_keras_serializable("keras_gan")
class BAGAN(InParts, Generative, Game):
    """A class-conditional GAN for imbalanced classes; training begins with an autoencoder of all classes.

    1. For `autoencoder_steps` steps encoder and generator minimise mean (x - G(E(x)))^2.
    2. A Gaussian is fitted to the latents of each class, with mean and covariance over all its training
       images. The discriminator's layers are initialised with the encoder's weights.
    3. The generator draws classes uniformly, and latents from the Gaussian of the class. The discriminator
       classifies real images by their class, and generated ones as "generated". In its loss one generated
       image counts for `num_classes` real ones (the official code shows it that many fewer). The generator
       minimises the cross-entropy of the class that its images should have.

    The autoencoder stage logs `reconstruction`, the adversarial stage `d_loss` and `g_loss`; metrics of the
    other stage are logged as 0. It trains on `(images, labels)`: arrays, or data sets of `keras_gan.data`,
    because it has to encode every image. Defaults: Adam(5e-5, 0.5) for all players.

    Args:
        encoder, generator, discriminator: such as `networks.bagan(image_shape, num_classes)`.
        autoencoder_steps: int. Default 1000.
        unlabelled: bool, whether the data may contain images without a label, label -1. They train the
            autoencoder, have no part in the Gaussians, and the discriminator's loss for them is -log of the
            sum of the probabilities of all classes, "not generated".
        ema_decay, seed, class_names: as in `GAN`.

    Example:
    >>> networks = keras_gan.networks.bagan((16, 16, 1), num_classes=3, latent_dim=4, filters=4)
    >>> gan = keras_gan.BAGAN(*networks, autoencoder_steps=1)
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (32, 16, 16, 1)).astype("float32")
    >>> history = gan.fit(images, np.arange(32) % 3, batch_size=16, verbose=0)
    >>> gan.generate(2, labels=1).shape
    (2, 16, 16, 1)

    Reference: Mariani et al., "BAGAN: Data Augmentation with Balancing GAN", 2018, https://arxiv.org/abs/1803.09655
    """

    networks = ("encoder", "generator", "discriminator")
    players = {
        "autoencoder": ("encoder", "generator"),
        "discriminator": ("discriminator",),
        "generator": ("generator",),
    }
    averaged = ("encoder", "generator")
    loss_names = {"autoencoder": "reconstruction", "discriminator": "d_loss", "generator": "g_loss"}
    figure_names = ("reconstruction", "d_loss", "g_loss")
    validation_names = ("reconstruction",)
    classes_of_outputs = True

    def __init__(
        self, encoder, generator, discriminator, *, autoencoder_steps=1000, unlabelled=False, **kwargs
    ):
        super().__init__(encoder, generator, discriminator, **kwargs)
        self.autoencoder_steps = check_int(autoencoder_steps, "autoencoder_steps")
        self.num_classes = discriminator.output_shape[-1] - 1
        condition = Labels(self.num_classes, unlabelled)
        condition.argument = "unlabelled=True"
        vars(self)["condition"] = condition
        size = encoder.output_shape[-1]
        self.state.add("class_means", (self.num_classes, size), "float32")
        self.state.add("class_factors", (self.num_classes, size, size), "float32")
        self.state.class_factors.assign(np.tile(np.eye(size, dtype="float32"), (self.num_classes, 1, 1)))
        self.state.add("classes_known")

    def check_networks(self, encoder, generator, discriminator):
        super().check_networks(encoder=encoder, generator=generator, discriminator=discriminator)
        check_encoder(encoder, generator, per_latent=1, name="generator")
        found = discriminator.output_shape
        if discriminator.input_shape != encoder.input_shape or len(found) != 2 or found[1] < 3:
            raise ValueError(
                f"`discriminator` must be from images {encoder.input_shape} to logits of the classes and of one more, "
                f"(None, num_classes + 1). Received: {discriminator.input_shape} to {found}"
            )
        shapes = [[tuple(v.shape) for v in network.weights] for network in (encoder, discriminator)]
        if shapes[0][:-2] != shapes[1][:-2]:
            raise ValueError(
                "`discriminator` must have the encoder's layers except the last one, because it is "
                "initialised with their weights: `networks.bagan` makes both."
            )

    def get_config(self):
        return {
            **super().get_config(),
            "autoencoder_steps": self.autoencoder_steps,
            "unlabelled": self.condition.unlabelled,
        }

    def defaults(self):
        return {f"{player}_optimizer": Adam(5e-5, beta_1=0.5) for player in reversed(self.players)}

    def passed_by(self, player):
        if player == "discriminator":
            return [self.discriminator]
        return [self.generator, self.encoder if player == "autoencoder" else self.discriminator]

    # === Stages ===

    def stage_at(self, step):
        return "autoencoder" if step < self.autoencoder_steps else "adversarial"

    @property
    def idle_figures(self):
        return ("d_loss", "g_loss") if self.stage == "autoencoder" else ("reconstruction",)

    def fit(self, x=None, *args, **kwargs):
        """As `Game.fit`, on arrays or data sets of `keras_gan.data` without operations after them."""
        if isinstance(x, tf.data.Dataset) and not hasattr(x, "stream"):
            raise ValueError(
                "BAGAN encodes each of the training images once: train it with `fit` on arrays or data sets of `keras_gan.data`, "
                "without operations after them."
            )
        return super().fit(x, *args, **kwargs)

    def enter_stage(self):
        stream = self.session.batches.stream if self.session else None
        super().enter_stage()
        if self.stage == "adversarial" and not int(self.state.classes_known.numpy()):
            if stream is None:
                raise ValueError("BAGAN learns its classes in `fit`, which sees all training images.")
            self._learn_classes(stream)

    def _learn_classes(self, stream):
        """Fit a Gaussian to each class's latents, and copy the encoder's weights to the discriminator."""
        latents, labels = [], []
        for batch in stream.whole():
            batch = self.unpack(batch)
            latents.append(ops.convert_to_numpy(self.encoder(batch["image"], training=False)))
            labels.append(ops.convert_to_numpy(batch["label"]))
        means, factors = class_gaussians(
            np.concatenate(latents), np.concatenate(labels), self.num_classes, self.class_names
        )
        self.state.class_means.assign(means)
        self.state.class_factors.assign(factors)
        for mine, own in zip(self.discriminator.weights[:-2], self.encoder.weights[:-2], strict=True):
            mine.assign(own)
        self.state.classes_known.assign(1)

    # === The update ===

    def distance(self, images, encoder, generator, training):
        made = generator(encoder(images, training=training), training=training)
        squared = ops.square(ops.cast(images, "float32") - ops.cast(made, "float32"))
        return ops.mean(ops.reshape(squared, (ops.shape(images)[0], -1)), axis=1)

    def update(self, batch):
        images, weight = batch["image"], batch.get("sample_weight")
        if self.stage == "autoencoder":

            def objective():
                distances = self.distance(images, self.encoder, self.generator, True)
                return weighted_mean(distances, weight), {}

            # A step of this stage counts as a training step.
            self.state.step.assign_add(1)
            return self.minimize("autoencoder", objective)
        drawn = self.draw(tf.shape(images)[0], self.seed_generator)
        with self.record("generator") as tape:
            fake = self.synthesize(drawn["latents"], drawn["drawn_label"], training=True)
        shown = tf.stop_gradient(fake)
        figures = self.minimize("discriminator", lambda: self._discriminator_objective(batch, shown))

        def generator_objective():
            with untouched(self.discriminator):
                return ops.mean(self._entropy(fake, drawn["drawn_label"])), {}

        return figures | self.minimize("generator", generator_objective, tape)

    def _entropy(self, images, labels):
        """Cross-entropy of each image's label; the label of a generated image is `num_classes`.

        For the label -1: -log of the sum of the probabilities of all classes.
        """
        logits = ops.cast(self.discriminator(images, training=True), "float32")
        entropy = ops.sparse_categorical_crossentropy(ops.maximum(labels, 0), logits, from_logits=True)
        if not self.condition.unlabelled:
            return entropy
        of_classes = ops.logsumexp(logits[:, : self.num_classes], axis=1)
        return ops.where(labels < 0, ops.logsumexp(logits, axis=1) - of_classes, entropy)

    def _discriminator_objective(self, batch, fake):
        """Mean over real and generated images; one generated image counts for `num_classes` real ones."""
        real = self._entropy(batch["image"], self.condition.of(batch))
        made = self._entropy(fake, ops.full((ops.shape(fake)[0],), self.num_classes, "int32"))
        loss = self.num_classes * weighted_mean(real, batch.get("sample_weight")) + ops.mean(made)
        return loss / (self.num_classes + 1), {}

    def draw(self, count, seed):
        return {**super().draw(count, seed), **Labels(self.num_classes, unlabelled=True).draws(count, seed)}

    def validate(self, batch):
        images, weight = batch["image"], batch.get("sample_weight")
        distances = self.distance(images, self.ema_encoder, self.ema_generator, False)
        fake = self.synthesize(batch["latents"], self.condition.to_make(batch))
        return {"reconstruction": weighted_mean(distances, weight)}, images, fake

    # === Use ===

    @property
    def exported_variables(self):
        return [*super().exported_variables, self.state.class_means, self.state.class_factors]

    def encode(self, images, batch_size=256):
        """Encode images into latents, an array of shape (n, latent_dim); arguments as `reconstruct`.

        All classes share this latent space; the latents of `generate` are standard normal within a class.
        """
        return self.in_parts(lambda x: [self.ema_encoder(x, training=False)], images, batch_size)[0]

    def reconstruct(self, images, batch_size=256):
        """Encode images and generate them again from these latents; uint8 images.

        Args:
            images: uint8, or floats in [-1, 1].
            batch_size: int, images at once.
        """

        def reconstructed(x):
            latents = self.ema_encoder(x, training=False)
            return [self.modality.to_storage(self.ema_generator(latents, training=False))]

        return self.in_parts(reconstructed, images, batch_size)[0]

    def synthesize(self, latents, condition=None, training=False):
        """Generate images from standard normal z and classes: the latents of a class are mean + factor z."""
        means, factors = (
            ops.take(table.value, condition, axis=0)
            for table in (self.state.class_means, self.state.class_factors)
        )
        moved = means + ops.squeeze(ops.matmul(factors, ops.cast(latents, "float32")[:, :, None]), -1)
        return (self.generator if training else self.ema_generator)(moved, training=training)

    def call(self, inputs, training=False):
        """Generate images from [latents, labels]."""
        return self.synthesize(*inputs, training=training)


def class_gaussians(latents, labels, num_classes, class_names=None):
    """Mean of each class's latents, and a factor of their covariance = factor factor^T.

    Args:
        latents: array of shape (n, size).
        labels: ints (n,).
        num_classes: int.
        class_names: list of str, for the error message.

    Returns:
        float32 arrays (num_classes, size) and (num_classes, size, size).

    Raises:
        ValueError: for a class with fewer than two images.
    """
    means, factors = [], []
    for label in range(num_classes):
        own = latents[labels == label].astype("float64")
        if len(own) < 2:
            name = class_names[label] if class_names else label
            raise ValueError(f"The class {name!r} has {len(own)} images, and its Gaussian needs 2 or more.")
        # The covariance of fewer images than latents has no Cholesky factor.
        values, vectors = np.linalg.eigh(np.cov(own.T).reshape(own.shape[1], own.shape[1]))
        means.append(own.mean(0))
        factors.append(vectors * np.sqrt(np.maximum(values, 0.0)))
    return np.stack(means).astype("float32"), np.stack(factors).astype("float32")
