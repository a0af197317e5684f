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
# # Anomalies: train on normal images, find the others
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/14_anomaly_detection.ipynb)
#
# A detector is trained on normal images alone, and scores how much an image differs from them. Here the
# digits 0 to 8 are normal, and 9 is an anomaly: a hard one, since a 9 is nearly a 4. PCA, the simplest
# detector, is shown for comparison.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import numpy as np

from keras_gan.metrics.detection import auprc, auroc

STEPS = int(os.environ.get("TUTORIAL_STEPS", 700))

# %%
keras.utils.set_random_seed(0)
digits = keras_gan.data.load("mnist_5k", image_size=32, batch_size=100, labels=True)
images, labels = (np.concatenate(x) for x in zip(*digits.as_numpy_iterator(), strict=True))


def sheet(images, caption):
    """A grid of float images, 16 in a row."""
    return keras_gan.grid.image_grid(keras_gan.data.to_uint8(images).numpy(), 16, caption)


is_normal = labels != 9
train, held_out = images[is_normal][:3200], images[is_normal][3200:]
nines = images[~is_normal]
test, anomalous = np.concatenate([held_out, nines]), np.repeat([False, True], [len(held_out), len(nines)])
sheet(np.concatenate([held_out[:16], nines[:16]]), "normal; anomalies")

# %% [markdown]
# ## PCA
# The score is what 30 components do not explain of an image. Nines consist of the same strokes as other
# digits: PCA is no better than chance.

# %%
flat = train.reshape(len(train), -1)
mean = flat.mean(0)
basis = np.linalg.eigh(np.cov((flat - mean).T))[1][:, -30:]
centred = test.reshape(len(test), -1) - mean
residual = ((centred - centred @ basis @ basis.T) ** 2).mean(1)
print(f"PCA: AUROC {auroc(anomalous, residual):.3f}, AUPRC {auprc(anomalous, residual):.3f}")

# %% [markdown]
# ## GANomaly
# An encoder, a decoder and a second encoder: the score is the difference between the latents of an image and
# those of its reconstruction. Here it is no better than chance either.

# %%
detector = keras_gan.GANomaly(*keras_gan.networks.ganomaly((32, 32, 1), 64, filters=16), seed=0)
detector.compile()
data = keras_gan.data.from_arrays(train, batch_size=64)
detector.fit(data, epochs=10**6, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(STEPS)])
print("GANomaly:", {name: round(value, 3) for name, value in detector.measure(test, anomalous).items()})

# %% [markdown]
# ## The nearest normal image
# Nine kinds of digits are normal, but images between two of them are not. `remember` keeps the latents of the
# normal images, and scores an image by the distance of its own to the nearest.

# %%
detector.remember(train)
print("nearest:", {name: round(value, 3) for name, value in detector.measure(test, anomalous).items()})
order = np.argsort(-detector.score(test))
sheet(test[order[:32]], "the 32 worst")

# %% [markdown]
# ## A threshold, and heat maps
# At this threshold one in ten of the normal held-out images counts as an anomaly. Heat maps are |x - x'|:
# after a minute of training the edges of all strokes stand out, and beside them the square hole that was cut
# into each digit.

# %%
limit = detector.threshold(false_positive_rate=0.1, images=held_out)
print(f"limit {limit:.4f}: {detector.detect(nines).mean():.0%} of the nines are found")
damaged = held_out[:16].copy()
damaged[:, 12:18, 12:18] = -1.0
maps = keras_gan.grid.as_levels(detector.heatmap(damaged))
sheet(np.concatenate([damaged, keras_gan.data.from_uint8(maps).numpy()]), "damaged digits; heat maps")

# %% [markdown]
# The same from the command line, with the normal images in a folder: [docs/anomalies.md](../docs/anomalies.md). How detectors compare on all
# ten digits: [benchmarks](../benchmarks/README.md).
