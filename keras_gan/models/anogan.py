"""AnoGAN."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan import modalities
from keras_gan.arguments import check_int, check_rate
from keras_gan.latent.search import Search
from keras_gan.layers.packing import pack_size
from keras_gan.models import checks
from keras_gan.models.detector import Detector, differences
from keras_gan.noise import Normal
from keras_gan.regularizers.feature_matching import last_features


@keras.saving.register_keras_serializable("keras_gan")
class AnoGAN(Detector, keras.Model):
    """Detects what a GAN trained on normal images cannot generate, by searching a latent for each image.

        score = (1 - feature_weight) mean |x - G(z)| + feature_weight mean |f(x) - f(G(z))|

    for the z that minimises it; f is the input of the discriminator's last layer with weights. Nothing is
    trained. The search starts from `restarts` random latents, makes a tenth of the steps from each, and then
    all steps from the best one. It takes hundreds of times as long as `FAnoGAN`. `score`,
    `heatmap`, `threshold`, `detect` and `measure` are those of `keras_gan.models.detector.Detector`.

    Args:
        generator, discriminator: networks of a trained GAN without a condition: `gan.ema_generator` and
            `gan.discriminator`.
        feature_weight: float in [0, 1]. Default 0.1.
        steps: int, Adam steps. Default 300. learning_rate: float. Default 0.1.
        restarts: int, random latents to start from. Default 4.
        seed: int, for the random latents.
        limit: as in `Detector`.

    Example:
    >>> gan = keras_gan.WGANGP(*keras_gan.networks.dcgan(
    ...     (28, 28, 1), latent_dim=8, filters=4, discriminator_normalization="none"))
    >>> detector = keras_gan.AnoGAN(gan.ema_generator, gan.discriminator, steps=10, restarts=2)
    >>> detector.score(gan.generate(3, seed=0)).shape
    (3,)

    Reference: Schlegl et al., "Unsupervised Anomaly Detection with Generative Adversarial Networks to Guide Marker
    Discovery", 2017, https://arxiv.org/abs/1703.05921, here with means instead of sums, and with restarts
    """

    # Images per batch; the search optimises `restarts` latents for each of them at once.
    images_at_once = 32
    from_images, condition = False, None

    def __init__(
        self,
        generator,
        discriminator,
        *,
        feature_weight=0.1,
        steps=300,
        learning_rate=0.1,
        restarts=4,
        seed=0,
        **kwargs,
    ):
        checks.check_networks(generator, discriminator, conditional=False)
        if isinstance(discriminator.output_shape, list) or pack_size(discriminator) > 1:
            raise ValueError("AnoGAN takes a discriminator with one output that sees images one by one.")
        if not 0.0 <= feature_weight <= 1.0:
            raise ValueError(f"`feature_weight` must be in [0, 1]. Received: {feature_weight!r}")
        check_int(steps, "steps")
        check_int(restarts, "restarts")
        check_int(seed, "seed", least=0)
        super().__init__(**kwargs)
        self.generator, self.discriminator = generator, discriminator
        self.feature_weight = float(feature_weight)
        self.steps, self.restarts, self.seed = int(steps), int(restarts), seed
        self.learning_rate = check_rate(learning_rate)
        # Bypasses Keras' attribute tracking: the layers belong to the discriminator.
        vars(self)["_features"] = last_features(discriminator)
        vars(self)["_search"] = Search(
            lambda z, _: self.generator(z, training=False), self.steps, self.learning_rate, self.distance
        )
        self.built = True

    def get_config(self):
        parts = {name: getattr(self, name) for name in ("generator", "discriminator")}
        names = ("feature_weight", "steps", "learning_rate", "restarts", "seed", "limit", "name")
        return {name: keras.saving.serialize_keras_object(part) for name, part in parts.items()} | {
            name: getattr(self, name) for name in names
        }

    @classmethod
    def from_config(cls, config):
        networks = {
            name: keras.saving.deserialize_keras_object(config[name])
            for name in ("generator", "discriminator")
        }
        return cls(**{**config, **networks})

    def fit(self, *args, **kwargs):
        """Raise a ValueError: an AnoGAN has nothing to train, only its GAN is trained."""
        raise ValueError("An AnoGAN trains nothing: train the GAN on normal images first, `gan.fit(...)`.")

    @property
    def image_shape(self):
        return tuple(self.generator.output_shape[1:])

    @property
    def modality(self):
        return modalities.get(None, self.image_shape)

    def distance(self, images, made):
        """Score of each image, compared with the image that was generated for it."""
        features = [self._features(x, training=False) for x in (images, made)]
        image, feature = (mean_absolute(*pair) for pair in ((images, made), features))
        return (1.0 - self.feature_weight) * image + self.feature_weight * feature

    def scored(self, images):
        """Scores (the smallest distances found), and heat maps |x - G(z)|."""
        _, made, scores = self.search(images)
        return tf.constant(scores), differences(images, made)

    def search(self, images):
        """Search latents for images in [-1, 1]; return arrays of latents, generated images and distances."""
        size = self.generator.input_shape[-1]
        seed = tf.constant([self.seed, 0], "int64")
        starts = Normal((size,)).draw(self.restarts, seed).numpy()
        latents, scores = self._search.from_best(
            tf.convert_to_tensor(images), np.tile(starts[None], (len(images), 1, 1))
        )
        return latents, np.asarray(self.generator(latents, training=False)), scores

    def call(self, inputs, training=False):
        """Images of latents."""
        return self.generator(inputs, training=training)

    def export(self, filepath, format="saved_model", metadata=None):
        """Raise a ValueError: the search is not a function that can be exported."""
        raise ValueError(
            "An AnoGAN searches for each image, which no export does: train a `FAnoGAN` on the same networks, and export that."
        )


def mean_absolute(a, b):
    """Mean absolute difference of each row."""
    difference = ops.abs(ops.cast(a, "float32") - ops.cast(b, "float32"))
    return ops.mean(difference, axis=tuple(range(1, len(difference.shape))))
