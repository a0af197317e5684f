"""Tables: rows of columns become vectors for a network, and batches of vectors."""

import pathlib
import warnings

import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.data.arrays import from_arrays
from keras_gan.data.columns import Categories, Numbers, listed, numbers_of, pandas_of, typed
from keras_gan.data.stream import Stream


class Schema:
    """The columns of a table, and how its rows become vectors and come back.

    A vector has an alpha for each column of numbers, followed by one-hot choices: the mode of each of these
    columns, and the category of each other column. `condition` is the part with the categories alone.

    Args:
        columns: list of `Categories` and `Numbers`, in the table's order.

    Example:
    >>> import pandas
    >>> frame = pandas.DataFrame({"age": [31.5, 40.25, 22.0, 57.0], "city": ["Rome", "Oslo", "Rome", None]})
    >>> schema = keras_gan.data.Schema.of(frame)
    >>> schema.decode(schema.encode(frame)).equals(frame)
    True
    """

    def __init__(self, columns):
        self.columns = list(columns)
        self.numbers = [column for column in self.columns if isinstance(column, Numbers)]
        self.categories = [column for column in self.columns if isinstance(column, Categories)]
        if not self.columns:
            raise ValueError("A table must have a column.")

    @classmethod
    def of(cls, frame, kinds=None, exclude=(), modes=10, seed=0):
        """Infer the types of a pandas DataFrame's columns; arguments as in `keras_gan.data.table`."""
        kinds, exclude = dict(kinds or {}), [exclude] if isinstance(exclude, str) else list(exclude)
        odd = [name for name in frame.columns if not isinstance(name, str)]
        if odd:
            raise ValueError(
                f"The names of columns must be texts. Received: {odd[0]!r}. Write `frame.columns = frame.columns.map(str)`."
            )
        names = [str(name) for name in frame.columns]
        unknown = [name for name in [*kinds, *exclude] if name not in names]
        if unknown:
            raise ValueError(f"The table has no column {unknown[0]!r}. It has: {listed(names, 40)}")
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"The table has two columns {twice!r}: rename one.")
        if not len(frame):
            raise ValueError("The table has no rows.")
        check_int(modes, "modes")
        kept = [name for name in frame.columns if str(name) not in exclude]
        return cls([typed(frame[name], kinds.get(str(name)), modes, seed) for name in kept])

    @property
    def names(self):
        """Names of the columns."""
        return [column.name for column in self.columns]

    @property
    def blocks(self):
        """Widths of the one-hot choices; those of the modes come first."""
        return [column.width for column in [*self.numbers, *self.categories]]

    @property
    def size(self):
        """Length of a row's vector."""
        return len(self.numbers) + sum(self.blocks)

    @property
    def condition_size(self):
        """Length of the part with the categories, which comes last."""
        return sum(column.width for column in self.categories)

    def encode(self, frame, seed=0):
        """Return rows of a DataFrame with these columns as float32 vectors, (n, size).

        Raises:
            ValueError: for missing columns, and values that the columns did not have.
        """
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            raise ValueError(f"The table has no column {missing[0]!r}.")
        alphas, choices = [], []
        for i, column in enumerate(self.numbers):
            alpha, mode = column.placed(
                numbers_of(frame[column.name], column.kind)[0] / column.unit, [seed, i]
            )
            beyond = int((np.abs(alpha) > 1.0 + 1e-6).sum())
            if beyond:
                warnings.warn(
                    f"{beyond} values of {column.name!r} lie beyond those that the schema was made of, "
                    f"{column.low:g} to {column.high:g}: decoded, they come back at its end.",
                    stacklevel=2,
                )
            alphas.append(alpha)
            choices.append(one_hot(mode, column.width))
        choices += [one_hot(c.chosen(frame[c.name]), c.width) for c in self.categories]
        numbers = np.stack(alphas, axis=1) if alphas else np.zeros((len(frame), 0), "float32")
        return np.concatenate([numbers, *choices], axis=1)

    def decode(self, rows):
        """Return a DataFrame of the columns from vectors (n, size)."""
        rows, made, start = np.asarray(rows), {}, len(self.numbers)
        for i, column in enumerate([*self.numbers, *self.categories]):
            chosen = rows[:, start : start + column.width].argmax(1)
            start += column.width
            made[column.name] = (
                column.series(rows[:, i], chosen) if i < len(self.numbers) else column.series(chosen)
            )
        return pandas_of().DataFrame({name: made[name] for name in self.names})

    def get_config(self):
        return {"columns": [{"class": type(column).__name__, **vars(column)} for column in self.columns]}

    @classmethod
    def from_config(cls, config):
        kinds = {"Categories": Categories, "Numbers": Numbers}
        given = [dict(column) for column in config["columns"]]
        return cls([kinds[column.pop("class")](**column) for column in given])


def one_hot(chosen, width):
    """Return indices as one-hot rows, float32."""
    return np.eye(width, dtype="float32")[chosen]


def read_table(source):
    """Return a pandas DataFrame from a DataFrame, or from a path of a CSV (also .gz) or Parquet file.

    Raises:
        ValueError: for another type of file, and for a file that cannot be read as a table.
    """
    pandas = pandas_of()
    if isinstance(source, pandas.DataFrame):
        return source
    path = pathlib.Path(source)
    if not path.is_file():
        raise ValueError(f"There is no file {str(path)!r}.")
    kinds = {
        ".csv": pandas.read_csv,
        ".tsv": lambda p: pandas.read_csv(p, sep="\t"),
        ".parquet": pandas.read_parquet,
    }
    suffix = next((s.lower() for s in path.suffixes[-2:] if s.lower() in kinds), None)
    if suffix is None:
        raise ValueError(f"Tables are {', '.join(kinds)} files, also .gz. Received: {path.name}")
    try:
        return kinds[suffix](path)
    except (ValueError, OSError) as error:
        raise ValueError(f"{path} cannot be read as a table: {error}") from error


def table(
    source,
    *,
    batch_size=500,
    kinds=None,
    exclude=(),
    schema=None,
    modes=10,
    by_category=True,
    seed=0,
    name=None,
):
    """Load batches of the rows of a table, for `CTGAN` and `TVAE`.

    Rows are drawn so that rare categories are seen too. Each draw chooses a column of categories at random,
    one of its categories by the logarithm of its frequency, and a row that has this category
    ("training by sampling").

    Args:
        source: pandas DataFrame, or path of a CSV or Parquet file.
        batch_size: int. Default 500.
        kinds: dict from a column's name to "category", "number" or "date", for columns whose inferred type is
            wrong.
        exclude: names of columns to leave out.
        schema: `Schema` of a table with the same columns, such as the training data's for held-out rows.
        modes: int, maximum number of modes for a column of numbers. Default 10.
        by_category: bool. False for `TVAE`: all rows once an epoch, in a new order each time, without conditions.
        seed: int.
        name: str, name of the data. Default: the file's name, or "table".

    Returns:
        `tf.data.Dataset` of dicts with `image`, vectors of rows followed by their condition, and `condition`,
        if there are columns of categories; if `by_category` is False, vectors of rows alone. `dataset.schema`
        is its `Schema`.

    Raises:
        ValueError: for files, columns and values that cannot be used.
        ImportError: if pandas or scikit-learn is missing.

    Example:
    >>> import pandas
    >>> frame = pandas.DataFrame({"age": np.linspace(20, 60, 100), "smokes": [True, False, False, True] * 25})
    >>> data = keras_gan.data.table(frame, batch_size=50)
    >>> sorted(data.element_spec), data.schema.names
    (['condition', 'image'], ['age', 'smokes'])

    Reference: Xu et al., "Modeling Tabular Data using Conditional GAN", 2019, https://arxiv.org/abs/1907.00503
    """
    frame = read_table(source)
    if schema is None:
        schema = Schema.of(frame, kinds, exclude, modes, seed)
    elif kinds or exclude or modes != 10:
        raise ValueError(
            "`kinds`, `exclude` and `modes` are for tables without a `schema`, which has its columns."
        )
    name = name or ("table" if not isinstance(source, (str, pathlib.Path)) else pathlib.Path(source).name)
    rows = schema.encode(frame, seed)
    if by_category:
        dataset = TableStream(rows, schema, batch_size, seed=seed, name=name).dataset()
    else:
        dataset = from_arrays(rows, batch_size=batch_size, seed=seed, name=name)
    dataset.schema = schema
    return dataset


class TableStream(Stream):
    """Batches of row vectors, which are drawn by their categories.

    Args:
        rows: float32 array (n, schema.size).
        schema: `Schema`.
        batch_size, seed, name: as in `Stream`.
    """

    def __init__(self, rows, schema, batch_size, *, seed=0, name="table"):
        self.schema = schema
        widths = [column.width for column in schema.categories]
        with tf.device("CPU:0"), tf.init_scope():
            self.rows = tf.constant(rows)
            if widths:
                # Rows that have a category, for one category after another.
                chosen = rows[:, rows.shape[1] - schema.condition_size :]
                counts = chosen.sum(0)
                self.having = tf.constant(np.nonzero(chosen.T)[1])
                self.first = tf.constant(np.concatenate([[0], np.cumsum(counts)[:-1]]).astype("int64"))
                self.counts = tf.constant(counts.astype("int64"))
                # Where in the condition each column begins, and the log shares of its categories:
                # (columns, widest).
                starts = np.concatenate([[0], np.cumsum(widths)[:-1]])
                shares = np.full((len(widths), max(widths)), -np.inf, "float32")
                for i, (start, width) in enumerate(zip(starts, widths, strict=True)):
                    seen = counts[start : start + width]
                    shares[i, :width] = np.where(seen > 0, np.log(np.log(seen + 1.0)), -np.inf)
                self.starts, self.log_shares = tf.constant(starts.astype("int64")), tf.constant(shares)
        super().__init__(self._fetch, len(rows), batch_size, seed=seed, name=name)

    def _fetch(self, indices):
        """Return rows as they are; the condition is the category of one column, in turn over columns."""
        rows = tf.gather(self.rows, indices)
        if not self.schema.categories:
            return {"image": rows}
        size, widths = self.schema.condition_size, [column.width for column in self.schema.categories]
        chosen = tf.cast(indices, tf.int64) % len(widths)
        of_column = tf.repeat(tf.range(len(widths), dtype=tf.int64), widths)
        condition = rows[:, -size:] * tf.cast(of_column[None] == chosen[:, None], tf.float32)
        return {"image": tf.concat([rows, condition], axis=1), "condition": condition}

    def _batch(self, epoch, i):
        if not self.schema.categories:
            return super()._batch(epoch, i)
        seed = tf.stack([tf.constant(self.seed, tf.int64), epoch * 2**31 + i])
        count, columns = self.batch_size, len(self.schema.categories)
        # One draw gives a column, a category by Gumbel's trick, and one of the rows that have it.
        drawn = tf.random.stateless_uniform([count, 2 + self.log_shares.shape[1]], seed, 1e-7, 1.0)
        column = tf.minimum(tf.cast(drawn[:, 0] * columns, tf.int64), columns - 1)
        gumbel = -tf.math.log(-tf.math.log(drawn[:, 2:]))
        category = tf.argmax(tf.gather(self.log_shares, column) + gumbel, axis=1)
        place = tf.gather(self.starts, column) + category
        having = tf.gather(self.counts, place)
        which = tf.minimum(tf.cast(drawn[:, 1] * tf.cast(having, tf.float32), tf.int64), having - 1)
        rows = tf.gather(self.rows, tf.gather(self.having, tf.gather(self.first, place) + which))
        condition = tf.one_hot(place, self.schema.condition_size)
        return self.structure({"image": tf.concat([rows, condition], axis=1), "condition": condition})
