"""PPO's pieces against loops in NumPy."""

import numpy as np
import pytest

from keras_gan.models.ppo import advantages, policy_loss


def by_loops(rewards, values, following, terminated, truncated, gamma, lam):
    found = np.zeros_like(rewards)
    for j in range(rewards.shape[1]):
        later = 0.0
        for t in reversed(range(len(rewards))):
            after = 0.0 if terminated[t, j] else following[t, j]
            if terminated[t, j] or truncated[t, j]:
                later = 0.0
            later = rewards[t, j] + gamma * after - values[t, j] + gamma * lam * later
            found[t, j] = later
    return found


def test_advantages():
    rng = np.random.default_rng(0)
    rewards, values, following = rng.normal(size=(3, 20, 4)).astype("float32")
    terminated, truncated = (rng.random((2, 20, 4)) < 0.15).astype("float32")
    wanted = by_loops(rewards, values, following, terminated, truncated, 0.9, 0.8)
    found, targets = advantages(rewards, values, following, terminated, truncated, 0.9, 0.8)
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    np.testing.assert_allclose(targets, wanted + values, atol=1e-5)


def test_an_end_by_time_counts_the_value_of_the_last_state_and_the_end_of_a_task_nothing():
    one, zero, value = (
        np.ones((1, 1), "float32"),
        np.zeros((1, 1), "float32"),
        np.full((1, 1), 10.0, "float32"),
    )
    assert advantages(one, zero, value, one, zero, 0.9, 1.0)[0].numpy() == 1.0
    assert advantages(one, zero, value, zero, one, 0.9, 1.0)[0].numpy() == pytest.approx(10.0)


def test_policy_loss():
    rng = np.random.default_rng(1)
    logits, gain = rng.normal(size=(30, 3)).astype("float32"), rng.normal(size=30).astype("float32")
    actions, before = rng.integers(0, 3, 30), rng.normal(-1, 0.5, 30).astype("float32")
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    ratio = p[np.arange(30), actions] / np.exp(before)
    wanted = -np.minimum(ratio * gain, np.clip(ratio, 0.8, 1.2) * gain).mean()
    loss, entropy = policy_loss(logits, actions, before, gain)
    assert float(loss) == pytest.approx(wanted, rel=1e-4)
    assert float(entropy) == pytest.approx(-(p * np.log(p)).sum(axis=1).mean(), rel=1e-4)
