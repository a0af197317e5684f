"""A small text encoder: words -> a vector."""

import keras
from keras import layers

from keras_gan.arguments import check_int
from keras_gan.data.texts import UNKNOWN, lower_case_words

NOT_WORDS = UNKNOWN + 1


def text_encoder(captions, dim=128, *, units=128, word_dim=128, max_words=None, length=None):
    """Text encoder for captions: a bidirectional GRU from strings to vectors of length sqrt(dim).

    Words are converted to lower case and stripped of punctuation, in any script with spaces between words.
    The encoder computes in float32 regardless of the policy. `keras_gan.CLIP` trains it with images; then
    `data.captioned` and `conditions.Texts` take it as `encoder`.

    Args:
        captions: list of texts, or of lists of texts such as `data.captioned(...).captions`; their words are
            the vocabulary.
        dim: int, size of the vectors. Their components have a variance of about 1.
        units: int, of the GRU in each direction. Default 128.
        word_dim: int, size of a word's vector. Default 128.
        max_words: int, size of the vocabulary, the most frequent words. Default: all.
        length: int, maximum number of words in a text. Default: that of the longest caption.

    Returns:
        keras.Model from texts, strings of shape (batch,), to vectors (batch, dim). Its layer "tokens" turns texts into ints of
        shape (batch, length).

    Raises:
        ValueError: for captions that are not texts or have no words, and sizes that are not positive ints.

    Example:
    >>> encoder = keras_gan.networks.text_encoder(["a red heart", "a blue star"], dim=8)
    >>> encoder(tf.constant(["a red star"])).shape
    TensorShape([1, 8])

    Reference: the text encoder of Xu et al., "AttnGAN", 2018, https://arxiv.org/abs/1711.10485, with a GRU for the LSTM
    """
    for name, value in (("dim", dim), ("units", units), ("word_dim", word_dim)):
        check_int(value, name)
    for name, value in (("max_words", max_words), ("length", length)):
        check_int(value, name, optional=True)
    texts = captions if isinstance(captions, str) else [*captions]
    if isinstance(texts, list) and all(isinstance(of_one, (list, tuple)) for of_one in texts):
        texts = [text for of_one in texts for text in of_one]
    if isinstance(texts, str) or not texts or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"`captions` must be a list of texts. Received: {captions!r:.200}")
    texts = list(dict.fromkeys(texts))
    counted = layers.TextVectorization(
        max_tokens=max_words and max_words + NOT_WORDS, standardize=lower_case_words
    )
    counted.adapt(texts)
    words = counted.get_vocabulary()[NOT_WORDS:]
    if not words:
        raise ValueError(f"`captions` have no words. Received: {captions!r:.200}")
    # The vocabulary is an argument, so that a copy from the configuration has it too.
    tokens = layers.TextVectorization(
        vocabulary=words,
        standardize=lower_case_words,
        output_sequence_length=length or counted(texts).shape[1],
        name="tokens",
    )

    text = layers.Input((), dtype="string", name="texts")
    x = layers.Embedding(len(words) + NOT_WORDS, word_dim, mask_zero=True, dtype="float32", name="words")(
        tokens(text)
    )
    x = layers.Bidirectional(layers.GRU(units, dtype="float32"), dtype="float32", name="gru")(x)
    x = layers.Dense(dim, dtype="float32", name="vector")(x)
    x = layers.UnitNormalization(dtype="float32")(x)
    return keras.Model(text, layers.Rescaling(dim**0.5, dtype="float32")(x), name="text_encoder")
