"""What models of tables have: samples as a DataFrame."""

import numpy as np

from keras_gan.arguments import check_int
from keras_gan.data.columns import Categories, listed, numbers_of, pandas_of
from keras_gan.data.table import Schema
from keras_gan.modalities import Rows


class Tabular:
    """Rows of tables: `sample`; a base of models beside `GAN` or `VAE`.

    A subclass defines `rows_asked`.
    """

    # Of rows asked for by `where` at most so many times as many are generated.
    most_tries = 200

    def _take_schema(self, schema, kwargs, conditioned):
        """Keep the schema, and put the modality of its rows among a model's options."""
        schema = Schema.from_config(schema) if isinstance(schema, dict) else schema
        if not isinstance(schema, Schema):
            raise ValueError(f"`schema` must be a `keras_gan.data.Schema`. Received: {type(schema).__name__}")
        given = [name for name in ("noise", "condition", "modality") if kwargs.get(name) is not None]
        if given:
            raise ValueError(f"A model of tables makes its own {' and '.join(given)}: leave it out.")
        kwargs.pop("condition", None)
        # Past Keras' tracking: it is not yet a model.
        vars(self)["schema"] = schema
        kwargs["modality"] = Rows(schema, conditioned)

    def rows_asked(self, n, place, seed, batch_size):
        """Vectors of n rows, by a place among the categories that a condition asks for, or None."""
        raise NotImplementedError(f"{type(self).__name__} must define `rows_asked`.")

    def sample(self, n, where=None, seed=None, batch_size=5000):
        """Generate rows of the table.

        Args:
            n: int, how many.
            where: dict from a column to what its values must be: of categories one, or a list of them; of numbers
                (low, high). Rows are generated until so many fulfil it; the rarest of its categories is asked for.
            seed: int for the same rows at every call; `None` for new ones.
            batch_size: int, rows at once.

        Returns:
            pandas DataFrame with the columns, in the order and of the dtypes of the training data.

        Raises:
            ValueError: for columns and values that there are not, and where too few rows fulfil `where`.
        """
        check_int(n, "n")
        check_int(batch_size, "batch_size")
        place, fulfilled = self._asked(where or {})
        seed = self.checked_seed(n, seed)
        found, made = [], 0
        while sum(map(len, found)) < n:
            if made >= max(self.most_tries * n, batch_size):
                raise ValueError(
                    f"Of {made} rows {sum(map(len, found))} fulfil {where}: fewer than the {n} that were asked for."
                )
            count = n if not where else min(batch_size, max(4 * n, 100))
            # Another seed for each try, and the given one for the first.
            vectors = self.rows_asked(count, place, (seed + 7919 * len(found)) % 2**31, batch_size)
            rows = self.schema.decode(vectors)
            found.append(rows[fulfilled(rows)])
            made += count
        return pandas_of().concat(found, ignore_index=True)[:n]

    def generate(self, n, seed=None, where=None, batch_size=5000):
        """As `sample`."""
        return self.sample(n, where, seed, batch_size)

    def fit(self, x=None, *args, **kwargs):
        """As `GAN.fit`, of a data set of `keras_gan.data.table`."""
        if hasattr(x, "columns") and hasattr(x, "dtypes"):
            raise ValueError(
                "A model of tables trains on vectors of rows: `fit(keras_gan.data.table(frame, schema=model.schema))`"
                + ("" if self.condition is not None else ", for `TVAE` with `by_category=False`")
                + "."
            )
        return super().fit(x, *args, **kwargs)

    def export(self, filepath, format="saved_model", metadata=None, **options):
        """As `GAN.export`; `sample` gives vectors, which `Schema.from_config(metadata["schema"]).decode(vectors)` turns into rows."""
        about = {"schema": self.schema.get_config(), **(metadata or {})}
        return super().export(filepath, format, about, **options)

    def _asked(self, where):
        """The place of the rarest category of `where` in the condition, and a function from rows to whether they fulfil it."""
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
                    raise ValueError(f"Of the column {name!r} `where` has no value.")
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
    """(low, high) of numbers, of dates in seconds; a ValueError for another form."""
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
            f"Of the column {column.name!r}, of {what}, `where` takes (low, high), both included. Received: {value!r}"
        )
    return tuple(pair)


def _value_of(column, value):
    """A category as the column has it, also of what was written on a command line; a ValueError for another."""
    value = None if pandas_of().isna(value) else value
    for known in column.values:
        if known == value or str(known) == str(value):
            return known
    raise ValueError(f"The column {column.name!r} has no value {value!r}. It has: {listed(column.values)}")
