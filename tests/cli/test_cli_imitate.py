"""`keras-gan imitate`."""

import csv
import json

import numpy as np
import pytest

from tests.cli.test_cli import here

pytest.importorskip("gymnasium")


@pytest.fixture(scope="module")
def expert(tmp_path_factory):
    path = tmp_path_factory.mktemp("expert") / "e.npz"
    observations = np.random.default_rng(0).normal(size=(60, 4))
    np.savez(
        path, c_observations=observations, c_actions=observations[:, 2] > 0, c_episode=np.arange(60) // 20
    )
    return path


@pytest.mark.slow
def test_trained_resumed_and_compared(expert, tmp_path):
    out = tmp_path / "run"
    given = (
        "imitate",
        "CartPole-v1",
        "--expert",
        expert,
        "--prefix",
        "c_",
        "--trajectories",
        2,
        "--out",
        out,
    )
    given += ("--batch-size", 16, "--environments", 2)
    code, text = here(*given, "--steps", 2, "--no-gif")
    assert code == 0 and "40 steps of the expert" in text and "step 2/2" in text, text
    code, text = here(*given, "--steps", 4)
    assert code == 1 and "go on with it, --resume" in text
    code, text = here(*given, "--steps", 4, "--resume", "--cloning", "--no-gif")
    assert code == 0 and "step 4/4" in text, text
    code, text = here(*given, "--steps", 6, "--resume", "--reward", "airl")
    assert code == 1 and "has reward='gail'. Received: 'airl'" in text
    result = json.loads((out / "result.json").read_text())
    assert result["steps"] == 4 and result["return"] >= 8 and result["return of cloning"] >= 8
    with (out / "history.csv").open() as file:
        assert "episode_return" in next(csv.DictReader(file))
    assert (out / "returns.png").exists() and (out / "policy.keras").exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"environment": "Pendulum-v1"}, "continuous actions are not supported"),
        ({"environment": "Acrobot-v1"}, "has states of 6 numbers, and the expert's have 4"),
        ({"environment": "No-v1"}, "There is no environment"),
        ({"--prefix": "d_"}, "has no 'd_observations'"),
        ({"--trajectories": 4}, "has 3 episodes"),
        ({"--reward": "x"}, "`reward` must be"),
    ],
)
def test_wrong_input_is_refused(expert, tmp_path, changed, message):
    given = {"--expert": expert, "--prefix": "c_", **changed}
    environment = given.pop("environment", "CartPole-v1")
    code, text = here(
        "imitate", environment, *[x for pair in given.items() for x in pair], "--out", tmp_path / "run"
    )
    assert code == 1 and message in text and not (tmp_path / "run").exists(), text
