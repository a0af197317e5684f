"""GAIL against behaviour cloning on gymnasium's classic control, with 1 and 10 episodes of an expert.

    taskset -c 1 python benchmarks/imitation.py --results imitation.jsonl --experts ../shared/data/classic_experts.npz

The same policy network for both; three seeds each; returns are means of 50 episodes of the likeliest action. The expert's and random play's
stand beside them, and what openai/imitation published (CartPole-v0 ends at 200, theirs at 500).
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from machine import machine

import keras_gan
from keras_gan.callbacks import StopAtStep

# Prefix, actions, reward, steps; published returns of cloning and GAIL with 1 and with 10 episodes, and of the expert.
TASKS = {
    "CartPole-v1": ("cartpole_", 2, "gail", 150, {1: (71.9, 200.0), 10: (177.2, 200.0)}, 200.0),
    "MountainCar-v0": ("mountaincar_", 3, "airl", 400, {1: (-136.7, -101.5), 10: (-123.1, -100.8)}, -98.8),
    "Acrobot-v1": ("acrobot_", 3, "airl", 200, {1: (-130.6, -77.3), 10: (-95.1, -78.9)}, -75.3),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--experts", type=pathlib.Path, required=True, help="classic_experts.npz")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--trajectories", nargs="+", type=int, default=[1, 10])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    options = parser.parse_args()
    for task in options.tasks:
        prefix, count, reward, steps, published, theirs = TASKS[task]
        with np.load(options.experts) as file:
            expert = float(file[f"{prefix}returns"].mean())
        for trajectories in options.trajectories:
            for seed in options.seeds:
                observations, actions = keras_gan.data.experts(options.experts, prefix, trajectories)
                row = {
                    "task": task,
                    "trajectories": trajectories,
                    "seed": seed,
                    "steps": steps,
                    "expert": expert,
                }

                def made(seed=seed, observations=observations, count=count, task=task, reward=reward):
                    keras.utils.set_random_seed(seed)
                    networks = keras_gan.networks.imitation(observations, count)
                    gail = keras_gan.GAIL(*networks, task, reward=reward, seed=seed)
                    gail.compile()
                    return gail

                gail = made()
                row["random"] = float(gail.play(20, greedy=False).mean())
                gail.clone_behaviour(observations, actions, seed=seed)
                row["cloning"] = float(gail.play(50).mean())
                gail, clock = made(), time.process_time()
                pairs = gail.pairs(observations, actions)
                pairs = np.tile(pairs, (-(-2560 // len(pairs)), 1))
                gail.fit(pairs, batch_size=256, epochs=1000, verbose=0, callbacks=[StopAtStep(steps)])
                row["cpu_seconds"] = time.process_time() - clock
                row["gail"], row["drawn"] = (
                    float(gail.play(50, greedy=greedy).mean()) for greedy in (True, False)
                )
                if trajectories in published:
                    row["published cloning, gail"] = published[trajectories]
                row["published expert"] = theirs
                with options.results.open("a") as file:
                    file.write(json.dumps(row | machine("gymnasium")) + "\n")
                shown = {key: round(v, 1) if isinstance(v, float) else v for key, v in row.items()}
                print(shown, flush=True)


if __name__ == "__main__":
    main()
