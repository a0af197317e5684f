"""Texts, as the vectors of a text encoder."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.conditions.vectors import Vectors
from keras_gan.data.texts import check_texts, encoded


@keras.saving.register_keras_serializable("keras_gan")
class Texts(Vectors):
    """A text, of which the networks take the vector that a frozen encoder makes of it.

    Batches have vectors, as `data.captioned(..., encoder=encoder)` gives them. `generate(labels=)` takes texts too, and the
    encoder is saved with the model.

    Args:
        encoder: keras.Model from strings to vectors, such as `networks.text_encoder`, `CLIP.text_encoder`; or a function from a list
            of texts to an array that can be saved, such as `features.MiniLM()`.
        captions: list of texts, of which sample grids show some, and `generate` draws where it is given none. Default: none.
        key: str, where the vectors are in a batch. Default "condition".

    Raises:
        ValueError: for an encoder that makes no vectors of texts, or cannot be saved.

    Example:
    >>> encoder = keras_gan.networks.text_encoder(["a red heart", "a blue star"], dim=8)
    >>> texts = keras_gan.conditions.Texts(encoder)
    >>> texts.as_array("a red star", 2).shape
    (2, 8)
    """

    def __init__(self, encoder, captions=None, key="condition"):
        if isinstance(encoder, dict):
            encoder = keras.saving.deserialize_keras_object(encoder)
        if isinstance(encoder, keras.Model):
            given, made = encoder.input_shape, encoder.output_shape
            strings = not isinstance(given, list) and encoder.inputs[0].dtype == "string"
            if not strings or not isinstance(made, tuple) or len(made) != 2:
                raise ValueError(
                    "`encoder` must be from strings (batch,) to vectors (batch, size), such as `networks.text_encoder`. "
                    f"Received: {encoder.input_shape} to {encoder.output_shape}"
                )
            size = made[1]
        elif callable(encoder) and keras.saving.get_registered_name(type(encoder)) != type(encoder).__name__:
            size = encoded(encoder, ["a"]).shape[1]
        else:
            raise ValueError(
                "`encoder` must be a keras.Model, or a function that can be saved: `features.MiniLM`, or a class of your own "
                "with `get_config` under `keras.saving.register_keras_serializable`. Of any other, give the model vectors: "
                f"`conditions.Vectors(size)`. Received: {encoder!r}"
            )
        super().__init__(size, key)
        self.encoder = encoder
        self.captions = None if captions is None else list(dict.fromkeys(captions))
        if self.captions is not None:
            check_texts(encoder, self.captions, warn=True)

    def get_config(self):
        encoder = keras.saving.serialize_keras_object(self.encoder)
        return {"encoder": encoder, "captions": self.captions, "key": self.key}

    def __repr__(self):
        return f"Texts(size={self.size}, captions={len(self.captions or ())})"

    @property
    def rows(self):
        return min(8, len(self.captions)) if self.captions else 8

    def vectors(self, texts):
        """Vectors of a list of texts, an array of shape (texts, size); a ValueError for words that are not known."""
        check_texts(self.encoder, texts)
        return encoded(self.encoder, list(texts))

    def as_array(self, given, n, class_names=None):
        """A text or a vector, or one for each of n images."""
        if isinstance(given, str):
            given = self.vectors([given])[0]
        elif isinstance(given, (list, tuple, np.ndarray)) and len(given) and isinstance(given[0], str):
            given = self.vectors(given)
        return super().as_array(given, n, class_names)

    def draw(self, n, seed):
        if not self.captions:
            return super().draw(n, seed)
        with tf.init_scope():
            table = tf.constant(encoded(self.encoder, self.captions))
        seed = tf.stack([seed, tf.ones_like(seed)])
        return tf.gather(table, tf.random.stateless_uniform([n], seed, 0, len(self.captions), tf.int32))

    def fill(self, given, n, seed):
        """As `Vectors.fill`; where none is given, texts are drawn."""
        given = tf.broadcast_to(tf.reshape(given, [-1, self.size]), [n, self.size])
        if self.captions:
            given = tf.where(tf.math.is_nan(given), self.draw(n, seed), given)
        self.require(given)
        return given

    def row_names(self, rows, class_names=None):
        if not self.captions:
            return None
        places = np.linspace(0, len(self.captions) - 1, min(rows, len(self.captions))).round().astype(int)
        return [self.captions[places[row % len(places)]] for row in range(rows)]

    def grid(self, rows, seed, examples):
        texts = self.row_names(rows)
        return super().grid(rows, seed, examples) if texts is None else encoded(self.encoder, texts)
