"""Episodes in gymnasium environments, many in parallel."""

import numpy as np

from keras_gan.arguments import check_int


class Environments:
    """Copies of one environment that step together; observations are vectors, each action is one of n.

    Args:
        name: name of a gymnasium environment, such as "CartPole-v1"; or a function without arguments that
            makes an environment.
        count: int, number of copies. Default 8.

    Attributes:
        observation_shape: (d,); actions: int, n; limit: int, maximum number of steps in an episode, or None.

    Raises:
        ImportError: without `pip install 'keras-gan[rl]'`. ValueError: if the actions are not one of n, or
            the observations are not vectors.
    """

    def __init__(self, name, count=8):
        gymnasium = _gymnasium()
        self.name, self.count = name, check_int(count, "count")
        make = name if callable(name) else lambda **options: gymnasium.make(name, **options)
        self._make = make
        try:
            one = make()
        except gymnasium.error.Error as error:
            raise ValueError(f"There is no environment {name!r}: {error}") from None
        spaces = gymnasium.spaces
        if not isinstance(one.action_space, spaces.Discrete) or one.action_space.start != 0:
            raise ValueError(
                f"The policy chooses one of n actions, numbered from 0, and {name} has {one.action_space}: continuous actions are not "
                "supported."
            )
        if not isinstance(one.observation_space, spaces.Box) or len(one.observation_space.shape) != 1:
            raise ValueError(f"The networks take vectors, and {name} gives {one.observation_space}.")
        self.observation_shape, self.actions = one.observation_space.shape, int(one.action_space.n)
        self.limit = one.spec.max_episode_steps if one.spec else None
        one.close()
        self._vector = None

    def rollout(self, act, steps, seed):
        """Run all copies for a number of steps, starting with new episodes.

        Args:
            act: function from observations (count, d) to (actions, log probabilities), each (count,).
            steps: int.
            seed: list of ints; equal seeds start equal episodes.

        Returns:
            dict of arrays (steps, count, ...): "observations", "next_observations" (of the same episode,
            including its last one), "actions", "log_probabilities", "terminated" (the task ended),
            "truncated" (time ran out); and "returns" of the finished episodes.
        """
        vector, count = self._vectorized(), self.count
        observations, _ = vector.reset(
            seed=[int(s) for s in np.random.SeedSequence(seed).generate_state(count)]
        )
        found = {
            name: []
            for name in (
                "observations",
                "next_observations",
                "actions",
                "log_probabilities",
                "terminated",
                "truncated",
            )
        }
        running, returns = np.zeros(count), []
        for _ in range(steps):
            actions, log_probabilities = act(observations)
            following, rewards, terminated, truncated, info = vector.step(actions)
            running += rewards
            done, last = terminated | truncated, following.copy()
            for i in np.flatnonzero(done):
                last[i] = info["final_obs"][i]
                returns.append(running[i])
                running[i] = 0.0
            row = (observations.copy(), last, actions, log_probabilities, terminated, truncated)
            for name, values in zip(found, row, strict=True):
                found[name].append(values)
            observations = following
        return {name: np.stack(values) for name, values in found.items()} | {"returns": np.array(returns)}

    def play(self, act, episodes, seed, render=False):
        """Play whole episodes one by one; give their returns and, with `render`, all frames (uint8)."""
        env = self._make(render_mode="rgb_array") if render else self._make()
        returns, frames = [], []
        for i in range(episodes):
            observation, _ = env.reset(seed=int(np.random.SeedSequence([seed, i, 1]).generate_state(1)[0]))
            total, done = 0.0, False
            while not done:
                if render:
                    frames.append(env.render())
                actions, _ = act(observation[None])
                observation, reward, terminated, truncated, _ = env.step(int(actions[0]))
                total, done = total + float(reward), terminated or truncated
            returns.append(total)
        env.close()
        return np.array(returns), frames

    def _vectorized(self):
        if self._vector is None:
            from gymnasium.vector import AutoresetMode, SyncVectorEnv

            self._vector = SyncVectorEnv([self._make] * self.count, autoreset_mode=AutoresetMode.SAME_STEP)
        return self._vector


def _gymnasium():
    try:
        import gymnasium
    except ImportError:
        raise ImportError(
            "Environments need the package gymnasium. Install it: pip install 'keras-gan[rl]'"
        ) from None
    return gymnasium


def gymnasium_error():
    """Return the base class of gymnasium's errors."""
    return _gymnasium().error.Error
