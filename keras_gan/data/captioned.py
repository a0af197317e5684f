"""Images with captions -> batches of images and embeddings of their captions."""

import csv
import io
import json
import os
import pathlib

import numpy as np
import tensorflow as tf

from keras_gan.data import tensorflow_datasets
from keras_gan.data.arrays import getter
from keras_gan.data.file_names import FILE_COLUMNS, as_key, named, of_files, text_of
from keras_gan.data.images import check_channels, check_value_range, from_uint8, image_size_pair, with_range
from keras_gan.data.load import SOURCES, check_options, read
from keras_gan.data.stream import Stream
from keras_gan.data.texts import check_texts, encoded

# Names that tables use for the column of captions, best first.
CAPTION_COLUMNS = ("caption", "captions", "text", "label")

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def captioned(
    name,
    captions=None,
    *,
    encoder=None,
    split="train",
    image_size=None,
    batch_size=64,
    channels=None,
    seed=0,
    data_dir=None,
    flip=False,
    fit="crop",
    on_error="raise",
    value_range=None,
    cache_limit=4 * 2**30,
):
    """Load images with the embeddings of their captions, ready for models whose condition is a vector, such as `DFGAN`.

    Each caption is embedded once, before training. If an image has several captions, each step draws one of
    them.

    Args:
        name: as in `keras_gan.data.load`: "folder:PATH" or a `pathlib.Path`, "mnist_5k", or the name of a
            TFDS data set.
        captions: for a folder: a dict from file to caption or list of captions; the path of such a `.json`
            file, of a `.csv` file with the columns `file` and `caption`, or of a `.jsonl` file with these
            keys (or with `file_name` and `text`, as Hugging Face writes them). A file is named by its path in
            the folder or by its name, with or without extension. For a TFDS data set: the name of its text,
            such as "caption" or "captions/text". Default: a `.txt` file beside each image, one caption a
            line; without such files, the class names as words, for mnist_5k "a handwritten three".
        encoder: function from a list of texts to an array of shape (number of texts, size), or a keras.Model
            from strings to vectors, such as `networks.text_encoder`; or a dict from texts to existing
            vectors. Default: none, and batches contain only images.
        split: a split's name, as in `keras_gan.data.load`.
        image_size, batch_size, channels, seed, data_dir, flip, fit, on_error, value_range, cache_limit: as in
            `keras_gan.data.load`.

    Returns:
        `tf.data.Dataset` of dicts with `image`, float32 in [-1, 1], and `condition`, of shape
        (batch_size, size): float32, or int32 if the encoder returns int32, as `CLIP.tokens` does.
        `dataset.captions` is a list of the captions of each image. `dataset.encoded_by(encoder)` returns the
        same data with another encoder, such as one that is built from these captions.

    Raises:
        ValueError: for images without a caption, empty captions, captions of which none matches an image, and
            an encoder that returns another shape or values that are not finite. A warning names captions of
            images that the split does not have.

    Example:
    >>> def encoder(texts):
    ...     return np.array([[len(text), text.count("e")] for text in texts], "float32")
    >>> data = keras_gan.data.captioned("mnist_5k", encoder=encoder, batch_size=50)
    >>> data.captions[0], data.element_spec["condition"].shape
    (['a handwritten zero'], TensorShape([50, 2]))
    """
    _check_encoder(encoder)
    check_channels(channels)
    value_range = check_value_range(value_range)
    name = f"folder:{os.fspath(name)}" if isinstance(name, os.PathLike) else name
    if not isinstance(name, str):
        raise ValueError(f"`name` must be a name, 'folder:PATH' or a path. Received: {type(name).__name__}")
    if not isinstance(split, str):
        raise ValueError(f"`split` must be a name of one split. Received: {split!r}")
    check_options(fit, on_error)
    in_folder = name.startswith("folder:")
    of_tfds = not in_folder and name.partition(":")[0] not in {known.rstrip(":") for known in SOURCES}
    if captions is not None and not in_folder and not (of_tfds and isinstance(captions, str)):
        raise ValueError(
            f"`captions` are of a folder's images, or the name of a text of a TFDS data set. Received: name={name!r}, "
            f"captions={captions!r:.200}."
            + (f" Did you mean 'folder:{name}'?" if os.path.isdir(name) else "")
        )
    given = read_captions(captions) if captions is not None and in_folder else None
    source = read(
        name,
        split,
        image_size_pair(image_size),
        channels,
        # Without `captions`, the class names are needed.
        not in_folder and captions is None,
        data_dir,
        fit,
        on_error,
        cache_limit=cache_limit,
        value_range=value_range,
    )
    if given is not None:
        found = of_files(given, source.files, "captions", str(captions)[:200])
    elif captions is not None:
        found = tensorflow_datasets.texts(name, split, captions, data_dir)
    elif in_folder and any(os.path.isfile(_text_beside(file)) for file in source.files):
        found = [_lines(_text_beside(file)) for file in source.files]
    else:
        found = _of_classes(source, name)
    _check_captions(found, source.files or range(len(found)), name)

    def encoded_by(encoder):
        _check_encoder(encoder)
        stream = Stream(
            _fetch(source),
            len(found),
            batch_size,
            seed=seed,
            flip=flip,
            then=_without_captions if encoder is None else _drawn(*embed(found, encoder)),
            value_range=source.value_range,
            name=with_range(name if split == "train" else f"{name}[{split}]", source.value_range),
        )
        dataset = stream.dataset()
        dataset.captions, dataset.encoded_by = found, encoded_by
        return dataset

    return encoded_by(encoder)


def _check_encoder(encoder):
    if encoder is not None and not callable(encoder) and not isinstance(encoder, dict):
        raise ValueError(
            "`encoder` must be a function from a list of texts to an array of shape (texts, size), or a dict from texts to "
            f"vectors. Received: {encoder!r:.200}"
        )


# === Captions ===


def read_captions(captions):
    """Return a dict from file names to lists of captions, from what `captioned` takes."""
    if isinstance(captions, dict):
        pairs = captions.items()
    else:
        path = pathlib.Path(captions).expanduser()
        suffix = path.suffix.lower()
        if suffix not in (".json", ".jsonl", ".csv"):
            raise ValueError(
                f"`captions` must be a dict, or a .json, .jsonl or .csv file. Received: {captions!r}"
            )
        if not path.is_file():
            raise ValueError(f"There is no file {str(path)!r} of captions.")
        text = text_of(path)
        try:
            if suffix == ".csv":
                rows = list(csv.DictReader(io.StringIO(text)))
            else:
                rows = (
                    json.loads(text)
                    if suffix == ".json"
                    else [json.loads(line) for line in text.split("\n") if line.strip()]
                )
        except ValueError as error:
            raise ValueError(f"{path} is not valid {suffix[1:]}: {error}") from error
        pairs = rows.items() if isinstance(rows, dict) else _of_rows(rows, path)
    found = {}
    for file, of_one in pairs:
        of_one = [of_one] if isinstance(of_one, str) else of_one
        if not isinstance(of_one, (list, tuple)) or not all(isinstance(text, str) for text in of_one):
            raise ValueError(
                f"The captions of {file!r} must be a text or a list of texts. Received: {of_one!r}"
            )
        found.setdefault(as_key(file), []).extend(of_one)
    if not found:
        raise ValueError(f"`captions` are empty. Received: {captions!r}")
    return found


def _of_rows(rows, path):
    """Return pairs of a file's name and its caption from a table's rows."""
    columns = list(rows[0]) if rows and isinstance(rows[0], dict) else []
    named = [next((c for c in names if c in columns), None) for names in (FILE_COLUMNS, CAPTION_COLUMNS)]
    if None in named:
        raise ValueError(
            f"{path} must have the columns `file` and `caption`. It has: {columns or 'rows without names'}"
        )
    bad = [
        i
        for i, row in enumerate(rows)
        # A comma without quotes creates another column, without a name.
        if not isinstance(row, dict) or None in row or not row.get(named[0]) or row.get(named[1]) is None
    ]
    if bad:
        raise ValueError(
            f"{path}: row {bad[0] + 1} has no file, no caption, or a comma in a caption without quotes: {rows[bad[0]]}"
        )
    return [(row[named[0]], row[named[1]]) for row in rows]


def _text_beside(file):
    return os.path.splitext(file)[0] + ".txt"


def _lines(path):
    if not os.path.isfile(path):
        return []
    return [line.strip() for line in text_of(path).split("\n") if line.strip()] or [""]


def _of_classes(source, name):
    if source.class_names is None:
        raise ValueError(
            f"{name!r} has no captions: give `captions=`, a .txt file beside each image, or one folder a class."
        )
    words = [each.replace("_", " ").replace("-", " ") for each in source.class_names]
    if name == "mnist_5k":
        words = [f"a handwritten {DIGITS[int(word)]}" for word in words]
    return [[words[label]] for label in source.labels]


def _check_captions(captions, files, name):
    for problem, bad in (
        ("no caption", [i for i, texts in enumerate(captions) if not texts]),
        ("an empty caption", [i for i, texts in enumerate(captions) if any(not t.strip() for t in texts)]),
    ):
        if bad:
            raise ValueError(
                f"{len(bad)} of {len(captions)} images of {name!r} have {problem}: {named(files, bad)}"
            )


# === Embeddings ===


def embed(captions, encoder, batch_size=256):
    """Embed captions, each different text once.

    Args:
        captions: list of lists of texts.
        encoder: as in `captioned`.

    Returns:
        Array of shape (different texts, size), float32 or int32, and a list that has, for each image, an
        array of its row indices.
    """
    places = {}
    rows = [np.array([places.setdefault(text, len(places)) for text in texts]) for texts in captions]
    texts, vectors = list(places), []
    check_texts(encoder, texts, warn=True)
    for start in range(0, len(texts), batch_size):
        part = texts[start : start + batch_size]
        vectors.append(encoded(encoder, part))
    if len({part.shape[1] for part in vectors}) > 1:
        raise ValueError(f"`encoder` gives vectors of several sizes: {sorted({v.shape[1] for v in vectors})}")
    return np.concatenate(vectors), rows


def _fetch(source):
    """Return a `fetch` for `Stream`: images, and their indices among all images."""
    images = getter(source.images)

    def fetch(indices):
        return {"image": from_uint8(images(indices)), "of": indices}

    return fetch


def _without_captions(batch, seed):
    """A `then` for `Stream` that keeps only the images."""
    return {"image": batch["image"]}


def _drawn(vectors, rows):
    """Return a `then` for `Stream` that draws one caption of each image and adds its embedding."""
    counts = np.array([len(each) for each in rows])
    with tf.device("CPU:0"), tf.init_scope():
        table, flat = tf.constant(vectors), tf.constant(np.concatenate(rows), tf.int32)
        starts = tf.constant(np.cumsum(counts) - counts, tf.int32)
        counts = tf.constant(counts, tf.int32)

    def then(batch, seed):
        which = batch.pop("of")
        share = tf.random.stateless_uniform(tf.shape(which), seed + 3)
        count = tf.gather(counts, which)
        chosen = tf.minimum(tf.cast(share * tf.cast(count, tf.float32), tf.int32), count - 1)
        return {**batch, "condition": tf.gather(table, tf.gather(flat, tf.gather(starts, which) + chosen))}

    return then
