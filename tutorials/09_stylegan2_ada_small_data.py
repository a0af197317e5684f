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
# # StyleGAN2 on little data: over-fitting, and how augmentation reduces it
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/09_stylegan2_ada_small_data.ipynb)
#
# With few images the discriminator memorises them: it is sure of these, and no longer of other images of the
# same kind. Then its gradient is of no use. ADA transforms all images that the discriminator sees, real and
# generated, the more the discriminator over-fits. Data: 500 handwritten digits.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import matplotlib.pyplot as plt
import numpy as np

STEPS = max(6, int(os.environ.get("TUTORIAL_STEPS", 2000)))

# %% [markdown]
# ## Few images, and held-out ones

# %%
train, test = (
    np.concatenate(
        list(keras_gan.data.load("mnist_5k", splits=split, image_size=32, batch_size=50).as_numpy_iterator())
    )
    for split in ("train", "test")
)
train = train[:500]
batches = keras_gan.data.from_arrays(train, batch_size=16)

# %% [markdown]
# ## What the augmentations look like
# Each is a part that `compile` takes. Gradients pass through it, so that the generator learns from augmented
# images too.

# %%
picture = train[:1].repeat(12, axis=0)
rows = []
for part in (keras_gan.augmentations.DiffAugment(), keras_gan.augmentations.ADA("bgc", p=0.8)):
    model = keras_gan.GAN(*keras_gan.networks.dcgan((32, 32, 1), latent_dim=8, filters=4))
    model.compile(augmentation=part)
    rows += list(keras_gan.data.to_uint8(part.augment(model, picture)[0]).numpy())
keras_gan.grid.image_grid(rows, 12, "DiffAugment; ADA at p = 0.8")

# %% [markdown]
# ## With and without
# ADA's p rises while E[sign D(real)] is above 0.6. `images` is how many real images p takes to go from 0 to
# 1: here half of those of the training.

# %%
runs = {"none": None, "ADA": keras_gan.augmentations.ADA("bgc", images=8 * STEPS)}
results = {}
for name, augmentation in runs.items():
    keras.utils.set_random_seed(0)
    networks = keras_gan.networks.stylegan2(
        (32, 32, 1), latent_dim=32, mapping_layers=2, channel_base=512, channel_max=32
    )
    gan = keras_gan.StyleGAN2(
        *networks, ema_decay=keras_gan.schedules.HalfLife(2000, 16, rampup=0.05), seed=0
    )
    gan.compile(augmentation=augmentation)
    gaps, p = [], []
    for look in range(1, 7):
        logs = gan.fit(
            batches, epochs=10**6, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(look * STEPS // 6)]
        ).history
        logits = [gan.discriminator.predict(x, batch_size=50, verbose=0).mean() for x in (train, test)]
        gaps.append(logits[0] - logits[1])
        p.append(logs.get("augment_p", [0])[-1])
    results[name] = gan, gaps, p

fig, axes = plt.subplots(1, 2, figsize=(9, 2.5))
for name, (_, gaps, p) in results.items():
    axes[0].plot(gaps, label=name)
    axes[1].plot(p, label=name)
axes[0].set_title("logits: training - held-out")
axes[1].set_title("p")
axes[0].legend()
plt.show()

# %%
cells = [image for gan, *_ in results.values() for image in gan.generate(16, seed=0)]
keras_gan.grid.image_grid(cells, 16, "without; with ADA")

# %% [markdown]
# In such a short training the gap only begins to open; `benchmarks/small_data.py` follows it over 250,000
# images. From the command line: `keras-gan train stylegan2 --dataset folder:pictures --augmentation ada`.
