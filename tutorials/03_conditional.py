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
# # Conditional GANs: the digit you ask for
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/03_conditional.ipynb)
#
# A **conditional** GAN takes a condition that determines what to draw. Here it is a label of 0 to 9; the same
# works with the class folders of your own images, or with a vector of attributes.

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

STEPS = int(os.environ.get("TUTORIAL_STEPS", 1400))

# %% [markdown]
# ## Data with labels
# `labels=True` returns (images, labels). A folder with a sub-folder for each class does the same:
# `data.load("folder:pictures", labels=True)`.

# %%
train = keras_gan.data.load("mnist_5k", batch_size=64, labels=True)
images, labels = next(iter(train))
print(images.shape, labels.shape, train.class_names)

# %% [markdown]
# ## Networks and model
# With `num_classes` the generator takes [latents, labels] and the discriminator [images, labels].
# `conditioning="projection"` gives each class its own scale and shift in the generator's batch normalisation,
# and the discriminator an inner product with a learned vector of the class; `"concat"` appends the label to
# the input; `"auxiliary"` lets the discriminator predict the class instead (for `ACGAN`).

# %%
keras.utils.set_random_seed(0)
networks = keras_gan.networks.dcgan(
    (28, 28, 1),
    latent_dim=64,
    filters=32,
    discriminator_normalization="none",
    num_classes=10,
    conditioning="projection",
)
gan = keras_gan.ConditionalGAN(*networks, num_classes=10, ema_decay=0.995, seed=0)
gan.compile(
    generator_optimizer=keras.optimizers.Adam(2e-3, 0.0, 0.99),
    discriminator_optimizer=keras.optimizers.Adam(2e-3, 0.0, 0.99),
    regularizers=[keras_gan.regularizers.R1Penalty(0.1, interval=4)],
)
grids = keras_gan.callbacks.SampleGrid("runs/conditional")
gan.fit(
    train,
    epochs=-(-STEPS // len(train)),
    verbose=0,
    callbacks=[keras_gan.callbacks.StopAtStep(STEPS), keras_gan.callbacks.Progress(STEPS), grids],
)

# %% [markdown]
# `SampleGrid` shows a row for each class. The columns share their latents: what a latent
# means (slant, thickness) is the same for all digits.


# %%
def show(picture, title):
    plt.figure(figsize=(7, 7))
    plt.imshow(picture, cmap="gray")
    plt.title(title)
    plt.axis("off")
    plt.show()


show(plt.imread(grids.pictures()[-1]), "a row for each class")

# %% [markdown]
# ## The digit you ask for

# %%
show(keras_gan.grid.image_grid(gan.generate(32, seed=1, labels=7), 8), "labels=7")
date = [2, 0, 2, 6]
show(keras_gan.grid.image_grid(gan.generate(4, seed=3, labels=date), 4), f"labels={date}")

# %% [markdown]
# Between two classes there is nothing to interpolate, but between two *latents* there is a path.

# %%
a, b = gan.sample_latents(2, seed=5)
path = np.stack([(1 - t) * a + t * b for t in np.linspace(0, 1, 10)])
rows = [gan.images_of(path, np.full(10, digit)) for digit in (3, 5, 8)]
show(keras_gan.grid.image_grid(np.concatenate(rows), 10), "from one latent to another, for 3, 5 and 8")

# %% [markdown]
# ## Wrong labels raise an error

# %%
for labels in (10, 2.5, [1, 2]):
    try:
        gan.generate(4, labels=labels)
    except ValueError as error:
        print(error)

# %% [markdown]
# ## Export
# The SavedModel's `sample` takes labels too, one for all images or one for each.

# %%
sampler = tf.saved_model.load(gan.export("runs/conditional_model"))
print((sampler.sample(4, 3, 1.0, date).numpy() == gan.generate(4, seed=3, labels=date)).all())

# %% [markdown]
# ## Others
# `keras-gan train cgan`, `acgan`, `projection` train such models from the command line, and
# `keras-gan train infogan` finds classes in images *without* labels: one part of its latents, a category,
# must be readable from the image.
