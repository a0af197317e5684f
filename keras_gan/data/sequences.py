"""Texts or tokens -> batches of one-hot sequences."""

import collections
import pathlib
import warnings

import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.data.stream import Stream
from keras_gan.data.texts import lower_case_words


def sequences(
    source, *, length=None, words=None, most_words=None, batch_size=64, shuffle=True, seed=0, name=None
):
    """Load texts or tokens as batches of one-hot sequences, float32 of shape (batch, length, vocabulary).

    Args:
        source: path of a text file with one text a line; a list of texts; or an int array of tokens, of shape
            (n, length).
        length: int, tokens of a sequence. Longer texts are cut off; shorter texts are padded with the token
            0, which is no word. Default: the length of the longest.
        words: list of str by token, the first "", such as `dataset.words` of the training data; texts with
            other words are left out. For int tokens these are their names. Default: the words of the texts,
            the most frequent first.
        most_words: int, maximum number of those words; texts with other words are left out.
        batch_size, shuffle, seed: as in `from_arrays`.
        name: str, what the data is called in messages and metadata.

    Returns:
        `tf.data.Dataset` with the attributes `words` and `texts`, the texts that were kept.

    Raises:
        ValueError: for files that cannot be read, no texts, and negative tokens.

    Example:
    >>> data = keras_gan.data.sequences(["A red heart.", "a blue star", "a heart"], batch_size=3)
    >>> data.element_spec.shape, data.words
    (TensorShape([3, 3, 6]), ['', 'a', 'heart', 'blue', 'red', 'star'])
    """
    check_int(length, "length", optional=True)
    check_int(most_words, "most_words", optional=True)
    called = "sequences"
    if isinstance(source, (str, pathlib.Path)):
        path = pathlib.Path(source).expanduser()
        if not path.is_file():
            raise ValueError(f"There is no file {str(source)!r}.")
        called = f"sequences:{source}"
        try:
            source = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
            if not source:
                raise ValueError(f"{path} has no texts: a text a line.")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} is no text of UTF-8: {error}") from error
    texts = None
    if isinstance(source, np.ndarray) and source.dtype.kind in "iu":
        tokens = np.asarray(source, "int64")
        if tokens.ndim != 2 or not tokens.size or tokens.min() < 0:
            raise ValueError(
                f"Tokens must be ints from 0 of shape (n, length). Received: shape={tokens.shape}"
                + (f", least={tokens.min()}" if tokens.size else "")
            )
        vocabulary = len(words) if words else int(tokens.max()) + 1
        if tokens.max() >= vocabulary:
            raise ValueError(f"There are {vocabulary} words, and the token {tokens.max()}.")
        tokens = tokens[:, :length]
        if length and length > tokens.shape[1]:
            tokens = np.pad(tokens, ((0, 0), (0, length - tokens.shape[1])))
    else:
        texts = list(source)
        if not texts or not all(isinstance(text, str) for text in texts):
            raise ValueError("`source` must be a path, a list of texts, or an int array of tokens.")
        tokens, words, texts = _of_texts(texts, length, words, most_words)
        vocabulary = len(words)
    if vocabulary < 2:
        raise ValueError("Sequences need two tokens at least.")
    with tf.device("CPU:0"), tf.init_scope():
        rows = tf.constant(tokens.astype("int32"))
    stream = Stream(
        lambda indices: {"image": tf.one_hot(tf.gather(rows, indices), vocabulary)},
        len(tokens),
        batch_size,
        seed=seed,
        shuffle=shuffle,
        structure=lambda batch: batch["image"],
        name=name or f"{called}, {tokens.shape[1]} tokens of {vocabulary}",
    )
    dataset = stream.dataset()
    dataset.words, dataset.texts = words, texts
    return dataset


def _of_texts(texts, length, words, most_words):
    """Return the tokens of texts, the words, and the texts whose words are among them."""
    plain = [text.decode().split() for text in lower_case_words(tf.constant(texts)).numpy()]
    if words is None:
        counts = collections.Counter(word for text in plain for word in text)
        # Words with equal counts are in alphabetical order.
        ordered = sorted(counts, key=lambda word: (-counts[word], word))
        words = ["", *(ordered[:most_words] if most_words else ordered)]
    if words[0] != "":
        raise ValueError(
            f'`words` must begin with "", which ends short texts. Received: {list(words)[:3]} ...'
        )
    numbers = {word: i for i, word in enumerate(words)}
    kept = [i for i, text in enumerate(plain) if text and all(word in numbers for word in text)]
    if not kept:
        raise ValueError("There are no texts, or none of the given words.")
    longest = max(len(plain[i]) for i in kept)
    length = length or longest
    cut = sum(len(plain[i]) > length for i in kept)
    if cut:
        warnings.warn(
            f"{cut} of {len(kept)} texts are longer than {length} words (the longest has {longest}), and end there.",
            stacklevel=3,
        )
    tokens = np.zeros((len(kept), length), "int64")
    for row, i in zip(tokens, kept, strict=True):
        found = [numbers[word] for word in plain[i]][:length]
        row[: len(found)] = found
    return tokens, words, [texts[i] for i in kept]
