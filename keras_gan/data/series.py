"""Time series -> windows, and back."""

import pathlib
import warnings

import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.data.stream import Stream
from keras_gan.data.table import read_table


def series(
    source,
    *,
    window=24,
    columns=None,
    span=(0.0, 1.0),
    scale=None,
    batch_size=128,
    shuffle=True,
    seed=0,
    name=None,
):
    """Load time series as batches of windows, float32 (batch, window, columns), each column scaled to [0, 1].

    Args:
        source: path of a CSV or Parquet file with a row for each time
            (needs `pip install 'keras-gan[table]'`); a pandas DataFrame; an array of shape (times,) or
            (times, columns); or a list of such arrays, several series with the same columns.
        window: int, times of an example. Default 24. A window begins at every time.
        columns: names of the columns to use. Default: all columns of numbers; a warning names the others.
        span: (begin, end), the share of each series to use, in its order: (0, 0.8) for training, (0.8, 1) for
            held-out data.
        scale: (lows, highs), the values that become 0 and 1, one number a column; for held-out data
            `dataset.scale` of the training data. Default: the least and the greatest values.
        batch_size, shuffle, seed: as in `from_arrays`.
        name: str, what the data is called in messages and metadata.

    Returns:
        `tf.data.Dataset` of windows, with the attributes `columns` and `scale`.

    Raises:
        ValueError: for files that cannot be read, missing values, columns that are constant or not numbers,
            and series shorter than a window.

    Example:
    >>> data = keras_gan.data.series(np.random.default_rng(0).normal(size=(200, 2)).cumsum(0), window=12, batch_size=16)
    >>> data.element_spec.shape, data.columns
    (TensorShape([16, 12, 2]), ['0', '1'])
    """
    check_int(window, "window", least=2)
    if isinstance(columns, str):
        raise ValueError(f"`columns` must be a list of names. Received: {columns!r}")
    begin, end = span
    if not 0.0 <= begin < end <= 1.0:
        raise ValueError(f"`span` must be (begin, end) within 0 and 1. Received: {span!r}")
    if isinstance(source, (str, pathlib.Path)):
        called = f"series:{source}"
        source = read_table(pathlib.Path(source).expanduser())
    else:
        called = "series"
    several, columns = _read(source, columns)
    several = [values[round(begin * len(values)) : round(end * len(values))] for values in several]
    short = [len(values) for values in several if len(values) < window]
    if short:
        raise ValueError(
            f"A series has {short[0]} times, fewer than a window of {window}: give a smaller `window`."
        )
    whole = np.concatenate(several)
    lows, highs = (np.asarray(x, "float64") for x in scale or (whole.min(0), whole.max(0)))
    if lows.shape != (len(columns),) or highs.shape != lows.shape or not np.isfinite([lows, highs]).all():
        raise ValueError(f"`scale` must be (lows, highs), {len(columns)} numbers each. Received: {scale!r}")
    for column, low, high in zip(columns, lows, highs, strict=True):
        if not low < high:
            raise ValueError(f"The column {column!r} is constant, {low:g}: leave it out, `columns=`.")
    scaled = [((values - lows) / (highs - lows)).astype("float32") for values in several]
    beyond = max(float(np.abs(values - 0.5).max()) - 0.5 for values in scaled)
    if beyond > 0.0 and scale is not None:
        scaled = [np.clip(values, 0.0, 1.0) for values in scaled]
        warnings.warn(f"Values beyond `scale` by up to {beyond:.2g} of its range are cut off.", stacklevel=2)
    # Each window is a separate example; overlapping windows share their values in memory.
    starts = np.concatenate(
        [
            offset + np.arange(len(values) - window + 1)
            for values, offset in zip(scaled, np.cumsum([0, *map(len, scaled[:-1])]), strict=True)
        ]
    )
    with tf.device("CPU:0"), tf.init_scope():
        flat, begins = tf.constant(np.concatenate(scaled)), tf.constant(starts)

    def fetch(indices):
        places = tf.gather(begins, indices)[:, None] + tf.range(window, dtype=tf.int64)
        return {"image": tf.gather(flat, places)}

    stream = Stream(
        fetch,
        len(starts),
        batch_size,
        seed=seed,
        shuffle=shuffle,
        structure=lambda batch: batch["image"],
        name=name or f"{called}, windows of {window}",
    )
    stream.columns, stream.scale = columns, (lows.tolist(), highs.tolist())
    dataset = stream.dataset()
    dataset.columns, dataset.scale = stream.columns, stream.scale
    return dataset


def _read(source, columns):
    """Return a list of float64 arrays (times, columns), and the columns' names."""
    if hasattr(source, "select_dtypes"):
        found = source.select_dtypes(include="number")
        if columns is None:
            others = [str(name) for name in source.columns if name not in found.columns]
            for name in source.columns.difference(found.columns):
                _check_no_numbers(source[name])
            if others:
                warnings.warn(f"Columns that are no numbers are left out: {', '.join(others)}.", stacklevel=3)
            columns = list(found.columns)
        lost = [name for name in columns if name not in found.columns]
        if lost:
            problem = "is not of numbers" if lost[0] in source.columns else "is not there"
            raise ValueError(
                f"The column {lost[0]!r} {problem}. There are: {[str(c) for c in found.columns]}"
            )
        if not columns:
            raise ValueError("The table has no columns of numbers.")
        several, names = [found[columns].to_numpy("float64")], [str(name) for name in columns]
    else:
        if columns is not None:
            raise ValueError("`columns` are names of a table's: of arrays give those that are to be taken.")
        several = [
            np.asarray(x, "float64") for x in (source if isinstance(source, (list, tuple)) else [source])
        ]
        several = [values[:, None] if values.ndim == 1 else values for values in several]
        if not several or any(v.ndim != 2 or v.shape[1] != several[0].shape[1] for v in several):
            raise ValueError(
                f"Series must have shape (times, columns), of as many columns each. Received: {[np.shape(v) for v in several][:3]}"
            )
        names = [str(i) for i in range(several[0].shape[1])]
    for values in several:
        bad = ~np.isfinite(values)
        if bad.any():
            row, column = np.argwhere(bad)[0]
            raise ValueError(
                f"The column {names[column]!r} has {int(bad[:, column].sum())} missing or infinite values, the first at time {row}: fill "
                "them, such as `frame.interpolate()`, or leave the column out."
            )
    return several, names


def _check_no_numbers(column):
    """Raise a ValueError for a column that has numbers except for a few values."""
    if column.dtype.kind in "Mmb":
        return
    texts = column.dropna().astype(str)
    bad = [i for i, text in enumerate(texts) if not _is_number(text)]
    if bad and len(bad) < len(texts) / 2:
        raise ValueError(
            f"The column {column.name!r} is of numbers, but for {len(bad)} values, such as {texts.iloc[bad[0]]!r} at time "
            f"{texts.index[bad[0]]}: fix them, or leave the column out."
        )


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def write_series(path, values, columns):
    """Write series of shape (n, times, columns) as one CSV file with the columns `sample`, `time` and theirs.

    Example:
    >>> keras_gan.data.write_series("/tmp/keras_gan_series.csv", np.zeros((2, 3, 1)), ["level"])
    """
    values = np.asarray(values)
    count, times, _ = values.shape
    rows = [",".join(["sample", "time", *(_quoted(name) for name in columns)])]
    for i in range(count):
        rows += [f"{i},{t}," + ",".join(f"{x:.7g}" for x in values[i, t]) for t in range(times)]
    pathlib.Path(path).write_text("\n".join(rows) + "\n", encoding="utf-8")


def _quoted(name):
    """Return a column's name as it is in a CSV file."""
    return '"' + name.replace('"', '""') + '"' if any(c in name for c in ',"\n') else name
