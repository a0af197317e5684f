"""Texts -> what an encoder makes of them, checked."""

import warnings

import keras
import numpy as np
import tensorflow as tf

# What a TextVectorization layer makes of a word that it does not know.
UNKNOWN = 1


def encoded(encoder, texts):
    """What an encoder makes of a list of texts: float32 or int32 array of shape (texts, size), checked."""
    if isinstance(encoder, keras.Model):
        made = np.asarray(encoder(tf.constant(texts), training=False))
    else:
        made = np.asarray(encoder(texts))
    if made.ndim != 2 or len(made) != len(texts) or made.dtype.kind not in "fiu":
        raise ValueError(
            f"`encoder` must give numbers of shape ({len(texts)}, size) for {len(texts)} texts. Received: "
            f"shape={made.shape}, dtype={made.dtype}"
        )
    bad = np.flatnonzero(~np.isfinite(made.astype("float32")).all(axis=1))
    if bad.size:
        raise ValueError(f"`encoder` gives numbers that are not finite for {texts[bad[0]]!r}.")
    return made.astype("float32" if made.dtype.kind == "f" else "int32")


def tokens_layer(encoder):
    """The layer of a text encoder that turns texts into ints, or None of one that has none."""
    layers = encoder.layers if isinstance(encoder, keras.Model) else ()
    return next((layer for layer in layers if isinstance(layer, keras.layers.TextVectorization)), None)


def tokens_of(encoder, texts):
    """Texts as the ints that a text encoder makes of them first; words that it does not know are a warning."""
    check_texts(encoder, texts, warn=True)
    return np.asarray(tokens_layer(encoder)(list(texts))).astype("int32")


def of_any_length(tokens):
    """A copy of a TextVectorization layer that does not cut texts off."""
    config = {
        **tokens.get_config(),
        "output_sequence_length": None,
        "vocabulary": tokens.get_vocabulary()[2:],
    }
    return keras.layers.TextVectorization.from_config(config)


def check_texts(encoder, texts, warn=False):
    """Raise a ValueError for what is no text, is empty, is too long, or has words that the encoder does not know.

    Args:
        warn: bool, whether unknown words and too long texts are a warning instead.
    """
    bad = [text for text in texts if not isinstance(text, str) or not text.strip()]
    if bad or isinstance(texts, str) or not len(texts):
        raise ValueError(f"Texts must be strings that are not empty. Received: {bad[0] if bad else texts!r}")
    tokens = tokens_layer(encoder)
    if tokens is None:
        return
    longest, whole, unknown = tokens.get_config()["output_sequence_length"], of_any_length(tokens), {}
    for text, row in zip(texts, np.asarray(whole(list(texts))), strict=True):
        length = int((row != 0).sum())
        if longest and length > longest:
            _say(f"The text encoder takes {longest} words at most, and {text!r:.200} has {length}.", warn)
        if UNKNOWN in row or not length:
            words = [word for word in text.split() if UNKNOWN in np.asarray(whole([word]))]
            unknown |= {word: text for word in words or [text]}
    if unknown:
        known = sorted(tokens.get_vocabulary()[2:])
        words, text = list(unknown), next(iter(unknown.values()))
        _say(
            f"The text encoder does not know {', '.join(map(repr, words[:10]))}{' ...' if len(words) > 10 else ''}, as in "
            f"{text!r:.200}. It knows {len(known)} words: {', '.join(known[:40])}{' ...' if len(known) > 40 else ''}",
            warn,
        )


def _say(message, warn):
    if not warn:
        raise ValueError(message)
    warnings.warn(message, stacklevel=4)
