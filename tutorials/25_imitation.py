# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Imitation: a policy from one recorded episode
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/25_imitation.ipynb)
#
# An expert balances a pole for one episode. GAIL learns from its states and actions alone, without the environment's rewards, and is compared with behaviour
# cloning of the same network.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan[rl] @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import gymnasium
import keras
import matplotlib.pyplot as plt
import numpy as np

from keras_gan.grid import image_grid

STEPS = int(os.environ.get("TUTORIAL_STEPS", 120))

# %% [markdown]
# ## The expert
# A linear rule that keeps the pole up for 500 steps; one episode is recorded.

# %%
env = gymnasium.make("CartPole-v1")
state, _ = env.reset(seed=0)
states, actions, done = [], [], False
while not done:
    action = int(state @ [0.05, 0.1, 1.0, 0.3] > 0)
    states.append(state)
    actions.append(action)
    state, _, terminated, truncated, _ = env.step(action)
    done = terminated or truncated
states, actions = np.array(states), np.array(actions)
print(len(states), "steps")

# %% [markdown]
# ## GAIL


# %%
def make():
    keras.utils.set_random_seed(0)
    networks = keras_gan.networks.imitation(states, actions=2)
    gail = keras_gan.GAIL(*networks, "CartPole-v1", seed=0)
    gail.compile()
    return gail


gail = make()
print("before:", gail.play(episodes=10).mean())
pairs = np.tile(gail.pairs(states, actions), (6, 1))
history = gail.fit(
    pairs, batch_size=256, epochs=100, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(STEPS)]
).history
print("after:", gail.play(episodes=20).mean())
keras_gan.plots.history(history, ["episode_return", "expert_score", "policy_score"])

# %% [markdown]
# ## Behaviour cloning
# The same network learns to predict the expert's action for each state. After small errors it reaches states
# in which the expert never was.

# %%
cloned = make()
accuracy = cloned.clone_behaviour(states, actions)
print(
    f"the expert's action in {accuracy:.1%} of held-out states; return {cloned.play(episodes=20).mean():.1f}"
)

# %% [markdown]
# ## Watch an episode
# `film` records an episode. The plots show every 50th frame of it, and the angle of the pole in another
# episode.

# %%
gail.film("episode.gif")
frames, _ = keras_gan.data.read_video("episode.gif")
image_grid(frames[:: max(1, len(frames) // 8)][:8, ::3, ::3], 4)

# %%
state, _ = env.reset(seed=5)
angles, done = [], False
while not done:
    angles.append(state[2])
    state, _, terminated, truncated, _ = env.step(int(np.argmax(gail(state[None])[0])))
    done = terminated or truncated
plt.plot(np.degrees(angles))
plt.xlabel("step")
_ = plt.ylabel("angle of the pole (degrees)")
