"""Recorded episodes of experts."""

import pathlib

import numpy as np

from keras_gan.arguments import check_int


def experts(path, prefix="", trajectories=None):
    """Read states and actions of recorded episodes.

    Args:
        path: `.npz` file of arrays with one row a step: `PREFIXobservations`, `PREFIXactions` and, if
            `trajectories` is given, `PREFIXepisode`, the number of the episode.
        prefix: str, such as "cartpole_".
        trajectories: int, number of episodes to read, from the first on. Default: all.

    Returns:
        (observations, actions): float32 of shape (n, d), and int64 of shape (n,).

    Raises:
        ValueError: for files without these arrays or with fewer episodes, and for arrays of different lengths
            or with NaN.

    Example:
    >>> np.savez("/tmp/keras_gan_expert.npz", observations=np.zeros((5, 4)), actions=[0, 1, 1, 0, 1], episode=[0, 0, 0, 1, 1])
    >>> [part.shape for part in keras_gan.data.experts("/tmp/keras_gan_expert.npz", trajectories=1)]
    [(3, 4), (3,)]
    """
    check_int(trajectories, "trajectories", optional=True)
    path = pathlib.Path(path).expanduser()
    if path.suffix != ".npz" or not path.exists():
        raise ValueError(f"Episodes are read from an `.npz` file. Received: {path}")
    names = ("observations", "actions", *(["episode"] if trajectories else []))
    with np.load(path, allow_pickle=False) as file:
        missing = [prefix + name for name in names if prefix + name not in file]
        if missing:
            raise ValueError(f"{path} has no {missing[0]!r}. It has: {', '.join(sorted(file))}")
        arrays = {name: file[prefix + name] for name in names}
    observations, actions = arrays["observations"].astype("float32"), arrays["actions"]
    if (
        observations.ndim != 2
        or len({len(values) for values in arrays.values()}) != 1
        or not len(observations)
    ):
        raise ValueError(
            f"{path} must have one row a step in each array. Received: {', '.join(f'{n} {v.shape}' for n, v in arrays.items())}"
        )
    if actions.ndim != 1 or not np.isin(actions, np.arange(10_000)).all():
        raise ValueError(
            f"The actions of {path} must be whole numbers from 0 on, (n,). Received: {actions.dtype} {actions.shape}"
        )
    if not np.isfinite(observations).all():
        raise ValueError(f"The observations of {path} contain NaN or infinite values.")
    if trajectories:
        episodes = list(dict.fromkeys(arrays["episode"].tolist()))
        if trajectories > len(episodes):
            raise ValueError(f"{path} has {len(episodes)} episodes. Received: trajectories={trajectories}")
        kept = np.isin(arrays["episode"], episodes[:trajectories])
        observations, actions = observations[kept], actions[kept]
    return observations, actions.astype("int64")
