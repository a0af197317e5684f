"""`keras-gan imitate`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, writable


def imitate(
    environment: Annotated[str, typer.Argument(help="Name of a gymnasium environment, such as CartPole-v1.")],
    expert: Annotated[
        pathlib.Path, typer.Option(help=".npz file with observations, actions and episode, one row per step.")
    ],
    out: Annotated[pathlib.Path, typer.Option(help="Folder to write.")] = pathlib.Path("imitation"),
    prefix: Annotated[str, typer.Option(help="Prefix of the names of the arrays, such as cartpole_.")] = "",
    trajectories: Annotated[
        int | None, typer.Option(min=1, help="Number of the expert's episodes, from the first. Default: all.")
    ] = None,
    reward: Annotated[
        str, typer.Option(help="gail if long episodes are good; airl if the task should end soon.")
    ] = "gail",
    steps: Annotated[int, typer.Option(min=1, help="Number of rollouts, each followed by training.")] = 200,
    batch_size: Annotated[int, typer.Option(min=1, help="Pairs of the expert per step.")] = 256,
    environments: Annotated[int, typer.Option(min=1, help="Copies played in parallel.")] = 8,
    cloning: Annotated[
        bool, typer.Option("--cloning", help="Train the same policy by behaviour cloning too, and compare.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in --out.")] = False,
    gif: Annotated[bool, typer.Option("--gif/--no-gif", help="Film an episode at the end.")] = True,
    seed: Annotated[int, typer.Option()] = 0,
):
    """Learn to act as an expert did (GAIL), in an environment of gymnasium."""
    existing(expert, "")
    writable(out, "--out", folder=True)
    from keras_gan.cli.train import stopping_safely
    from keras_gan.imitating import imitation_run

    for path in imitation_run(
        environment,
        expert,
        out,
        prefix=prefix,
        trajectories=trajectories,
        reward=reward,
        steps=steps,
        batch_size=batch_size,
        environments=environments,
        cloning=cloning,
        resume=resume,
        gif=gif,
        seed=seed,
        report=typer.echo,
        stopping=lambda checkpoint: stopping_safely(checkpoint, out),
    ):
        typer.echo(str(path))
