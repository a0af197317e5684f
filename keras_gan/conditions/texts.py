"""Texts, which networks take as vectors of a text encoder."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.conditions.vectors import Vectors
from keras_gan.data.texts import check_texts, encoded


@keras.saving.register_keras_serializable("keras_gan")
class Texts(Vectors):
    """A text; the networks take the vector that an encoder makes of it.

    Batches contain vectors, as `data.captioned(..., encoder=encoder)` yields them. `generate(labels=)` also
    takes texts, and the encoder is saved with the model. Training does not change the encoder: train it
    before, because the vectors are made with its current weights.

    Args:
        encoder: keras.Model from strings to vectors, such as `networks.text_encoder`, `CLIP.text_encoder`; or a function from a list
            of texts to an array that can be saved, such as `features.MiniLM()`.
        captions: list of texts. Sample grids have a row for each of some of them, and `generate` draws from
            them if it receives no text. Default: none.
        key: str, key of the vectors in a batch. Default "condition".

    Raises:
        ValueError: for an encoder that does not turn texts into vectors, or cannot be saved.

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
            inputs = getattr(encoder, "inputs", None) or ()
            made = encoder.output_shape if len(inputs) == 1 else None
            if made is None or inputs[0].dtype != "string" or not isinstance(made, tuple) or len(made) != 2:
                raise ValueError(
                    "`encoder` must be from strings (batch,) to vectors (batch, size), such as `networks.text_encoder`, a "
                    f"Sequential or functional model. Received: inputs={list(inputs)}, outputs={made}"
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
        if captions is not None:
            check_texts(encoder, captions, warn=True)
        self.captions = None if captions is None else [str(text) for text in dict.fromkeys(captions)]

    def get_config(self):
        encoder = keras.saving.serialize_keras_object(self.encoder)
        return {"encoder": encoder, "captions": self.captions, "key": self.key}

    def __repr__(self):
        return f"Texts(size={self.size}, captions={len(self.captions or ())})"

    @property
    def rows(self):
        return min(8, len(self.captions)) if self.captions else 8

    def vectors(self, texts):
        """Return the vectors of a list of texts, (texts, size); raise a ValueError for unknown words."""
        check_texts(self.encoder, texts)
        return encoded(self.encoder, list(texts))

    def as_array(self, given, n, class_names=None):
        """Return a text or a vector, or one for each of n images, as an array of vectors."""
        texts = np.asarray(given)
        if texts.dtype.kind in "USO" and texts.size:
            if texts.shape not in ((), (n,)):
                raise ValueError(
                    f"`labels` must be a text, or {n} texts, one for each image. Received: {given!r:.200}"
                )
            texts = [
                text.decode() if isinstance(text, bytes) else text for text in texts.reshape(-1).tolist()
            ]
            given = self.vectors(texts)
            given = given if len(texts) == n else given[0]
        return super().as_array(given, n, class_names)

    def draw(self, n, seed):
        if not self.captions:
            return super().draw(n, seed)
        with tf.init_scope():
            table = tf.constant(encoded(self.encoder, self.captions))
        seed = tf.stack([seed, tf.ones_like(seed)])
        return tf.gather(table, tf.random.stateless_uniform([n], seed, 0, len(self.captions), tf.int32))

    def fill(self, given, n, seed):
        """As `Vectors.fill`; if none is given, texts are drawn."""
        given = tf.broadcast_to(tf.reshape(given, [-1, self.size]), [n, self.size])
        if self.captions:
            none = tf.reduce_all(tf.math.is_nan(given), axis=1, keepdims=True)
            given = tf.where(none, self.draw(n, seed), given)
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
