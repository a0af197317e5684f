"""Recorded episodes."""

import numpy as np
import pytest

from keras_gan.data import experts

ARRAYS = {
    "a_observations": np.arange(12.0).reshape(6, 2),
    "a_actions": np.array([0, 1, 1, 0, 2, 1]),
    "a_episode": np.array([7, 7, 3, 3, 3, 9]),
}


def written(path, **changed):
    np.savez(path, **{**ARRAYS, **changed})
    return path


def test_the_first_episodes_in_their_order(tmp_path):
    path = written(tmp_path / "e.npz")
    for trajectories, count in ((1, 2), (2, 5), (3, 6), (None, 6)):
        observations, actions = experts(path, "a_", trajectories)
        assert observations.dtype == "float32" and actions.dtype == "int64"
        np.testing.assert_array_equal(observations, ARRAYS["a_observations"][:count])
        np.testing.assert_array_equal(actions, ARRAYS["a_actions"][:count])


@pytest.mark.parametrize(
    ("changed", "options", "message"),
    [
        ({}, {"trajectories": 4}, "has 3 episodes"),
        ({}, {"prefix": "b_"}, "has no 'b_observations'. It has: a_actions"),
        ({"a_observations": np.full((6, 2), np.nan)}, {}, "NaN"),
        ({"a_actions": np.zeros(5, int)}, {}, "one row a step"),
        ({"a_actions": np.full(6, 0.5)}, {}, "whole numbers"),
        ({"a_observations": np.zeros(6)}, {}, "one row a step"),
        ({}, {"trajectories": 0}, "`trajectories`"),
    ],
)
def test_wrong_files_are_refused(tmp_path, changed, options, message):
    path = written(tmp_path / "e.npz", **changed)
    with pytest.raises(ValueError, match=message):
        experts(path, **{"prefix": "a_", **options})
    with pytest.raises(ValueError, match="read from an `.npz` file"):
        experts(tmp_path / "none.npz")
