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
# # Moving averages afterwards, and how many images a metric needs
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/26_moving_averages.ipynb)
#
# Samples are drawn from a moving average of the generator's weights. The best length is known only after the
# training: snapshots of two averages are kept, and an average of any length is computed from them. Lengths
# are compared by MIND and by the Fréchet distance.

# %%
import os
import tempfile

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import matplotlib.pyplot as plt
import numpy as np

from keras_gan import post_hoc_ema
from keras_gan.callbacks import PostHocEMA, StopAtStep
from keras_gan.grid import image_grid
from keras_gan.metrics import functional

STEPS = int(os.environ.get("TUTORIAL_STEPS", 2000))

# %% [markdown]
# ## Train, with snapshots
# The default recipe of the command line, `keras-gan train --post-hoc-ema`.

# %%
digits = keras_gan.data.load("mnist_5k", batch_size=32)
gan = keras_gan.recipes.build("residual-dcgan", (28, 28, 1))
folder = tempfile.mkdtemp()
snapshots = PostHocEMA(folder, every_steps=max(1, STEPS // 16))
gan.fit(digits, epochs=10**6, verbose=0, callbacks=[StopAtStep(STEPS), snapshots])
list(post_hoc_ema.snapshots(folder))

# %%
image_grid(gan.generate(40, seed=0), 20)

# %% [markdown]
# ## Which length?
# A length is the standard deviation of the average's profile, as a share of the training. Each is measured on held-out digits, with the features of a
# small classifier.

# %%
labelled = keras_gan.data.load("mnist_5k", labels=True, batch_size=50)
images, labels = (np.concatenate(parts) for parts in zip(*labelled, strict=True))
extractor = keras_gan.metrics.train_extractor((images, labels))
real = np.asarray(
    extractor(np.concatenate(list(keras_gan.data.load("mnist_5k", splits="test", batch_size=50))))
)


def features(gan, n, seed=0):
    return np.asarray(extractor(gan.generate(n, seed=seed)))


lengths = (0.015, 0.03, 0.05, 0.08, 0.12, 0.18, 0.25)
mind, fid = [], []
for length in lengths:
    post_hoc_ema.apply(gan, folder, length)
    made = features(gan, 500)
    mind.append(functional.monge_distance(real, made))
    fid.append(functional.frechet_distance(real, made))

figure, axis = plt.subplots(figsize=(5, 3))
axis.plot(lengths, mind, "o-", label="MIND")
axis.set(xlabel="length, of the training", ylabel="MIND", xscale="log")
other = axis.twinx()
other.plot(lengths, fid, "s--", color="C1", label="Fréchet")
other.set_ylabel("Fréchet distance")
figure.legend(loc="upper center", ncols=2)
plt.show()
best = lengths[int(np.argmin(mind))]
print(f"best: {best}")

# %% [markdown]
# The shortest average is above, the best below, with the same latents. `keras-gan ema RUN` does all this.

# %%
rows = [post_hoc_ema.apply(gan, folder, length).generate(20, seed=1) for length in (lengths[0], best)]
image_grid(np.concatenate(rows), 20, row_names=["shortest", f"{best}"])

# %% [markdown]
# ## How many images does a metric need?
# For each number of images, ten pairs of random subsets are drawn: the spread is the standard deviation of
# the metric over its mean.

# %%
made = features(gan, 500, seed=2)
rng, numbers = np.random.default_rng(0), (40, 80, 160, 320)
spreads = {"Fréchet": [], "MIND": []}
for n in numbers:
    pairs = [[x[rng.choice(len(x), n, replace=False)] for x in (real, made)] for _ in range(10)]
    for name, metric in (("Fréchet", functional.frechet_distance), ("MIND", functional.monge_distance)):
        values = [metric(*pair) for pair in pairs]
        spreads[name].append((np.std(values) / np.mean(values), np.mean(values) / metric(real, made)))

figure, axes = plt.subplots(1, 2, figsize=(8, 3))
for name, found in spreads.items():
    for axis, values in zip(axes, np.transpose(found), strict=True):
        axis.plot(numbers, values, "o-", label=name)
axes[0].set(title="spread", xlabel="images", xscale="log", yscale="log")
axes[1].set(title="mean, over that of 500 images", xlabel="images", xscale="log")
axes[0].legend()
plt.show()
