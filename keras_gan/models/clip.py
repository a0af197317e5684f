"""Encoders of images and of texts into one space (CLIP)."""

import numbers

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan import export, replicas
from keras_gan.arguments import check_int
from keras_gan.conditions import Texts, Tokens
from keras_gan.data.texts import check_texts, encoded, tokens_layer, tokens_of, words_of
from keras_gan.models.encoding import InParts
from keras_gan.optimizers import Adam
from keras_gan.training.game import Game


@keras.saving.register_keras_serializable("keras_gan")
class CLIP(InParts, Game):
    """Encoders of images and texts; the vectors of an image and its text have a small angle.

    With the cosines c_ij between image i and text j of a batch, divided by the temperature,

        loss = (CE over j of softmax_j c_ij + CE over i of softmax_i c_ij) / 2

    where the targets of an image are all texts equal to its own, in equal shares. It logs `loss` and
    `accuracy`, the share of images whose nearest text is their own. One player, `encoders`, trains both
    networks; Adam(1e-3).

    It trains on dicts with `image` and `condition`, the texts as ints:
    `data.captioned(..., encoder=clip.tokens)`. `DFGAN` and `StackGAN2` then take its `text_encoder`:
    `condition=conditions.Texts(clip.text_encoder)`.

    Args:
        image_encoder: keras.Model from images to vectors, such as `networks.encoder(image_shape, dim)`.
        text_encoder: such as `networks.text_encoder(captions, dim)`, with vectors of the same size.
        temperature: float > 0. Default 0.1, the factor of 10 in AttnGAN's matching loss.
        ema_decay: as in `GAN`, for both networks; default None. seed, dataset_name, class_names: as in `GAN`.

    Raises:
        ValueError: if the networks do not fit together.

    Example:
    >>> captions = ["a red heart", "a blue star", "a green leaf", "a red star"]
    >>> text_encoder = keras_gan.networks.text_encoder(captions, dim=16)
    >>> clip = keras_gan.CLIP(keras_gan.networks.encoder((16, 16, 3), 16, filters=4), text_encoder)
    >>> clip.compile()
    >>> images = np.random.uniform(-1, 1, (4, 16, 16, 3)).astype("float32")
    >>> history = clip.fit({"image": images, "condition": clip.tokens(captions)}, batch_size=4, verbose=0)
    >>> clip.similarity(images, ["a red leaf"]).shape
    (4, 1)
    >>> len(clip.caption(images, captions)[0])
    4

    Reference: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021,
    https://arxiv.org/abs/2103.00020; small encoders trained before a GAN, as in Xu et al., "AttnGAN", 2018
    """

    networks = ("image_encoder", "text_encoder")
    players = {"encoders": ("image_encoder", "text_encoder")}
    averaged = ("image_encoder", "text_encoder")
    loss_names = {"encoders": "loss"}
    figure_names = validation_names = ("loss", "accuracy")

    def __init__(self, image_encoder, text_encoder, *, temperature=0.1, ema_decay=None, **kwargs):
        real = isinstance(temperature, numbers.Real) and not isinstance(temperature, bool)
        if not real or not temperature > 0 or not np.isfinite(temperature):
            raise ValueError(f"`temperature` must be a positive number. Received: {temperature!r}")
        super().__init__(image_encoder, text_encoder, ema_decay=ema_decay, **kwargs)
        self.temperature = float(temperature)
        layer = self.tokens_layer
        self._condition = Tokens(layer.output.shape[1], layer.vocabulary_size(), "condition")
        for name, encoder in (("_of_tokens", text_encoder), ("_ema_of_tokens", self.ema_text_encoder)):
            # Bypasses Keras' attribute tracking: the layers belong to the text encoders.
            vars(self)[name] = keras.Model(tokens_layer(encoder).output, encoder.output)

    @property
    def tokens_layer(self):
        """The layer that turns texts into ints."""
        return tokens_layer(self.text_encoder)

    def check_networks(self, image_encoder, text_encoder):
        super().check_networks(image_encoder=image_encoder, text_encoder=text_encoder)
        size, layer = Texts(text_encoder).size, tokens_layer(text_encoder)
        if layer is None or layer.output.shape[1] is None:
            raise ValueError(
                "`text_encoder` must have a TextVectorization layer of one `output_sequence_length`, as `networks.text_encoder` has."
            )
        if image_encoder.output_shape != (None, size) or isinstance(image_encoder.input_shape, list):
            raise ValueError(
                f"`image_encoder` must be from images to vectors of the size of the text encoder's, {(None, size)}. Received: "
                f"{image_encoder.input_shape} to {image_encoder.output_shape}"
            )

    def get_config(self):
        return {**super().get_config(), "temperature": self.temperature}

    def defaults(self):
        return {"encoders_optimizer": Adam(1e-3)}

    def compile(self, *, metrics=None, **parts):
        """As `Game.compile`; raises a ValueError for `metrics`, because they compare generated images."""
        if metrics:
            raise ValueError(
                f"`metrics` compare generated images, and {type(self).__name__} makes none; it computes loss "
                f"and accuracy on validation data. Received: {metrics!r}"
            )
        super().compile(**parts)

    @property
    def condition(self):
        return self._condition

    def tokens(self, texts):
        """Convert texts to tokens for training: int32 array of shape (number of texts, length).

        It warns about words that are not in the vocabulary, and about words beyond `length`.
        """
        return tokens_of(self.text_encoder, texts)

    # === The update ===

    def objective(self, batch, training=True):
        """Loss of a batch, and a dict of its other metrics."""
        of_images = self.image_encoder if training else self.ema_image_encoder
        of_tokens = self._of_tokens if training else self._ema_of_tokens
        tokens = self.condition.of(batch)
        if training and tokens.shape[0] == 1 and replicas.count_and_index()[0] == 1:
            raise ValueError("CLIP compares the images of a batch: it needs batches of 2 images or more.")
        images = _unit(of_images(batch["image"], training=training))
        texts = _unit(of_tokens(tokens, training=training))
        # Each row is compared with those of all replicas, so that two replicas compute what one process does.
        same = ops.all(ops.equal(tokens[:, None], replicas.gather(tokens)[None]), axis=-1)
        same = ops.cast(same, "float32")
        targets, loss = same / ops.sum(same, axis=1, keepdims=True), 0.0
        for own, others in ((texts, images), (images, texts)):
            logits = ops.matmul(own, ops.transpose(replicas.gather(others))) / self.temperature
            loss -= 0.5 * ops.mean(ops.sum(targets * ops.log_softmax(logits, axis=-1), axis=-1))
        nearest = ops.argmax(logits, axis=-1)
        hits = ops.take_along_axis(same, nearest[:, None], axis=1)
        return loss, {"accuracy": ops.mean(hits)}

    def update(self, batch):
        return self.minimize("encoders", lambda: self.objective(batch))

    def validate(self, batch):
        loss, figures = self.objective(batch, training=False)
        return {**figures, "loss": loss}, None, None

    # === Use ===

    def call(self, inputs, training=False):
        """Encode images as vectors."""
        return self.ema_image_encoder(inputs, training=training)

    def embed_images(self, images, batch_size=256):
        """Encode images (uint8, or floats in [-1, 1]) as vectors of length 1: array of shape (n, dim)."""
        return self.in_parts(
            lambda x: [_unit(self.ema_image_encoder(x, training=False))], images, batch_size
        )[0]

    def embed_texts(self, texts):
        """Encode a list of texts as vectors of length 1: array of shape (n, dim).

        It warns about words that are not in the vocabulary.
        """
        check_texts(self.text_encoder, texts, warn=True)
        return np.asarray(_unit(encoded(self.ema_text_encoder, list(texts))))

    def similarity(self, images, texts):
        """Cosines between images and texts: array of shape (images, texts)."""
        return self.embed_images(images) @ self.embed_texts(texts).T

    def caption(self, images, texts, top=5):
        """The texts that fit each image best.

        Args:
            images: as in `embed_images`.
            texts: list of texts to choose from.
            top: int, how many.

        Returns:
            For each image a list of pairs (text, cosine), best first.

        Raises:
            ValueError: for empty texts, texts that are too long, and words that are not in the vocabulary.
        """
        check_int(top, "top")
        check_texts(self.text_encoder, texts)
        cosines = self.similarity(images, texts)
        return [[(texts[i], float(row[i])) for i in np.argsort(-row)[:top]] for row in cosines]

    def search(self, texts, images, top=5):
        """The images that fit each text best; the reverse of `caption`.

        Args:
            texts: list of texts.
            images: as in `embed_images`.
            top: int, how many.

        Returns:
            For each text a list of pairs (index of the image, cosine), best first. It raises the same errors
            as `caption`.
        """
        check_int(top, "top")
        check_texts(self.text_encoder, texts)
        cosines = self.similarity(images, texts).T
        return [[(int(i), float(row[i])) for i in np.argsort(-row)[:top]] for row in cosines]

    def retrieval(self, images, texts):
        """Recall at 1 and 5 of retrieving texts by images, and images by texts.

        texts[i] is the text of images[i]. An image finds its text if that is among the nearest of all
        distinct texts; a text finds its images if one of them is among the nearest. In a tie, wrong images or
        texts rank first.

        Returns:
            Dict of shares: "image_to_text_r1", "image_to_text_r5", "text_to_image_r1", "text_to_image_r5".
        """
        if len(images) != len(texts):
            raise ValueError(f"Each image has one text. Received: {len(images)} images, {len(texts)} texts")
        different, own = np.unique(np.asarray(texts, object).astype(str), return_inverse=True)
        cosines = self.similarity(images, different.tolist())
        if not np.isfinite(cosines).all():
            raise ValueError("The encoders give numbers that are not finite.")
        mine = own[:, None] == np.arange(len(different))
        figures = {}
        for name, table, hits in (("image_to_text", cosines, mine), ("text_to_image", cosines.T, mine.T)):
            best = np.where(hits, table, -np.inf).max(axis=1, keepdims=True)
            rank = ((table >= best) & ~hits).sum(axis=1)
            figures |= {f"{name}_r{k}": float((rank < k).mean()) for k in (1, 5)}
        return figures

    # === Sample grids ===

    grid_caption, grid_rows = "nearest images", 8

    def row_names(self, rows):
        """Texts of the rows of a sample grid."""
        return [self._text_of(tokens) for tokens in self._shown(rows)]

    def _shown(self, rows):
        found = np.unique(self.examples(256)["condition"], axis=0)
        return found[np.linspace(0, len(found) - 1, min(rows, len(found))).round().astype(int)]

    def _text_of(self, tokens):
        words = self.tokens_layer.get_vocabulary()
        return " ".join(str(words[token]) for token in tokens if token)

    def grid_inputs(self, rows, columns, seed, truncation=1.0):
        """Images to choose from, and the tokens of the text of each row."""
        return self.examples(256)["image"], self._shown(rows)

    def grid_images(self, inputs, columns):
        """The nearest images of each text, best first."""
        images, tokens = inputs
        columns = min(columns, len(images))
        texts = np.asarray(_unit(self._ema_of_tokens(tokens, training=False)))
        cosines = texts @ self.embed_images(images).T
        best = np.argsort(-cosines, axis=1)[:, :columns].reshape(-1)
        return np.asarray(self.modality.to_storage(tf.constant(images[best]))), columns

    def described(self):
        """Metadata for exports, a dict for JSON."""
        return {
            "class": type(self).__name__,
            "image_shape": list(self.image_shape),
            "range": [-1, 1],
            "dim": self.ema_image_encoder.output_shape[-1],
            "words": words_of(self.text_encoder),
            "dataset": self.dataset_name,
            "generator_steps": int(self.state.step.numpy()),
            "epochs": int(self.state.epoch.numpy()),
        }

    def export(self, filepath, format="saved_model", metadata=None, **options):
        """Write both encoders: see `keras_gan.export.export_encoders`."""
        return export.export_encoders(self, filepath, format=format, metadata=metadata, **options)


def _unit(vectors):
    vectors = ops.cast(vectors, "float32")
    return vectors / ops.maximum(ops.norm(vectors, axis=-1, keepdims=True), 1e-12)
