"""GANomaly."""

import keras
import tensorflow as tf
from keras import ops

from keras_gan import replicas
from keras_gan.arguments import check_weight
from keras_gan.latent.search import mean_square
from keras_gan.layers.packing import pack_size
from keras_gan.losses.adversarial_loss import weighted_mean
from keras_gan.models.detector import Detector, differences
from keras_gan.models.encoding import Encoding, check_encoder
from keras_gan.networks.outputs import inputs_of
from keras_gan.optimizers import Adam
from keras_gan.regularizers.feature_matching import last_features
from keras_gan.training.game import Game


@keras.saving.register_keras_serializable("keras_gan")
class GANomaly(Detector, Encoding, Game):
    """Detects anomalies as images whose latents change when they are decoded and encoded again.

    With z = E(x), x' = G(z), z' = E'(x') and f(x) the input of the discriminator's last layer:

        generator:      adversarial_weight mean (f(x) - f(x'))^2 + contextual_weight mean |x - x'| + encoding_weight mean (z - z')^2
        discriminator:  1/2 (BCE(D(x), 1) + BCE(D(x'), 0))

    The score of an image is mean (z - z')^2, its heat map |x - x'|. It logs `g_loss`, `d_loss`, the three
    terms without their weights, and `restarts`. A discriminator whose loss is below 1e-5 is reinitialised, as
    in the official code; `restarts` is the share of steps in which that happened. Adam(2e-4, 0.5) for both
    players. `score`, `heatmap`, `threshold`, `detect` and `measure` are those of
    `keras_gan.models.detector.Detector`.

    Args:
        encoder, decoder, second_encoder, discriminator: such as `networks.ganomaly(image_shape)`.
        adversarial_weight, contextual_weight, encoding_weight: floats. Defaults 1, 50, 1.
        limit: as in `Detector`.
        ema_decay: as in `GAN`, for encoders and decoder; default None. seed, dataset_name, class_names: as in
            `GAN`.

    Example:
    >>> detector = keras_gan.GANomaly(*keras_gan.networks.ganomaly((16, 16, 1), latent_dim=4, filters=4))
    >>> detector.compile()
    >>> images = np.random.uniform(-1, 1, (32, 16, 16, 1)).astype("float32")
    >>> history = detector.fit(images, verbose=0)
    >>> detector.score(images).shape, detector.heatmap(images).shape
    ((32,), (32, 16, 16))

    Reference: Akcay et al., "GANomaly: Semi-Supervised Anomaly Detection via Adversarial Training", 2018,
    https://arxiv.org/abs/1805.06725; the discriminator's loss and its restart: the official code
    """

    networks = ("encoder", "decoder", "second_encoder", "discriminator")
    players = {
        "discriminator": ("discriminator",),
        "generator": ("encoder", "decoder", "second_encoder"),
    }
    averaged = ("encoder", "decoder", "second_encoder")
    loss_names = {"generator": "g_loss", "discriminator": "d_loss"}
    figure_names = ("d_loss", "g_loss", "adversarial", "contextual", "encoding", "restarts")
    validation_names = ("contextual", "encoding")

    # A discriminator with a loss below this is reinitialised.
    collapsed = 1e-5

    def __init__(
        self,
        encoder,
        decoder,
        second_encoder,
        discriminator,
        *,
        adversarial_weight=1.0,
        contextual_weight=50.0,
        encoding_weight=1.0,
        ema_decay=None,
        **kwargs,
    ):
        super().__init__(encoder, decoder, second_encoder, discriminator, ema_decay=ema_decay, **kwargs)
        self.adversarial_weight = check_weight(adversarial_weight, "adversarial_weight")
        self.contextual_weight = check_weight(contextual_weight, "contextual_weight")
        self.encoding_weight = check_weight(encoding_weight, "encoding_weight")
        # Bypasses Keras' attribute tracking: the layers belong to the discriminator.
        outputs = [last_features(discriminator).output, discriminator.output]
        vars(self)["_judge"] = keras.Model(inputs_of(discriminator), outputs)

    def check_networks(self, **networks):
        super().check_networks(**networks)
        for name in ("encoder", "second_encoder"):
            check_encoder(networks[name], networks["decoder"], per_latent=1)
        images, judged = networks["encoder"].input_shape, networks["discriminator"]
        if not getattr(judged, "outputs", None):
            raise ValueError(
                f"`discriminator` must be a functional model, whose last features are found. Received: {type(judged).__name__}"
            )
        if judged.input_shape != images or judged.output_shape != (None, 1):
            raise ValueError(
                f"`discriminator` must be from images {images} to logits (None, 1). Received: {judged.input_shape} to "
                f"{judged.output_shape}"
            )
        if pack_size(judged) > 1:
            raise ValueError(
                "GANomaly compares images one by one, and this discriminator sees packs of them."
            )

    def get_config(self):
        names = ("adversarial_weight", "contextual_weight", "encoding_weight")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def defaults(self):
        return {f"{player}_optimizer": Adam(2e-4, beta_1=0.5) for player in ("generator", "discriminator")}

    def passed_by(self, player):
        if player == "discriminator":
            return [self.discriminator]
        return [self.encoder, self.decoder, self.second_encoder, self.discriminator]

    # === The update ===

    def forward(self, images, training=True):
        """Latents of images, their reconstructions, and the latents of these."""
        names = self.averaged if training else [f"ema_{name}" for name in self.averaged]
        encoder, decoder, second_encoder = (getattr(self, name) for name in names)
        latents = encoder(images, training=training)
        made = decoder(latents, training=training)
        return latents, made, second_encoder(made, training=training)

    def terms(self, images, passed, weight=None):
        """The two terms that do not use the discriminator, scalars."""
        latents, made, again = passed
        contextual = ops.mean(ops.reshape(differences(images, made), (ops.shape(images)[0], -1)), axis=1)
        return {
            "contextual": weighted_mean(contextual, weight),
            "encoding": weighted_mean(mean_square(latents, again), weight),
        }

    def judged(self, images, made):
        """Features and logits of the discriminator, each a pair: of images, and of their reconstructions."""
        return tuple(zip(*(self._judge(x, training=True) for x in (images, made)), strict=True))

    def generator_objective(self, batch, passed, features):
        """The objective of encoders and decoder; returns (loss, metrics) for `minimize`.

        Args:
            batch: dict with `image`.
            passed: the result of `forward` on its images.
            features: those of `judged`.
        """
        images, weight = batch["image"], batch.get("sample_weight")
        figures = self.terms(images, passed, weight)
        figures["adversarial"] = weighted_mean(mean_square(*features), weight)
        names = ("adversarial", "contextual", "encoding")
        return sum(getattr(self, f"{name}_weight") * figures[name] for name in names), figures

    def discriminator_objective(self, batch, logits):
        """The discriminator's objective, of the logits of `judged`; returns (loss, metrics) for `minimize`."""
        losses = [
            ops.softplus(sign * ops.cast(x, "float32")[:, 0])
            for x, sign in zip(logits, (-1.0, 1.0), strict=True)
        ]
        return 0.5 * sum(weighted_mean(loss, batch.get("sample_weight")) for loss in losses), {}

    def update(self, batch):
        with self.record("generator") as tape:
            passed = self.forward(batch["image"])
            # One pass serves both players: the discriminator is the same before and after the generator's step.
            with self.record("discriminator") as judging:
                features, logits = self.judged(batch["image"], passed[1])
        figures = self.minimize("generator", lambda: self.generator_objective(batch, passed, features), tape)
        figures |= self.minimize(
            "discriminator", lambda: self.discriminator_objective(batch, logits), judging
        )
        return {**figures, "restarts": self._restarted(replicas.mean(figures["d_loss"]))}

    def _restarted(self, loss):
        """Reinitialise a collapsed discriminator, kernels from N(0, 0.02); return 1.0 if it did, else 0.0."""
        due, seed = loss < self.collapsed, tf.cast(self.seed_generator.next(), "int32")
        network = self.discriminator
        drawn = [(0.0, 0.02, v) for v in network.trainable_weights if len(v.shape) > 1]
        for layer in network.layers:
            for name, mean, deviation in (("gamma", 1.0, 0.02), ("beta", 0.0, 0.0)):
                if getattr(layer, name, None) is not None:
                    drawn.append((mean, deviation, getattr(layer, name)))
        for i, (mean, deviation, variable) in enumerate(drawn):
            shape = tuple(variable.shape)
            anew = tf.cond(
                due,
                lambda shape=shape, i=i: tf.random.stateless_normal(
                    shape, seed + tf.constant([0, i], seed.dtype)
                ),
                lambda shape=shape: tf.zeros(shape),
            )
            replicas.update(
                [variable],
                lambda v, x, due: tf.where(due, tf.cast(x, v.dtype), v),
                [mean + deviation * anew],
                [due],
            )
        return tf.cast(due, "float32")

    def validate(self, batch):
        passed = self.forward(batch["image"], training=False)
        return self.terms(batch["image"], passed, batch.get("sample_weight")), batch["image"], passed[1]

    # === Use ===

    def call(self, inputs, training=False):
        """Reconstruct images."""
        return self.forward(inputs, training=training)[1]

    def codes(self, images):
        return self.ema_encoder(images, training=False)

    def synthesize(self, latents, condition=None, training=False):
        """Generate images from latents."""
        return self.ema_decoder(latents, training=training)

    def scored(self, images):
        """Scores mean (z - z')^2, and heat maps |x - x'|."""
        latents, made, again = self.forward(images, training=False)
        return mean_square(latents, again), differences(images, made)
