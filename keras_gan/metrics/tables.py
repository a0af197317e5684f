"""Metrics of generated tables against real ones: columns, pairs of columns, use for training, and privacy."""

import itertools

import numpy as np

from keras_gan.data.columns import dates_of, numbers_of, pandas_of, typed
from keras_gan.metrics.detection import membership_auroc
from keras_gan.metrics.functional import nearest_neighbors


def column_shapes(real, made):
    """Similarity of each column's distributions, a dict by column: from 0 to 1, 1 for equal ones.

        numbers and dates: 1 - sup |F(x) - G(x)| (Kolmogorov-Smirnov)
        categories: 1 - sum |p - q| / 2 (total variation)

    Args:
        real, made: pandas DataFrames with the same columns. In columns of numbers missing values are left
            out, in others they are a category of their own.

    Raises:
        ValueError: for different columns, and tables without rows.

    Example:
    >>> import pandas
    >>> real = pandas.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "c": list("aabb")})
    >>> keras_gan.metrics.tables.column_shapes(real, real.assign(x=[3.0, 4.0, 5.0, 6.0], c=list("aaab")))
    {'x': 0.5, 'c': 0.75}
    """
    real, made = _checked(real, made)
    found = {}
    for name in real.columns:
        if _is_number(real[name]):
            a, b = (np.sort(_numbers(frame[name].dropna())) for frame in (real, made))
            both = np.concatenate([a, b])
            steps = [np.searchsorted(x, both, side="right") / max(1, len(x)) for x in (a, b)]
            found[name] = 1.0 - float(np.abs(steps[0] - steps[1]).max(initial=0.0))
        else:
            found[name] = 1.0 - _variation(real[name], made[name])
    return found


def pair_trends(real, made):
    """Similarity of the relations between columns, a dict by pairs: from 0 to 1, 1 for equal ones.

        two columns of numbers: 1 - |r - s| / 2 of their correlations (Pearson)
        else: 1 - sum |p - q| / 2 of their joint distributions, with numbers binned at the real data's deciles

    Arguments and errors as in `column_shapes`.
    """
    real, made = _checked(real, made)
    found, cut = {}, {}
    for name in real.columns:
        cut[name] = [frame[name] for frame in (real, made)]
        if _is_number(real[name]):
            edges = np.unique(np.quantile(_numbers(real[name].dropna()), np.linspace(0, 1, 11)[1:-1]))
            cut[name] = [
                frame[name].isna().map({True: "missing"}).fillna("").astype(str)
                + np.searchsorted(edges, _numbers(frame[name]), side="right").astype(str)
                for frame in (real, made)
            ]
    for a, b in itertools.combinations(real.columns, 2):
        if _is_number(real[a]) and _is_number(real[b]):
            r, s = (_correlation(frame[a], frame[b]) for frame in (real, made))
            found[a, b] = 1.0 - abs(r - s) / 2.0
        else:
            both = [cut[a][i].astype(str) + "\n" + cut[b][i].astype(str) for i in range(2)]
            found[a, b] = 1.0 - _variation(*both)
    return found


def efficacy(made, real, target, seed=0):
    """Scores on real rows of a model that is trained on generated ones: "train synthetic, test real".

    The model is a classifier or a regression, by scikit-learn's histogram gradient boosting.

    Args:
        made: DataFrame to train on; real: DataFrame of held-out rows.
        target: column to predict: of two categories, of several, or of numbers.
        seed: int.

    Returns:
        dict: for two categories "f1" of the one that is rarer in the real rows, "auroc" and "accuracy"; for
        several "f1" (their mean) and "accuracy"; for numbers "r2".

    Raises:
        ValueError: as in `column_shapes`, and for an unknown target.
    """
    from sklearn import ensemble, metrics

    pandas = pandas_of()
    real, made = _checked(real, made)
    if target not in real.columns:
        raise ValueError(f"There is no column {target!r}.")
    # Rows without a target are left out.
    real, made = (frame[frame[target].notna()] for frame in (real, made))
    if not len(real) or not len(made):
        raise ValueError(f"All rows lack the target {target!r}.")
    rows = pandas.concat([made, real], ignore_index=True)
    y, inputs = rows.pop(target), {}
    for name in rows.columns:
        number = _is_number(real[name])
        inputs[name] = _numbers(rows[name]) if number else pandas.Categorical(rows[name].astype(str)).codes
    inputs = np.stack([np.asarray(column, "float64") for column in inputs.values()], axis=1)
    train, test = slice(0, len(made)), slice(len(made), None)
    if _is_number(real[target]) and typed(real[target]).kind == "number":
        values = _numbers(y)
        model = ensemble.HistGradientBoostingRegressor(random_state=seed).fit(inputs[train], values[train])
        return {"r2": float(metrics.r2_score(values[test], model.predict(inputs[test])))}
    y = y.astype(str).to_numpy()
    known = np.unique(y[train])
    if len(known) < 2:
        nothing = {"f1": 0.0, "accuracy": float((y[test] == known[0]).mean())}
        return nothing | ({"auroc": 0.5} if len(np.unique(y[test])) == 2 else {})
    model = ensemble.HistGradientBoostingClassifier(random_state=seed).fit(inputs[train], y[train])
    said = model.predict(inputs[test])
    found = {"accuracy": float((said == y[test]).mean())}
    names, counts = np.unique(y[test], return_counts=True)
    if len(names) == 2:
        rarer, classes = names[counts.argmin()], list(model.classes_)
        p = (
            model.predict_proba(inputs[test])[:, classes.index(rarer)]
            if rarer in classes
            else np.zeros(len(said))
        )
        found |= {"f1": float(metrics.f1_score(y[test] == rarer, said == rarer))}
        return found | {"auroc": float(metrics.roc_auc_score(y[test] == rarer, p))}
    return found | {"f1": float(metrics.f1_score(y[test], said, average="macro"))}


def privacy(made, train, held_out, schema, most=2000, seed=0):
    """How near generated rows are to the training rows: distance to the closest record, and membership AUROC.

    Distances are between vectors: numbers are replaced by their ranks in the training data, from 0 to 1, and
    two different categories have a distance of 1.

    Args:
        made, train, held_out: DataFrames.
        schema: `keras_gan.data.Schema`.
        most: int, number of rows of each that are compared, drawn at random.
        seed: int.

    Returns:
        dict: "closest_record", median distance of generated rows to the nearest training row;
        "held_out_closest_record", the same for held-out rows, which are no copies; "copies", share of
        generated rows that equal a training row in every column; "membership_auroc", how well the distance to
        generated rows separates training rows from held-out ones (0.5 if nothing leaks).
    """
    random = np.random.default_rng(seed)
    for name, frame in (("train", train), ("held_out", held_out), ("made", made)):
        if not len(frame):
            raise ValueError(f"`{name}` has no rows.")
        lacking = [column for column in schema.names if column not in frame.columns]
        if lacking:
            raise ValueError(f"`{name}` has no column {lacking[0]!r}.")

    def some(frame):
        return frame.iloc[random.permutation(len(frame))[:most]]

    def vectors(frame):
        parts = []
        for column in schema.columns:
            series = frame[column.name]
            if column in schema.numbers:
                order = np.sort(numbers_of(train[column.name].dropna(), column.kind)[0])
                values = np.unique(order)
                ranks = [np.searchsorted(order, values, side=side) for side in ("left", "right")]
                ranks = np.interp(numbers_of(series, column.kind)[0], values, sum(ranks) / (2.0 * len(order)))
                parts.append(np.where(series.isna(), 2.0, ranks)[:, None])
            else:
                places = {str(value): i for i, value in enumerate(column.values)}
                text = series.astype(object).where(series.notna(), None).map(str)
                chosen = text.map(places).fillna(-1).to_numpy("int64")
                # Two different categories have a distance of 1.
                parts.append(np.eye(column.width + 1)[chosen] / np.sqrt(2.0))
        return np.concatenate(parts, axis=1).astype("float32")

    everyone = vectors(train)
    rows = some(made)
    mine, members, others = (vectors(frame) for frame in (rows, some(train), some(held_out)))
    there = set(_as_texts(train[schema.names]))
    copies = np.mean([row in there for row in _as_texts(rows[schema.names])])
    of_made, of_held_out = (nearest_neighbors(rows, everyone)[0][:, 0] for rows in (mine, others))
    return {
        "closest_record": float(np.median(of_made)),
        "held_out_closest_record": float(np.median(of_held_out)),
        "copies": float(copies),
        "membership_auroc": membership_auroc(mine, members, others),
    }


def _as_texts(frame):
    """Each row as one text."""
    return ["\n".join(map(str, row)) for row in frame.itertuples(index=False)]


def _checked(real, made):
    """Both tables with dates as seconds, also dates given as text; checks for equal columns and rows."""
    if list(real.columns) != list(made.columns):
        raise ValueError(
            f"The tables must have the same columns. Received: {list(real.columns)} and {list(made.columns)}"
        )
    if not len(real) or not len(made):
        raise ValueError("The tables must have rows.")
    real, made = real.copy(), made.copy()
    for name in real.columns:
        pair = [dates_of(frame[name]) for frame in (real, made)]
        if all(seconds is not None for seconds in pair):
            real[name], made[name] = pair
    return real, made


def _is_number(series):
    types = pandas_of().api.types
    return types.is_numeric_dtype(series) and not types.is_bool_dtype(series)


def _numbers(series):
    return series.astype("Float64").to_numpy("float64", na_value=np.nan)


def _variation(a, b):
    """Half the sum of absolute differences of shares, with missing values as a category."""
    shares = [
        series.astype(object).where(series.notna(), None).map(str).value_counts(normalize=True)
        for series in (a, b)
    ]
    return float(shares[0].subtract(shares[1], fill_value=0.0).abs().sum() / 2.0)


def _correlation(a, b):
    values = np.stack([_numbers(a), _numbers(b)])
    values = values[:, np.isfinite(values).all(0)]
    if values.shape[1] < 2 or (values.std(1) == 0).any():
        return 0.0
    return float(np.corrcoef(values)[0, 1])
