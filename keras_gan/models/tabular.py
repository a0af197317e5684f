"""Base class of models of tables: samples as a DataFrame."""

import numpy as np

from keras_gan.arguments import check_int
from keras_gan.data.columns import Categories, listed, numbers_of, pandas_of
from keras_gan.data.table import Schema
from keras_gan.modalities import Rows


class Tabular:
    """Generates rows of tables with `sample`; a mixin for `GAN` or `VAE`.

    A subclass defines `rows_asked`.
    """

    # `sample` generates at most this many times the number of rows that `where` asks for.
    most_tries = 200

    def _take_schema(self, schema, kwargs, conditioned):
        """Keep the schema, and add the modality of its rows to the model's arguments."""
        schema = Schema.from_config(schema) if isinstance(schema, dict) else schema
        if not isinstance(schema, Schema):
            raise ValueError(f"`schema` must be a `keras_gan.data.Schema`. Received: {type(schema).__name__}")
        given = [name for name in ("noise", "condition", "modality") if kwargs.get(name) is not None]
        if given:
            raise ValueError(f"A model of tables makes its own {' and '.join(given)}: leave it out.")
        kwargs.pop("condition", None)
        # Bypasses Keras' attribute tracking: the model is not initialised yet.
        vars(self)["schema"] = schema
        kwargs["modality"] = Rows(schema, conditioned)

    def rows_asked(self, n, place, seed, batch_size):
        """Vectors of n rows; `place` is the index of a category in the condition, or None."""
        raise NotImplementedError(f"{type(self).__name__} must define `rows_asked`.")

    def sample(self, n, where=None, seed=None, batch_size=5000):
        """Generate rows of the table.

        Args:
            n: int, number of rows.
            where: dict from a column to the values it must have: for categories one, or a list of them; for
                numbers (low, high). Rows are generated until n of them fulfil it; the condition is its rarest
                category.
            seed: int for the same rows at every call; `None` for new ones.
            batch_size: int, rows at once.

        Returns:
            pandas DataFrame with the columns of the training data, in their order and with their dtypes.

        Raises:
            ValueError: for unknown columns and values, and if too few rows fulfil `where`.
        """
        check_int(n, "n")
        check_int(batch_size, "batch_size")
        place, fulfilled = self._asked(where or {})
        seed = self.checked_seed(n, seed)
        found, made = [], 0
        while sum(map(len, found)) < n:
            if made >= max(self.most_tries * n, batch_size):
                raise ValueError(
                    f"Among {made} rows only {sum(map(len, found))} fulfil {where}, fewer than the {n} "
                    "requested."
                )
            count = n if not where else min(batch_size, max(4 * n, 100))
            # Each try has another seed; the first one has the given seed.
            vectors = self.rows_asked(count, place, (seed + 7919 * len(found)) % 2**31, batch_size)
            rows = self.schema.decode(vectors)
            found.append(rows[fulfilled(rows)])
            made += count
        return pandas_of().concat(found, ignore_index=True)[:n]

    def generate(self, n, seed=None, where=None, batch_size=5000):
        """As `sample`."""
        return self.sample(n, where, seed, batch_size)

    def fit(self, x=None, *args, **kwargs):
        """As `GAN.fit`, on a data set of `keras_gan.data.table`."""
        if hasattr(x, "columns") and hasattr(x, "dtypes"):
            raise ValueError(
                "A model of tables trains on vectors of rows: `fit(keras_gan.data.table(frame, schema=model.schema))`"
                + ("" if self.condition is not None else ", for `TVAE` with `by_category=False`")
                + "."
            )
        return super().fit(x, *args, **kwargs)

    def export(self, filepath, format="saved_model", metadata=None, **options):
        """As `GAN.export`; the exported `sample` returns vectors.

        `Schema.from_config(metadata["schema"]).decode(vectors)` turns them into rows.
        """
        about = {"schema": self.schema.get_config(), **(metadata or {})}
        return super().export(filepath, format, about, **options)

    def _asked(self, where):
        """The index in the condition of the rarest category of `where`, and a function that checks rows.

        The function takes rows, and returns which of them fulfil `where`.
        """
        if not isinstance(where, dict):
            raise ValueError(f"`where` must be a dict from columns to values. Received: {where!r}")
        columns = {column.name: column for column in self.schema.columns}
        starts = np.cumsum([0, *(column.width for column in self.schema.categories)])
        start_of = dict(zip((c.name for c in self.schema.categories), starts, strict=False))
        asked, kept = [], {}
        for name, value in where.items():
            column = columns.get(name)
            if column is None:
                raise ValueError(f"The table has no column {name!r}. It has: {listed(list(columns), 40)}")
            if isinstance(column, Categories):
                kept[name] = values = [_value_of(column, one) for one in _as_list(value)]
                if not values:
                    raise ValueError(f"`where` has no value for the column {name!r}.")
                if len(values) == 1:
                    place = column.values.index(values[0])
                    asked.append((column.counts[place], start_of[name] + place))
            else:
                kept[name] = _ends_of(column, value)

        def fulfilled(rows):
            good = np.ones(len(rows), bool)
            for name, values in kept.items():
                series = rows[name]
                if isinstance(columns[name], Categories):
                    good &= (series.isin(values) | (series.isna() & (None in values))).to_numpy(bool)
                else:
                    numbers = numbers_of(series, columns[name].kind)[0]
                    good &= (numbers >= values[0]) & (numbers <= values[1])
            return good

        return (int(min(asked)[1]) if asked else None), fulfilled


def _as_list(value):
    return list(value) if isinstance(value, (tuple, list, set, np.ndarray)) else [value]


def _ends_of(column, value):
    """(low, high) of numbers, or of dates in seconds; raises a ValueError for another form."""
    pandas = pandas_of()
    pair = list(value) if isinstance(value, (tuple, list)) else []
    try:
        if column.kind == "date":
            pair = [float(numbers_of(pandas.Series(pandas.to_datetime([end])), "date")[0][0]) for end in pair]
        else:
            pair = [float(end) for end in pair]
    except (TypeError, ValueError):
        pair = []
    if len(pair) != 2 or not pair[0] <= pair[1]:
        what = "dates" if column.kind == "date" else "numbers"
        raise ValueError(
            f"For the column {column.name!r}, of {what}, `where` takes (low, high), both included. Received: "
            f"{value!r}"
        )
    return tuple(pair)


def _value_of(column, value):
    """The column's category for a value or its text from a command line; raises a ValueError if unknown."""
    value = None if pandas_of().isna(value) else value
    for known in column.values:
        if known == value or str(known) == str(value):
            return known
    raise ValueError(f"The column {column.name!r} has no value {value!r}. It has: {listed(column.values)}")
