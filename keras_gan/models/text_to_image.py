"""Text to image in two steps: text -> vector of an image -> image."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan import export
from keras_gan.arguments import check_int
from keras_gan.conditions import Texts, Vectors
from keras_gan.data.texts import words_of
from keras_gan.models.generative import Generative


@keras.saving.register_keras_serializable("keras_gan")
class TextToImage(keras.Model):
    """Generates images from texts: a prior maps a text's vector to an image's, a decoder that to an image.

    It trains nothing itself: prior and decoder are two GANs, each with its own `fit`. The decoder learns from
    images alone, so that images without captions can be used. The prior is a GAN and not a regression,
    because many images fit a text.

    Args:
        text_encoder: as in `conditions.Texts`.
        prior: a trained GAN that generates vectors, such as `features.Whitening` computes from images, on the
            condition of a text's vector: `ConditionalGAN(*networks.mlp(size, ..., condition_dim=...))`.
        decoder: a trained GAN that generates images on the condition of such a vector.

    Raises:
        ValueError: if the parts do not fit together.

    Example:
    >>> text_encoder = keras_gan.networks.text_encoder(["a red heart", "a blue star"], dim=8)
    >>> mlp, dfgan = keras_gan.networks.mlp, keras_gan.networks.dfgan
    >>> prior = keras_gan.ConditionalGAN(*mlp(6, 4, (16,), condition_dim=8))
    >>> decoder = keras_gan.DFGAN(*dfgan((16, 16, 3), condition_dim=6, latent_dim=4, filters=2))
    >>> model = keras_gan.TextToImage(text_encoder, prior, decoder)
    >>> model.generate(["a red star", "a blue heart"], n=3, seed=0).shape
    (6, 16, 16, 3)

    Reference: the outline of Ramesh et al., "Hierarchical Text-Conditional Image Generation with CLIP Latents", 2022,
    https://arxiv.org/abs/2204.06125, with GANs for both models; noise on the decoder's condition: Zhou et al., "LAFITE", 2022,
    https://arxiv.org/abs/2111.13792
    """

    def __init__(self, text_encoder, prior, decoder, **kwargs):
        texts = Texts(text_encoder)
        for name, gan in (("prior", prior), ("decoder", decoder)):
            if not isinstance(gan, Generative) or not isinstance(getattr(gan, "condition", None), Vectors):
                raise ValueError(
                    f"`{name}` must be a GAN on the condition of a vector. Received: {type(gan).__name__}, condition="
                    f"{getattr(gan, 'condition', None)}"
                )
        sizes = prior.condition.size, prior.output_shape[1:], decoder.condition.size
        if sizes[0] != texts.size or sizes[1] != (sizes[2],):
            raise ValueError(
                f"The prior must be from the text encoder's vectors of {texts.size} numbers to the decoder's of {sizes[2]}. "
                f"Received: from {sizes[0]} to {sizes[1]}"
            )
        super().__init__(**kwargs)
        # Bypasses Keras' attribute tracking: its model, the encoder, is an attribute below.
        vars(self)["texts"] = texts
        self.text_encoder, self.prior, self.decoder = texts.encoder, prior, decoder
        self.built = True

    def get_config(self):
        parts = {"text_encoder": self.text_encoder, "prior": self.prior, "decoder": self.decoder}
        return {name: keras.saving.serialize_keras_object(part) for name, part in parts.items()} | {
            "name": self.name
        }

    @classmethod
    def from_config(cls, config):
        return cls(**{name: keras.saving.deserialize_keras_object(part) for name, part in config.items()})

    def fit(self, *args, **kwargs):
        """Raise a ValueError: only its parts are trained."""
        raise ValueError(
            "A TextToImage trains nothing: train its parts, `prior.fit(...)` and `decoder.fit(...)`."
        )

    # === Use ===

    def generate(self, texts, n=1, seed=None, truncation=1.0, guidance=1.0, batch_size=64):
        """Generate images from texts.

        Args:
            texts: a text, or a list of them.
            n: int, images for each text.
            seed: int for the same images at every call; `None` for new ones.
            truncation: float, for the decoder's latents, as in `GAN.generate`.
            guidance: float; more than 1 moves the image's vector further away from the prior's vector for a
                condition of zeros, which means no text. `data.conditioned(..., drop=0.1)` trains a prior on
                some such conditions.
            batch_size: int, images at once.

        Returns:
            uint8 array of shape (texts * n, height, width, channels), the images of the first text first.
        """
        vectors, seed = self._repeated(texts, n), Generative.checked_seed(n, seed, truncation)
        embeddings = self._embedded(vectors, seed, guidance).numpy()
        latents = self.decoder.sample_latents(len(vectors), seed, truncation)
        return self.decoder.images_of(latents, embeddings, batch_size)

    def embed(self, texts, n=1, seed=None, guidance=1.0):
        """Generate image vectors from texts with the prior: array of shape (texts * n, size).

        Arguments as in `generate`.
        """
        return self._embedded(self._repeated(texts, n), Generative.checked_seed(n, seed), guidance).numpy()

    def _repeated(self, texts, n):
        check_int(n, "n")
        texts = np.asarray(texts).reshape(-1).tolist()
        return np.repeat(self.texts.vectors(texts), n, axis=0)

    def _embedded(self, vectors, seed, guidance):
        # The seed differs from that of the decoder's latents.
        latents = self.prior.export_latents(tf.shape(vectors)[0], tf.cast(seed, "int64") + 2**31, 1.0)
        made = self.prior.synthesize(latents, tf.convert_to_tensor(vectors))
        if isinstance(guidance, (int, float)) and guidance == 1.0:
            return made
        without = self.prior.synthesize(latents, tf.zeros_like(vectors))
        return without + guidance * (made - without)

    def sample(self, vectors, seed, truncation, guidance):
        """Float images from texts' vectors, for an exported sampler."""
        embeddings = self._embedded(vectors, seed, guidance)
        latents = self.decoder.export_latents(tf.shape(vectors)[0], seed, truncation)
        return self.decoder.synthesize(latents, embeddings)

    def call(self, inputs, training=False):
        """Generate images from [the prior's latents, the decoder's latents, texts' vectors]."""
        prior_latents, latents, vectors = inputs
        return self.decoder.synthesize(latents, self.prior.synthesize(prior_latents, vectors))

    def described(self):
        """Metadata for exports, a dict for JSON."""
        return {
            "class": type(self).__name__,
            "image_shape": list(self.decoder.output_shape[1:]),
            "sample_range": [0, 255],
            "words": words_of(self.text_encoder),
            "dataset": self.decoder.dataset_name,
            "generator_steps": int(self.decoder.state.step.numpy()),
        }

    def export(self, filepath, format="saved_model", metadata=None, **options):
        """Write it as a SavedModel with `sample_texts`: see `keras_gan.export.export_text_to_image`."""
        return export.export_text_to_image(self, filepath, format=format, metadata=metadata, **options)
