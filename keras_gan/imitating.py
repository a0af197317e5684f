"""A run of imitation learning: its folder, its curves, its video."""

import contextlib
import hashlib
import json
import pathlib

import keras
import numpy as np

from keras_gan import plots
from keras_gan.arguments import check_int
from keras_gan.callbacks import Checkpoint, CSVLogger, StopAtStep
from keras_gan.data.experts import experts
from keras_gan.environments import Environments, gymnasium_error
from keras_gan.models.gail import GAIL
from keras_gan.networks import imitation


def imitation_run(
    environment,
    expert,
    out,
    *,
    prefix="",
    trajectories=None,
    reward="gail",
    steps=200,
    batch_size=256,
    environments=8,
    cloning=False,
    resume=False,
    gif=True,
    seed=0,
    report=print,
    stopping=contextlib.nullcontext,
):
    """Train a policy by GAIL on recorded episodes.

    Args:
        environment: str, name of a gymnasium environment.
        expert, prefix, trajectories: as in `data.experts`.
        out: folder to write: `checkpoints`, `history.csv`, `returns.png`, `policy.keras`, `episode.gif`, `result.json`.
        reward, environments, seed: as in `GAIL`.
        steps: int; with `resume` the total, including the earlier steps.
        batch_size: int, pairs of the expert in a step; if there are few pairs, each is repeated.
        cloning: bool, whether to train the same policy by behaviour cloning too.
        resume: bool, whether to continue the run in `out`.
        gif: bool, whether to film an episode.
        report: function that takes lines of text.
        stopping: function from the `Checkpoint` to a context manager around the training, such as one that
            handles signals.

    Returns:
        list of the paths written.

    Raises:
        ValueError: for an expert of another environment, and for a folder with a run if `resume` is False.
    """
    for name, value in (("steps", steps), ("batch_size", batch_size)):
        check_int(value, name)
    out, world = pathlib.Path(out), Environments(environment, environments)
    if (out / "checkpoints").exists() and not resume:
        raise ValueError(f"{out} has a run: go on with it, --resume, or give another folder.")
    observations, actions = experts(expert, prefix, trajectories)
    if observations.shape[1:] != world.observation_shape:
        raise ValueError(
            f"{environment} has states of {world.observation_shape[0]} numbers, and the expert's have {observations.shape[1]}."
        )

    def made():
        keras.utils.set_random_seed(seed)
        networks = imitation(observations, world.actions)
        gail = GAIL(*networks, environment, reward=reward, environments=environments, seed=seed)
        gail.compile()
        return gail

    gail = made()
    pairs = gail.pairs(observations, actions)
    # At least ten steps per epoch.
    pairs = np.tile(pairs, (-(-10 * batch_size // len(pairs)), 1))
    each = len(pairs) // batch_size
    report(f"{len(observations)} steps of the expert. {environment}'s own rewards are logged, but not used.")
    out.mkdir(parents=True, exist_ok=True)

    class Report(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            report(
                f"step {int(gail.state.step.numpy())}/{steps}: return {logs['episode_return']:.1f}, scores of expert "
                f"{logs['expert_score']:.2f} and policy {logs['policy_score']:.2f}"
            )

    asked = {
        "environment": environment,
        "reward": reward,
        "trajectories": trajectories,
        "batch_size": batch_size,
    }
    asked |= {
        "environments": environments,
        "seed": seed,
        "pairs": hashlib.sha256(pairs.tobytes()).hexdigest()[:16],
    }
    config = out / "config.json"
    if resume and config.exists():
        before = json.loads(config.read_text())
        others = [name for name in asked if before.get(name) != asked[name]]
        if others:
            raise ValueError(
                f"The run in {out} has {others[0]}={before.get(others[0])!r}. Received: "
                f"{asked[others[0]]!r}. A resume goes on with the same."
            )
    config.write_text(json.dumps(asked, indent=2) + "\n")
    callbacks = [
        Checkpoint(out / "checkpoints"),
        CSVLogger(out / "history.csv", append=resume),
        StopAtStep(steps),
        Report(),
    ]
    with stopping(callbacks[0]):
        gail.fit(pairs, batch_size=batch_size, epochs=-(-steps // each), verbose=0, callbacks=callbacks)
    (out / "episode.gif").unlink(missing_ok=True)  # filmed with an earlier policy
    before = json.loads((out / "result.json").read_text()) if (out / "result.json").exists() else {}
    result = {**before, "steps": int(gail.state.step.numpy()), "return": float(gail.play(20).mean())}
    if cloning:
        cloned = made()
        cloned.clone_behaviour(observations, actions, seed=seed)
        result["return of cloning"] = float(cloned.play(20).mean())
    gail.save(out / "policy.keras")
    plots.history(out / "history.csv", ["episode_return"]).savefig(out / "returns.png")
    written = [out / name for name in ("policy.keras", "history.csv", "returns.png", "result.json")]
    (out / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    if gif:
        try:
            gail.film(out / "episode.gif")
            written.append(out / "episode.gif")
        except (gymnasium_error(), TypeError) as error:
            report(f"The episode cannot be filmed: {error}")
    report("; ".join(f"{name} {value:.6g}" for name, value in result.items()) + " (mean of 20 episodes)")
    return written
