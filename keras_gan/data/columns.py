"""Columns of tables: they turn values into numbers for a network, and back."""

import dataclasses
import math
import warnings

import numpy as np

# A number's distance from the mean of its mode is divided by this many standard deviations, as in CTGAN.
DEVIATIONS = 4.0


@dataclasses.dataclass
class Categories:
    """A column of values without an order: texts, booleans, codes. Missing values are one more category.

    In a row, each value is one-hot.

    Attributes:
        name: name of the column.
        values: list of the possible values, the most frequent first; None for a missing value.
        counts: list, how often each value is in the data.
        dtype: the column's dtype in pandas, as text.
        order: list of all pandas categories in their order; None for other columns.
        ordered: bool, whether pandas' categories have an order.
    """

    name: str
    values: list
    counts: list
    dtype: str
    order: list | None = None
    ordered: bool = False
    kind: str = "category"

    @classmethod
    def of(cls, series):
        """Create it from a pandas Series."""
        check_plain(series)
        order, ordered = None, False
        if isinstance(series.dtype, pandas_of().CategoricalDtype):
            order, ordered = [_plain(value) for value in series.cat.categories], bool(series.cat.ordered)
            series = series.astype(object)
        counted = series.value_counts(dropna=False)
        counted = counted[counted > 0]
        values = [None if missing else _plain(v) for v, missing in zip(counted.index, counted.index.isna())]
        dtype = "category" if order is not None else str(series.dtype)
        return cls(str(series.name), values, [int(c) for c in counted], dtype, order, ordered)

    @property
    def width(self):
        """Number of entries of a row that choose the category."""
        return len(self.values)

    def chosen(self, series):
        """Return the indices of a Series' values, an int array; raise a ValueError for an unknown value."""
        missing = series.isna().to_numpy()
        plain = [None if gone else _plain(value) for value, gone in zip(series, missing, strict=True)]
        places = {value: i for i, value in enumerate(self.values)}
        found = np.array([places.get(value, -1) for value in plain])
        if len(found) and found.min() < 0:
            raise ValueError(
                f"The column {self.name!r} has no value {plain[int(found.argmin())]!r}. It has: {listed(self.values)}"
            )
        return found

    def series(self, chosen):
        """Return a pandas Series from indices."""
        pandas = pandas_of()
        values = np.array(self.values, dtype=object)[chosen]
        if self.order is not None:
            values = pandas.Categorical(values, categories=self.order, ordered=self.ordered)
            return pandas.Series(values, name=self.name)
        return pandas.Series(values, name=self.name).astype(_of_missing(self.dtype, None in self.values))


@dataclasses.dataclass
class Numbers:
    """A column of numbers or dates as a mixture of normals: each value is a mode and a position in it.

        value = mean_k + alpha scale_k,   alpha in [-1, 1]

    scale_k is four standard deviations, or more if a value would lie outside: no value is cut off. Missing
    values are one more mode.

    Attributes:
        name: name of the column.
        means, scales: lists with one entry for each mode.
        counts: list, how often each mode is in the data; the count of missing values, if there are any, is
            last.
        low, high: the least and the greatest value of the data.
        decimals: int, the most decimals of any value; None for more than nine.
        missing: bool, whether values may be missing.
        dtype: the column's dtype in pandas, as text.
        form: strftime format of dates that are texts; None for other columns.
        unit: int, for dates (seconds since 1970): the number of seconds in one unit.
    """

    name: str
    means: list
    scales: list
    counts: list
    low: float
    high: float
    decimals: int | None
    missing: bool
    dtype: str
    form: str | None = None
    kind: str = "number"
    unit: int = 1

    @classmethod
    def of(cls, series, kind, modes=10, seed=0):
        """Create it from a pandas Series of numbers or dates."""
        values, form = numbers_of(series, kind)
        there = values[np.isfinite(values)]
        # The unit is a day if all dates are whole days.
        unit = 86_400 if kind == "date" and (there % 86_400 == 0).all() else 1
        values, there = values / unit, there / unit
        if kind == "number" and series.dtype.kind in "iu" and np.abs(there).max() > 2**53:
            raise ValueError(
                f"The column {str(series.name)!r} has whole numbers beyond 2^53, such as keys have. Leave it out, `exclude=[...]` "
                "(--exclude)."
            )
        means, deviations = mixture(there, modes, seed)
        column = cls(
            str(series.name),
            means.tolist(),
            (DEVIATIONS * deviations).tolist(),
            [],
            float(there.min()),
            float(there.max()),
            _decimals(there, str(series.dtype)) if kind == "number" else 0,
            bool(len(there) < len(values)),
            str(series.dtype),
            form,
            kind,
            unit,
        )
        _, mode = column.placed(values, seed, widen=True)
        column.counts = np.bincount(mode, minlength=column.width).tolist()
        return column

    @property
    def width(self):
        """Number of entries of a row that choose the mode."""
        return len(self.means) + self.missing

    def placed(self, values, seed=0, widen=False):
        """Return alphas and modes for float values, which are NaN if missing.

        The mode is drawn by probability among those that reach the value. If none reaches it, the nearest
        mode is taken, and `widen` extends that mode's reach to the value.
        """
        means, scales = np.array(self.means), np.array(self.scales)
        gone = ~np.isfinite(values)
        known = np.where(gone, means[0], values)
        distance = np.abs(known[:, None] - means) / scales
        weights = np.array(self.counts[: len(means)] or np.ones(len(means)), "float64") + 1e-9
        log_p = np.log(weights / scales) - 0.5 * (DEVIATIONS * distance) ** 2
        drawn = np.random.default_rng(seed).gumbel(size=log_p.shape)
        mode = np.where(distance <= 1.0, log_p + drawn, -np.inf).argmax(1)
        far = distance.min(1) > 1.0
        mode[far] = distance[far].argmin(1)
        if widen:
            reach = np.abs(known - means[mode])
            for k in np.unique(mode[far]):
                self.scales[k] = float(max(self.scales[k], reach[far & (mode == k)].max()))
            scales = np.array(self.scales)
        alpha = (known - means[mode]) / scales[mode]
        mode, alpha = np.where(gone, len(means), mode), np.where(gone, 0.0, alpha)
        if gone.any() and not self.missing:
            raise ValueError(f"The column {self.name!r} has missing values, and had none when it was typed.")
        return alpha.astype("float32"), mode

    def values_of(self, alpha, mode):
        """Return float values within the range of the data, NaN where they are missing."""
        means, scales = np.array([*self.means, math.nan]), np.array([*self.scales, math.nan])
        values = means[mode] + np.asarray(alpha, "float64") * scales[mode]
        values = np.clip(values, self.low, self.high)
        return values if self.decimals is None else values.round(self.decimals)

    def series(self, alpha, mode):
        """Return a pandas Series from alphas and modes."""
        pandas = pandas_of()
        values = self.values_of(alpha, mode)
        if self.kind == "date":
            stamps = pandas.Series(values * self.unit).astype("Int64").astype("datetime64[s]")
            if self.form:
                texts = stamps.dt.strftime(self.form)
                return texts.astype(_of_missing(self.dtype, self.missing)).rename(self.name)
            return stamps.dt.tz_localize(_zone(self.dtype)).astype(self.dtype).rename(self.name)
        series = pandas.Series(values, name=self.name)
        return series.astype(_of_missing(self.dtype, self.missing))


def typed(series, kind=None, modes=10, seed=0):
    """Infer the type of a pandas Series and return its column.

    Texts, booleans and whole numbers with at most ten different values become `Categories`. Dates, texts that
    are all dates, and all other numbers become `Numbers`.

    Args:
        series: pandas Series.
        kind: "category", "number" or "date", or None to infer it.
        modes: int, maximum number of modes for numbers.
        seed: int.

    Raises:
        ValueError: for a column without values, for texts that are nearly all different, and for a kind that
            does not fit the column.
    """
    pandas = pandas_of()
    name, count, there = str(series.name), len(series), series.dropna()
    if not len(there):
        raise ValueError(f"The column {name!r} has no values. Leave it out.")
    if kind not in (None, "category", "number", "date"):
        raise ValueError(
            f'The kind of a column must be "category", "number" or "date". Received: {kind!r} of {name!r}'
        )
    is_number = pandas.api.types.is_numeric_dtype(series) and not pandas.api.types.is_bool_dtype(series)
    is_date = pandas.api.types.is_datetime64_any_dtype(series)
    if series.dtype == object:
        check_plain(series)
    different = there.nunique()
    if kind is None:
        if is_date:
            kind = "date"
        elif is_number:
            values = there.to_numpy("float64")
            whole = (values == values.round()).all()
            kind = "category" if different == 1 or (whole and different <= 10) else "number"
        elif not isinstance(series.dtype, pandas.CategoricalDtype) and _form_of(there):
            kind = "date"
        else:
            kind = "category"
            if count >= 50 and different > 0.5 * len(there):
                raise ValueError(
                    f"The column {name!r} has {different} different texts in {count} rows, such as {there.iloc[0]!r}: names or codes "
                    "of single rows, which a model would learn by heart. Leave it out, `exclude=[...]` (--exclude), or ask for it: "
                    f'`kinds={{{name!r}: "category"}}` (--kinds).'
                )
    if kind == "category":
        if is_number and not np.isfinite(there.to_numpy("float64")).all():
            raise ValueError(f"The column {name!r} has infinite values.")
        return Categories.of(series)
    if kind == "number" and not is_number:
        raise ValueError(f"The column {name!r} is of {series.dtype}, not of numbers.")
    return Numbers.of(series, kind, modes, seed)


def check_plain(series):
    """Raise a ValueError for a Series with values that are neither texts, booleans nor numbers."""
    odd = [value for value in series.dropna() if not isinstance(value, (str, bool, int, float, np.generic))]
    if odd:
        raise ValueError(
            f"The column {str(series.name)!r} has values of {type(odd[0]).__name__}, such as {odd[0]!r}. Categories are texts, "
            "booleans and numbers: turn it into texts, `.astype(str)`, or dates into datetime64, `pandas.to_datetime`."
        )


def numbers_of(series, kind):
    """Return a Series as floats (dates in seconds, NaN if missing), and the format of text dates."""
    pandas = pandas_of()
    if kind == "number":
        values = series.astype("Float64").to_numpy("float64", na_value=np.nan)
        if np.isinf(values).any():
            raise ValueError(f"The column {str(series.name)!r} has infinite values.")
        return values, None
    form = None
    if not pandas.api.types.is_datetime64_any_dtype(series):
        if not len(series.dropna()):
            return np.full(len(series), np.nan), None
        form = _form_of(series.dropna())
        if form is None:
            raise ValueError(
                f"The column {str(series.name)!r} has values that are no dates as 2024-12-31 or 2024-12-31 23:59:59."
            )
        series = pandas.to_datetime(series, format=form)
    if series.dt.tz is not None:
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    whole = series.dt.floor("s")
    if not (whole == series)[series.notna()].all():
        warnings.warn(f"Times of {str(series.name)!r} are kept to the second.", stacklevel=4)
    seconds = whole.astype("datetime64[s]").astype("int64").to_numpy("float64").copy()
    seconds[series.isna().to_numpy()] = np.nan
    return seconds, form


def dates_of(series):
    """Return seconds since 1970 for dates or texts that are all dates (NaN if missing); else None."""
    pandas = pandas_of()
    there = series.dropna()
    if not pandas.api.types.is_datetime64_any_dtype(series):
        is_text = pandas.api.types.is_string_dtype(series) or series.dtype == object
        if (
            isinstance(series.dtype, pandas.CategoricalDtype)
            or not is_text
            or not len(there)
            or not _form_of(there)
        ):
            return None
    return numbers_of(series, "date")[0]


def mixture(values, modes, seed):
    """Fit a Bayesian mixture of normals; return means and deviations of modes with over .5% of the values."""
    try:
        from sklearn.mixture import BayesianGaussianMixture
    except ImportError as error:
        raise ImportError("Tables need pandas and scikit-learn: `pip install 'keras-gan[table]'`.") from error
    spread = max(float(values.std()), 1e-9 * max(1.0, abs(float(values.mean()))))
    centre = float(values.mean())
    if len(np.unique(values)) == 1:
        return np.array([centre]), np.array([spread])
    few = np.random.default_rng(seed).permutation(len(values))[:20_000]
    scaled = ((values[few] - centre) / spread)[:, None]
    model = BayesianGaussianMixture(
        n_components=min(modes, len(np.unique(scaled))),
        weight_concentration_prior_type="dirichlet_process",
        weight_concentration_prior=0.001,
        max_iter=100,
        random_state=seed,
    )
    with warnings.catch_warnings():
        # The fit need not converge: any mixture can encode every value.
        warnings.simplefilter("ignore")
        model.fit(scaled)
    kept = model.weights_ > 0.005
    means = model.means_[kept, 0] * spread + centre
    return means, np.sqrt(model.covariances_[kept, 0, 0]) * spread


def pandas_of():
    """Import pandas; if it is missing, raise an error with the command that installs it."""
    try:
        import pandas
    except ImportError as error:
        raise ImportError("Tables need pandas and scikit-learn: `pip install 'keras-gan[table]'`.") from error
    return pandas


def listed(values, most=12):
    """Return values as text for a message."""
    return ", ".join(repr(value) for value in values[:most]) + (" ..." if len(values) > most else "")


def _plain(value):
    """Return a value of a Series as a plain Python value."""
    return value.item() if isinstance(value, np.generic) else value


def _decimals(values, dtype):
    """Return the most decimals that any value has, given its dtype, or None."""
    # Within the precision of the dtype: .1 in float32 is .10000000149.
    epsilon = np.finfo("float32" if dtype.lower() == "float32" else "float64").eps
    for decimals in range(10):
        if (np.abs(values - values.round(decimals)) <= 1e-9 + 4.0 * epsilon * np.abs(values)).all():
            return decimals
    return None


def _form_of(series):
    """Return the strftime format of texts that are all dates, or None."""
    if not all(isinstance(value, str) for value in series):
        return None
    first = series.iloc[0]
    for form, length in (("%Y-%m-%d", 10), ("%Y-%m-%d %H:%M:%S", 19), ("%Y-%m-%dT%H:%M:%S", 19)):
        if len(first) == length and series.astype(str).str.len().eq(length).all():
            found = pandas_of().to_datetime(series, format=form, errors="coerce")
            if not found.isna().any():
                return form
    return None


def _of_missing(dtype, missing):
    """Return the dtype, or its nullable version if values may be missing."""
    return dtype.replace("uint", "UInt").replace("int", "Int") if missing and "int" in dtype[:4] else dtype


def _zone(dtype):
    """Return the time zone in which dates of a dtype such as "datetime64[ns, UTC]" are kept, or None."""
    return "UTC" if "," in dtype else None
