"""Windows of time series."""

import numpy as np
import pandas
import pytest

from keras_gan.data import series, write_series


def walk(times=50, columns=2):
    return np.random.default_rng(0).normal(size=(times, columns)).cumsum(0)


def test_windows_begin_at_every_time_and_are_scaled():
    values = walk()
    data = series(values, window=10, batch_size=41, shuffle=False)
    x = next(iter(data)).numpy()
    assert x.shape == (41, 10, 2) and x.min() == 0 and x.max() == 1
    lows, highs = (np.array(side) for side in data.scale)
    np.testing.assert_allclose(lows, values.min(0))
    np.testing.assert_allclose(x[7] * (highs - lows) + lows, values[7:17], atol=1e-5)


def test_no_window_reaches_from_one_series_into_the_next():
    several = [np.zeros((12, 1)), np.ones((15, 1)), np.zeros((9, 1))]
    data = series(several, window=9, batch_size=12, shuffle=False)
    x = next(iter(data)).numpy()[..., 0]
    assert (x.min(1) == x.max(1)).all() and x[:, 0].tolist() == [0] * 4 + [1] * 7 + [0]


def test_held_out_times_have_the_trainings_scale():
    frame = pandas.DataFrame({"a": np.arange(100.0), "b": walk(100)[:, 0], "name": ["x"] * 100})
    with pytest.warns(UserWarning, match="left out: name"):
        data = series(frame, window=5, span=(0, 0.8), batch_size=4)
    assert data.columns == ["a", "b"] and data.stream.size == 76 and data.scale[1][0] == 79
    with pytest.warns(UserWarning, match="cut off"):
        held_out = series(frame, window=5, columns=["a", "b"], span=(0.8, 1), scale=data.scale, batch_size=4)
    assert held_out.stream.size == 16
    assert max(float(np.max(x)) for x in held_out.stream.whole()) == 1.0


def test_files_there_and_back(tmp_path):
    frame = pandas.DataFrame(walk(), columns=["heat", "rain, mm"])
    frame.to_csv(tmp_path / "a.csv", index=False)
    data = series(tmp_path / "a.csv", window=8, batch_size=4)
    assert data.columns == ["heat", "rain, mm"]
    made = np.random.default_rng(1).normal(size=(3, 4, 2))
    write_series(tmp_path / "made.csv", made, data.columns)
    again = pandas.read_csv(tmp_path / "made.csv")
    assert (
        again["sample"].tolist() == [0] * 4 + [1] * 4 + [2] * 4 and again["time"].tolist() == [0, 1, 2, 3] * 3
    )
    np.testing.assert_allclose(again[["heat", "rain, mm"]].to_numpy(), made.reshape(-1, 2), rtol=1e-6)


def test_held_wrong(tmp_path):
    values = walk()
    with pytest.raises(ValueError, match="fewer than a window of 60"):
        series(values, window=60, batch_size=1)
    with pytest.raises(ValueError, match="'1' is constant"):
        series(np.stack([values[:, 0], 0 * values[:, 1]], 1), window=5, batch_size=1)
    values[7, 1] = np.nan
    with pytest.raises(ValueError, match=r"'1' has 1 missing or infinite values, the first at time 7"):
        series(values, window=5, batch_size=1)
    frame = pandas.DataFrame({"a": np.arange(30.0), "b": ["x"] * 30})
    with pytest.raises(ValueError, match="'b' is not of numbers"):
        series(frame, columns=["a", "b"], window=5, batch_size=1)
    mostly = frame.assign(c=["n.a.", *map(str, range(29))])
    with pytest.raises(ValueError, match="'c' is of numbers, but for 1 values, such as 'n.a.' at time 0"):
        series(mostly, window=5, batch_size=1)
    with pytest.raises(ValueError, match="'c' is not there"):
        series(frame, columns=["c"], window=5, batch_size=1)
    with pytest.raises(ValueError, match="`span`"):
        series(walk(), span=(0.5, 0.2), window=5, batch_size=1)
    with pytest.raises(ValueError, match="There is no file"):
        series(tmp_path / "none.csv", window=5, batch_size=1)
