"""Figures of tables, against SciPy and by hand."""

import numpy as np
import pandas
import pytest
from scipy import stats

from keras_gan.data import Schema
from keras_gan.metrics import tables


def frames(count=600):
    random = np.random.default_rng(0)
    made = []
    for shift in (0.0, 0.5):
        x = random.normal(shift, 1, count)
        city = np.where(x > 0.3, "Rome", random.choice(["Oslo", "Bern"], count))
        made.append(pandas.DataFrame({"x": x, "y": x + random.normal(0, 1 + shift, count), "city": city}))
    return made


def test_shapes_of_columns():
    real, made = frames()
    found = tables.column_shapes(real, made)
    for name in ("x", "y"):
        assert found[name] == pytest.approx(1 - stats.ks_2samp(real[name], made[name]).statistic)
    shares = [frame.city.value_counts(normalize=True) for frame in (real, made)]
    assert found["city"] == pytest.approx(1 - (shares[0] - shares[1]).abs().sum() / 2)
    assert set(tables.column_shapes(real, real).values()) == {1.0}
    # What is never generated counts, and missing values are a category.
    one = real.assign(city="Rome")
    assert tables.column_shapes(real, one)["city"] == pytest.approx(shares[0]["Rome"])
    assert tables.column_shapes(real, real.assign(city=None))["city"] == 0.0
    dates = pandas.DataFrame({"day": pandas.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03", None])})
    later = dates + pandas.Timedelta(days=1)
    assert tables.column_shapes(dates, later)["day"] == pytest.approx(2 / 3)


def test_what_goes_together():
    real, made = frames()
    found = tables.pair_trends(real, made)
    r, s = (frame[["x", "y"]].corr().iloc[0, 1] for frame in (real, made))
    assert found["x", "y"] == pytest.approx(1 - abs(r - s) / 2)
    assert set(found) == {("x", "y"), ("x", "city"), ("y", "city")}
    assert all(value == pytest.approx(1.0) for value in tables.pair_trends(real, real).values())
    # Each column alone is the same, and nothing goes together.
    apart = real.assign(city=real.city.sample(frac=1.0, random_state=0).to_numpy())
    assert tables.column_shapes(real, apart)["city"] == 1.0
    assert tables.pair_trends(real, apart)["x", "city"] < 0.7
    # Of two columns of categories by hand.
    two = pandas.DataFrame({"a": list("aabb"), "b": list("cdcd")})
    other = pandas.DataFrame({"a": list("aabb"), "b": list("ccdd")})
    assert tables.pair_trends(two, other)["a", "b"] == 0.5


def test_learning_from_generated_rows():
    real, made = frames()
    good = tables.efficacy(real, frames()[0], "city")
    assert set(good) == {"accuracy", "f1"} and good["accuracy"] > 0.9
    rome = [
        frame.assign(city=(frame.city == "Rome").map({True: "yes", False: "no"})) for frame in (real, made)
    ]
    found = tables.efficacy(rome[0], rome[0], "city")
    assert found["auroc"] > 0.99 and found["f1"] > 0.9
    noise = rome[0].assign(city=np.random.default_rng(1).permutation(rome[0].city))
    assert abs(tables.efficacy(noise, rome[0], "city")["auroc"] - 0.5) < 0.2
    assert tables.efficacy(rome[0].assign(city="no"), rome[0], "city")["auroc"] == 0.5
    assert tables.efficacy(real, real, "y")["r2"] > 0.5
    with pytest.raises(ValueError, match="There is no column 'z'"):
        tables.efficacy(real, made, "z")


def test_copies_are_seen():
    real, _ = frames(800)
    schema = Schema.of(real)
    train, held_out, other = real[:300], real[300:600], real[600:]
    copied = tables.privacy(train, train, held_out, schema)
    assert copied["copies"] == 1.0 and copied["closest_record"] == 0.0 and copied["membership_auroc"] > 0.99
    fresh = tables.privacy(other, train, held_out, schema)
    assert fresh["copies"] == 0.0 and abs(fresh["membership_auroc"] - 0.5) < 0.1
    assert 0.5 < fresh["closest_record"] / fresh["held_out_closest_record"] < 2.0
    with pytest.raises(ValueError, match="`made` has no rows"):
        tables.privacy(train[:0], train, held_out, schema)


def test_a_row_between_two_others_is_no_copy():
    train = pandas.DataFrame({"x": np.arange(0.0, 400.0, 10.0)})
    found = tables.privacy(train + 5.0, train, train + 3.0, Schema.of(train))
    assert found["copies"] == 0.0 and found["closest_record"] > 0.005


def test_dates_are_numbers_also_as_texts():
    days = pandas.Series(pandas.date_range("2024-01-01", periods=200))
    real = pandas.DataFrame({"day": days, "n": np.arange(200.0)})
    other = real.iloc[::2].reset_index(drop=True)
    texts = [frame.assign(day=frame.day.dt.strftime("%Y-%m-%d")) for frame in (real, other)]
    assert tables.column_shapes(*texts)["day"] == tables.column_shapes(real, other)["day"] > 0.98
    gap = real.assign(day=real.day.mask(real.n == 7))
    assert tables.pair_trends(real, gap)["day", "n"] == pytest.approx(1.0, abs=1e-6)
    found = tables.privacy(texts[1], texts[0], texts[0], Schema.of(texts[0]))
    assert found["copies"] == 1.0
    assert tables.efficacy(*texts[::-1], "n")["r2"] > 0.9


def test_targets_with_missing_values_and_of_few_whole_numbers():
    real, _ = frames()
    missing = real.assign(city=real.city.mask(real.x > 1.5))
    assert set(tables.efficacy(missing, real, "city")) == {"accuracy", "f1"}
    whole = real.assign(city=real.city.map({"Rome": 0, "Oslo": 1, "Bern": 2}))
    assert "accuracy" in tables.efficacy(whole, whole, "city")
    with pytest.raises(ValueError, match="lack the target"):
        tables.efficacy(real.assign(city=None), real, "city")


def test_other_columns_are_refused():
    real, made = frames()
    for function in (tables.column_shapes, tables.pair_trends):
        with pytest.raises(ValueError, match="the same columns"):
            function(real, made[["x", "y"]])
        with pytest.raises(ValueError, match="must have rows"):
            function(real, made[:0])
