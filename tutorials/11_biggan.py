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
# # BigGAN: classes, and typical or varied images
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/11_biggan.ipynb)
#
# BigGAN is a residual conditional GAN with spectral normalisation, and with one number that you can change
# after training: **truncation**. Latents near zero give typical images, latents far away varied ones. Here a
# small BigGAN draws digits; `networks.biggan` without options is the paper's.

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
import tensorflow as tf

STEPS = int(os.environ.get("TUTORIAL_STEPS", 800))

train = keras_gan.data.load("mnist_5k", labels=True, image_size=32, batch_size=64)


def show(images, columns, names=None):
    plt.figure(figsize=(columns, len(images) / columns))
    plt.imshow(keras_gan.grid.image_grid(images, columns, row_names=names), cmap="gray")
    plt.axis("off")
    plt.show()


# %% [markdown]
# ## Networks and model
# The class scales and shifts the channels of every block. `shared_dim=128` has all blocks share one table of classes, and
# `hierarchical=True` gives each block a chunk of the latents too, as for the thousand classes of ImageNet; ten classes
# need neither. The loss is the hinge loss; the generator's weights are kept nearly orthogonal, so that truncated latents
# still give images.

# %%
keras.utils.set_random_seed(0)
networks = keras_gan.networks.biggan(
    (32, 32, 1), 10, latent_dim=64, filters=8, shared_dim=None, hierarchical=False, attention=None
)
gan = keras_gan.BigGAN(*networks, num_classes=10, ema_decay=0.99, seed=0)
generator, discriminator = (keras_gan.optimizers.Adam(rate, 0.0, 0.99) for rate in (4e-4, 4e-4))
orthogonal = keras_gan.regularizers.OrthogonalPenalty(0.5e-4, embeddings=True)
gan.compile(generator, discriminator, regularizers=[orthogonal], discriminator_steps=1)
gan.fit(
    train,
    epochs=-(-STEPS // len(train)),
    verbose=0,
    callbacks=[keras_gan.callbacks.StopAtStep(STEPS), keras_gan.callbacks.Progress(STEPS)],
)

# %% [markdown]
# ## A row for each class
# Columns share their latents.

# %%
inputs = gan.grid_inputs(10, 10, seed=0)
show(gan.images_of(*inputs), 10)

# %% [markdown]
# ## Truncation
# Rows are truncations: 0.05, 0.3, 0.6, 1. Latents are drawn from a normal distribution that is cut, at 1 as in training.

# %%
show(
    keras_gan.latent.truncation_sweep(gan, values=(0.05, 0.3, 0.6, 1.0), columns=10),
    10,
    ["0.05", "0.3", "0.6", "1"],
)

# %% [markdown]
# The same as metrics: precision is the share of generated images that lie among real ones, recall the share
# of real images that lie among generated ones, both by the features of a classifier of these digits.
# Agreement: how often it finds the requested class.

# %%
extractor = keras_gan.features.train_extractor(train, epochs=8)
real, labels = (np.concatenate(parts) for parts in zip(*train.as_numpy_iterator(), strict=True))
real = np.asarray(extractor(real[:1000]))
asked = np.repeat(np.arange(10), 100)
for truncation in (0.05, 0.3, 0.6, 1.0):
    made = keras_gan.data.from_uint8(gan.generate(1000, labels=asked, truncation=truncation, seed=1))
    precision, recall = keras_gan.metrics.functional.precision_recall(real, np.asarray(extractor(made)))
    found = np.asarray(extractor.classifier(made)).argmax(axis=1)
    print(
        f"truncation {truncation:4}: agreement {np.mean(found == asked):.3f}, precision {precision:.3f}, recall {recall:.3f}"
    )

# %% [markdown]
# ## Standing statistics
# Batch normalisation uses averages from training, while the generator was still changing.
# `standing_statistics` computes them from some batches of the current generator, at the truncation that you
# will use.

# %%
gan.standing_statistics(passes=8, batch_size=64, truncation=0.3)
show(gan.generate(20, labels=np.arange(20) % 10, truncation=0.3, seed=2), 10)

# %% [markdown]
# ## Export
# Truncation is an argument of the exported model too.

# %%
exported = tf.saved_model.load(gan.export("runs/biggan_model"))
show(exported.sample(10, seed=3, truncation=0.6, labels=tf.range(10)).numpy(), 10)

# %% [markdown]
# ## From the command line
# ```
# keras-gan train biggan --dataset folder:pictures    # a folder for each class
# keras-gan truncate runs/biggan --out sheet.png
# keras-gan generate runs/biggan --label cat --truncation 0.5
# ```
