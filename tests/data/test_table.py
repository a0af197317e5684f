"""Tables: columns typed by looking, rows as vectors and back, and rows drawn by their categories."""

import json

import numpy as np
import pandas
import pytest

from keras_gan.data import Schema, read_table, table
from keras_gan.data.columns import Categories, Numbers, typed


def frame(count=400, seed=0):
    random = np.random.default_rng(seed)
    number = np.where(
        random.uniform(size=count) < 0.3, random.normal(-5, 0.1, count), random.normal(8, 2, count)
    )
    found = pandas.DataFrame(
        {
            "age": random.integers(18, 90, count),
            "height": number,
            "price": (100 * random.lognormal(3, 1, count)).round() / 100,
            "city": random.choice(["Rome", "Oslo", "Bern"], count, p=[0.9, 0.08, 0.02]),
            "member": random.uniform(size=count) < 0.5,
            "rooms": random.integers(1, 5, count),
            "since": pandas.to_datetime("2020-01-01")
            + pandas.to_timedelta(random.integers(0, 900, count), "D"),
        }
    )
    found["until"] = found["since"].dt.strftime("%Y-%m-%d")
    return found


def test_columns_are_typed_by_looking():
    kinds = {column.name: column.kind for column in Schema.of(frame()).columns}
    numbers, dates = (
        dict.fromkeys(("age", "height", "price"), "number"),
        dict.fromkeys(("since", "until"), "date"),
    )
    assert kinds == {**numbers, **dict.fromkeys(("city", "member", "rooms"), "category"), **dates}
    other = Schema.of(frame(), kinds={"rooms": "number", "age": "category"}, exclude=["until", "since"])
    assert [c.kind for c in other.columns] == [
        "category",
        "number",
        "number",
        "category",
        "category",
        "number",
    ]


def test_rows_come_back_with_their_types():
    given = frame()
    given.loc[::7, "height"] = np.nan
    given.loc[::5, "city"] = None
    given["seen"] = given["age"].astype("Int64").mask(given["age"] > 60)
    given["grade"] = pandas.Categorical(given["city"].fillna("none"))
    schema = Schema.of(given)
    back = schema.decode(schema.encode(given))
    pandas.testing.assert_frame_equal(back, given, rtol=1e-5, atol=1e-4, check_categorical=False)
    # Also from its config, as JSON keeps it.
    again = Schema.from_config(json.loads(json.dumps(schema.get_config())))
    pandas.testing.assert_frame_equal(again.decode(schema.encode(given)), back)


def test_vectors_are_alphas_and_one_hot_choices():
    schema = Schema.of(frame())
    rows = schema.encode(frame())
    assert rows.shape == (400, schema.size) and rows.dtype == np.float32
    numbers, start = rows[:, : len(schema.numbers)], len(schema.numbers)
    assert np.abs(numbers).max() <= 1.0
    for width in schema.blocks:
        np.testing.assert_array_equal(rows[:, start : start + width].sum(1), 1.0)
        start += width
    assert start == schema.size and schema.condition_size == 3 + 2 + 4
    # By hand: the value is its mode's mean and alpha times its scale.
    height = next(column for column in schema.numbers if column.name == "height")
    alpha, mode = height.placed(frame()["height"].to_numpy())
    expected = np.array(height.means)[mode] + alpha * np.array(height.scales)[mode]
    np.testing.assert_allclose(expected, frame()["height"], rtol=1e-5, atol=1e-5)
    # Two plainly different modes are found.
    assert min(abs(np.array(height.means) + 5.0)) < 0.2 and min(abs(np.array(height.means) - 8.0)) < 2.0


def test_an_outlier_is_not_cut_off():
    """ctgan 0.12 clips what lies beyond four deviations of its modes: a value of 1,000,000 among incomes comes back as far less."""
    values = np.random.default_rng(0).normal(30_000, 5_000, 1000).round()
    values[7] = 1_000_000
    given = pandas.DataFrame({"income": values})
    schema = Schema.of(given)
    np.testing.assert_allclose(schema.decode(schema.encode(given))["income"], values, rtol=1e-6, atol=0.5)
    with pytest.warns(UserWarning, match="1 values of 'income' lie beyond those"):
        beyond = schema.encode(pandas.DataFrame({"income": [9e6]}))
    assert schema.decode(beyond)["income"][0] == 1_000_000


def test_one_large_value_leaves_the_decimals_of_the_others():
    given = pandas.DataFrame({"price": [0.25, 0.5, 0.75, 12.34] * 50 + [2e9]})
    schema = Schema.of(given)
    assert schema.columns[0].decimals == 2
    back = schema.decode(schema.encode(given))["price"]
    np.testing.assert_allclose(back, given["price"], rtol=1e-6, atol=0.005)
    floats = pandas.DataFrame({"x": np.linspace(0, 9.9, 100).round(1).astype("float32")})
    assert Schema.of(floats).columns[0].decimals == 1


def test_dtypes_of_pandas_stay():
    given = pandas.DataFrame(
        {
            "small": pandas.array([*range(29), None], "UInt8"),
            "level": pandas.Categorical(["lo", "hi", "lo"] * 10, ["lo", "mid", "hi"], ordered=True),
            "flag": pandas.array([True, False, None] * 10, "boolean"),
            "zone": pandas.date_range("2024-01-01", periods=30, tz="Europe/Rome"),
        }
    )
    schema = Schema.of(given)
    back = schema.decode(schema.encode(given))
    pandas.testing.assert_frame_equal(back, given)
    again = Schema.from_config(json.loads(json.dumps(schema.get_config())))
    pandas.testing.assert_frame_equal(again.decode(again.encode(given)), given)
    with pytest.warns(UserWarning, match="Times of 'at' are kept to the second"):
        Schema.of(pandas.DataFrame({"at": pandas.date_range("2024-01-01", periods=30, freq="1500ms")}))


def test_constants_and_few_rows():
    one = pandas.DataFrame({"x": [2.5], "day": ["2024-05-06"]})
    schema = Schema.of(one, kinds={"x": "number"})
    pandas.testing.assert_frame_equal(schema.decode(schema.encode(one)), one)
    given = pandas.DataFrame({"one": [3.5] * 6, "x": [1.5, 2.5, 1e-3, 4.0, 9.0, 0.25], "t": ["a"] * 6})
    schema = Schema.of(given)
    assert [column.kind for column in schema.columns] == ["category", "number", "category"]
    pandas.testing.assert_frame_equal(schema.decode(schema.encode(given)), given, rtol=1e-5)


def test_rows_are_drawn_by_the_logarithm_of_their_categories_frequencies():
    given = frame(2000)[["age", "city", "member"]]
    data = table(given, batch_size=500, seed=3)
    batches = list(data.as_numpy_iterator())
    assert len(batches) == 4
    rows = np.concatenate([batch["image"] for batch in batches])
    condition = np.concatenate([batch["condition"] for batch in batches])
    schema = data.schema
    np.testing.assert_array_equal(rows[:, schema.size :], condition)
    np.testing.assert_array_equal(condition.sum(1), 1.0)
    # Each row has the category that its condition asks for.
    assert (rows[:, schema.size - schema.condition_size : schema.size] * condition).sum() == len(rows)
    data.stream.start(0, 0, 400)
    data.stream.batches = 400
    many = np.concatenate([batch["condition"] for batch in data.as_numpy_iterator()])
    counts = np.concatenate([np.log(np.array(column.counts) + 1.0) for column in schema.categories])
    shares = np.concatenate([counts[:3] / counts[:3].sum(), counts[3:] / counts[3:].sum()]) / 2
    np.testing.assert_allclose(many.mean(0), shares, atol=0.005)


def test_held_out_rows_come_once_with_a_category_of_their_own():
    schema = Schema.of(frame())
    held_out = table(frame(90, seed=1)[schema.names], batch_size=40, schema=schema)
    batches = list(held_out.stream.whole().as_numpy_iterator())
    rows = np.concatenate([batch["image"] for batch in batches])
    np.testing.assert_array_equal(rows[:, : schema.size], schema.encode(frame(90, seed=1)))
    own = rows[:, schema.size - schema.condition_size : schema.size]
    np.testing.assert_array_equal((own * rows[:, schema.size :]).sum(1), 1.0)


def test_without_categories_rows_are_shuffled():
    data = table(frame()[["age", "height"]], batch_size=100)
    assert sorted(data.element_spec) == ["image"]
    rows = np.concatenate([batch["image"] for batch in data.as_numpy_iterator()])
    own = data.schema.encode(frame()[["age", "height"]])
    np.testing.assert_array_equal(np.sort(rows, axis=0), np.sort(own, axis=0))


def test_files(tmp_path):
    frame()[["age", "city"]].to_csv(tmp_path / "a.csv", index=False)
    frame()[["age", "city"]].to_csv(tmp_path / "a.csv.gz", index=False)
    frame()[["age", "city"]].to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    for name in ("a.csv", "a.csv.gz", "a.tsv"):
        pandas.testing.assert_frame_equal(read_table(tmp_path / name), frame()[["age", "city"]])
    assert table(tmp_path / "a.csv", batch_size=50).stream.name == "a.csv"
    frame()[["age", "city"]].to_csv(tmp_path / "B.CSV", index=False)
    assert len(read_table(tmp_path / "B.CSV")) == 400
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "a.xls").write_text("a")
    for name, message in (
        ("no.csv", "There is no file"),
        ("a.xls", "Tables are"),
        ("empty.csv", "cannot be read"),
    ):
        with pytest.raises(ValueError, match=message):
            read_table(tmp_path / name)


def test_parquet_keeps_dtypes(tmp_path):
    pytest.importorskip("pyarrow")
    given = frame().assign(small=frame()["age"].astype("int16"), member=frame()["member"].astype("boolean"))
    given.to_parquet(tmp_path / "rows.parquet")
    data = table(tmp_path / "rows.parquet", batch_size=50)
    back = data.schema.decode(data.schema.encode(given))
    pandas.testing.assert_frame_equal(back, read_table(tmp_path / "rows.parquet"), rtol=1e-5, atol=1e-4)


@pytest.mark.slow
def test_what_is_refused():
    given = frame()
    codes = pandas.DataFrame({"name": [f"person {i}" for i in range(100)], "age": range(100)})
    for bad, options, message in (
        (given, {"exclude": ["ages"]}, "no column 'ages'. It has: 'age'"),
        (given, {"kinds": {"city": "number"}}, "'city' is of .*, not of numbers"),
        (given, {"kinds": {"city": "text"}}, "The kind of a column must be"),
        (given, {"kinds": {"city": "date"}}, "no dates"),
        (given[:0], {}, "no rows"),
        (codes, {}, "'name' has 100 different texts in 100 rows, such as 'person 0'"),
        (given.assign(age=np.nan), {}, "'age' has no values"),
        (given.assign(height=np.inf), {}, "'height' has infinite values"),
        (pandas.concat([given["age"], given["age"]], axis=1), {}, "two columns 'age'"),
        (pandas.DataFrame({0: [1.5, 2.5]}), {}, "names of columns must be texts"),
        (pandas.DataFrame({"key": np.arange(40) * 10**15 + 2**62}), {}, "whole numbers beyond 2.53"),
        (given, {"kinds": {"since": "category"}}, "'since' has values of Timestamp"),
        (pandas.DataFrame({"x": [[1], [2]]}), {}, "'x' has values of list"),
    ):
        with pytest.raises(ValueError, match=message):
            Schema.of(bad, **options)
    assert isinstance(typed(codes["name"], "category"), Categories)
    schema = Schema.of(given)
    assert isinstance(schema.numbers[0], Numbers)
    with pytest.raises(ValueError, match="'city' has no value 'Paris'. It has: 'Rome', 'Oslo', 'Bern'"):
        schema.encode(given.assign(city="Paris"))
    with pytest.raises(ValueError, match="no column 'age'"):
        schema.encode(given.drop(columns="age"))
    with pytest.raises(ValueError, match="'height' has missing values, and had none"):
        schema.encode(given.assign(height=np.nan))
    with pytest.raises(ValueError, match="`kinds`, `exclude` and `modes` are for"):
        table(given, schema=schema, exclude=["age"])
    with pytest.raises(ValueError, match="fewer than one batch"):
        table(given, batch_size=500)
