"""Texts -> the checked output of an encoder."""

import warnings

import keras
import numpy as np
import tensorflow as tf

# What a TextVectorization layer returns for an empty place, and for a word that is not in its vocabulary.
EMPTY, UNKNOWN = 0, 1


@keras.saving.register_keras_serializable("keras_gan")
def lower_case_words(texts):
    """Return texts in lower case and without punctuation, in any script."""
    return tf.strings.regex_replace(tf.strings.lower(texts, "utf-8"), r"[\p{P}\p{S}]+", " ")


def encoded(encoder, texts):
    """Return an encoder's checked output for texts: (texts, size), int32 if it is that, else float32."""
    if isinstance(encoder, keras.Model):
        made = np.asarray(encoder(tf.constant(texts), training=False))
    elif isinstance(encoder, dict):
        missing = [text for text in texts if text not in encoder]
        if missing:
            raise ValueError(
                f"`encoder` has no vector of {len(missing)} texts: {', '.join(map(repr, missing[:5]))}"
            )
        shapes = {np.shape(encoder[text]) for text in texts}
        if len(shapes) > 1:
            raise ValueError(f"`encoder` gives vectors of several sizes: {sorted(shapes)}")
        made = np.asarray([encoder[text] for text in texts])
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
    return made if made.dtype == "int32" else made.astype("float32")


def tokens_layer(encoder):
    """Return the layer of a text encoder that turns texts into ints, or None if it has no such layer."""
    layers = encoder.layers if isinstance(encoder, keras.Model) else ()
    found = [layer for layer in layers if isinstance(layer, keras.layers.TextVectorization)]
    return next((layer for layer in found if layer.get_config()["output_mode"] == "int"), None)


def words_of(encoder):
    """Return the vocabulary of a text encoder, a list of str, or None if it has no list of words."""
    layer = tokens_layer(encoder)
    return None if layer is None else [str(word) for word in layer.get_vocabulary()[UNKNOWN + 1 :]]


def tokens_of(encoder, texts):
    """Return texts as the ints that a text encoder first makes of them; unknown words cause a warning."""
    check_texts(encoder, texts, warn=True)
    return np.asarray(tokens_layer(encoder)(tf.constant(list(texts)))).astype("int32")


def of_any_length(tokens):
    """Return a copy of a TextVectorization layer that does not cut texts off."""
    config = {name: tokens.get_config()[name] for name in ("standardize", "split", "ngrams", "encoding")}
    vocabulary = tokens.get_vocabulary()[UNKNOWN + 1 :]
    return keras.layers.TextVectorization(**config, vocabulary=vocabulary)


def check_texts(encoder, texts, warn=False):
    """Raise a ValueError for non-texts, empty texts, too long texts, and words unknown to the encoder.

    Args:
        warn: bool, whether unknown words and too long texts cause only a warning.
    """
    if isinstance(texts, (str, bytes)):
        raise ValueError(f"`texts` must be a list of texts. Received: {texts!r}")
    bad = [text for text in texts if not isinstance(text, str) or not text.strip()]
    if bad or not len(texts):
        raise ValueError(f"Texts must be strings that are not empty. Received: {bad[0] if bad else texts!r}")
    tokens = tokens_layer(encoder)
    if tokens is None:
        return
    longest, whole = tokens.get_config()["output_sequence_length"], of_any_length(tokens)
    numbers = np.asarray(whole(tf.constant(list(texts))))
    lengths = (numbers != EMPTY).sum(axis=1)
    long = np.flatnonzero(lengths > (longest or np.inf))
    if long.size:
        others = f" ({long.size} texts are longer)" if long.size > 1 else ""
        _say(
            f"The text encoder takes {longest} words at most, and {texts[long[0]]!r:.200} has {lengths[long[0]]}{others}.",
            warn,
        )
    unknown = np.flatnonzero((numbers == UNKNOWN).any(axis=1) | (lengths == 0))
    if unknown.size:
        candidates = list(dict.fromkeys(word for i in unknown for word in texts[i].split()))
        of_each = np.asarray(whole(tf.constant(candidates)))
        words = [w for w, row in zip(candidates, of_each, strict=True) if UNKNOWN in row or not row.any()]
        known = sorted(words_of(encoder))
        _say(
            f"Not in the text encoder's vocabulary: {', '.join(map(repr, words[:10]))}{' ...' if len(words) > 10 else ''}, as in "
            f"{texts[unknown[0]]!r:.200}. Its {len(known)} words: {', '.join(known[:40])}{' ...' if len(known) > 40 else ''}",
            warn,
        )


def _say(message, warn):
    if not warn:
        raise ValueError(message)
    warnings.warn(message, stacklevel=4)
