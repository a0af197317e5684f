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
# # StarGAN: one network for all colours
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/13_attributes.ipynb)
#
# A StarGAN changes an attribute of an image, such as hair, skin or season, and leaves the rest. Here it is
# the colour of a digit. No image exists in two colours, so the data do not show what the other one looks
# like. With your own folders, one for each value of the attribute:
# `keras_gan.data.load("folder:faces", labels=True)`.

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

STEPS = int(os.environ.get("TUTORIAL_STEPS", 500))

# %% [markdown]
# ## Digits in four colours
# Each training digit is in one colour, drawn at random.

# %%
train, test = keras_gan.data.load("mnist_5k", splits=("train", "test"), image_size=32, batch_size=50)
COLOURS = {
    "red": (1.0, 0.25, 0.2),
    "green": (0.2, 0.9, 0.3),
    "blue": (0.25, 0.45, 1.0),
    "yellow": (1.0, 0.85, 0.1),
}


def digits_of(dataset):
    return keras_gan.data.to_uint8(np.concatenate(list(dataset.as_numpy_iterator()))).numpy()


def coloured(digits, labels):
    return (digits * np.array(list(COLOURS.values()))[labels][:, None, None]).astype("uint8")


rng = np.random.default_rng(0)
digits = digits_of(train)
labels = rng.integers(0, len(COLOURS), len(digits))
batches = keras_gan.data.from_arrays(coloured(digits, labels), labels, batch_size=16)


def show(images, columns):
    plt.figure(figsize=(columns, len(images) / columns))
    plt.imshow(keras_gan.grid.image_grid(images, columns))
    plt.axis("off")
    plt.show()


show(coloured(digits[:24], labels[:24]), 12)

# %% [markdown]
# ## One generator, one discriminator
# The generator takes an image and the target colour. The discriminator classifies whether an image is real,
# and which colour it has: it learns the colours from real images, and its classification of generated images
# trains the generator. The **cycle** keeps the digit the same: the translation into another colour and back
# must restore the input (10 x L1). That alone would let a 0 become a 2 in blue and a 0 again in red. With
# `identity_weight` an image that is translated to its own colour must also stay as it is; the paper, which
# trains a hundred times as long, does without it.

# %%
keras.utils.set_random_seed(0)
networks = keras_gan.networks.stargan(
    (32, 32, 3), num_classes=len(COLOURS), filters=16, residual_blocks=2, discriminator_filters=16
)
gan = keras_gan.StarGAN(
    *networks,
    num_classes=len(COLOURS),
    class_names=list(COLOURS),
    ema_decay=0.99,
    identity_weight=10.0,
    seed=0,
)
# Constant, then linear to 0. A schedule counts its player's steps, and the discriminator makes two of them for one.
rates = [keras_gan.schedules.LinearDecay(5e-4, total, total // 2) for total in (STEPS, 2 * STEPS)]
generator, discriminator = (keras_gan.optimizers.Adam(rate, beta_1=0.5) for rate in rates)
gan.compile(generator, discriminator, discriminator_steps=2)
grids = keras_gan.callbacks.SampleGrid("runs/stargan")
history = gan.fit(
    batches,
    epochs=-(-2 * STEPS // len(batches)),
    verbose=0,
    callbacks=[keras_gan.callbacks.StopAtStep(STEPS), keras_gan.callbacks.Progress(STEPS), grids],
)
print({name: round(values[-1], 3) for name, values in history.history.items()})

# %% [markdown]
# The grid shows an image, and its translation into each colour. In its own colour, an image should stay as it
# is.

# %%
plt.figure(figsize=(8, 8))
plt.imshow(plt.imread(grids.pictures()[-1]))
plt.axis("off")
plt.show()

# %% [markdown]
# ## Held-out digits
# `translate` takes the name of a colour, its number, or one for each image.

# %%
unseen = digits_of(test)[:500:42]
red = coloured(unseen, np.zeros(len(unseen), int))
rows = [red, *(gan.translate(red, name) for name in ("green", "blue", "yellow"))]
show(np.concatenate(rows), len(unseen))

# %% [markdown]
# Here the true image is known, so that the translation can be scored although no training digit exists in two
# colours.

# %%
for i, name in enumerate(COLOURS):
    if name == "red":
        continue
    truth = coloured(unseen, np.full(len(unseen), i))
    for what, images in {"left red": red, "translated": gan.translate(red, name)}.items():
        print(f"red -> {name:6}, {what:10}: PSNR {np.mean(keras_gan.metrics.psnr(truth, images)):.1f} dB")

# %% [markdown]
# ## Export
# The SavedModel takes images and labels, and needs only TensorFlow.

# %%
exported = tf.saved_model.load(gan.export("runs/stargan_model"))
show(exported.translate(red, tf.fill([len(red)], 3)).numpy(), len(red))

# %% [markdown]
# ## From the command line
# ```
# keras-gan train stargan --dataset folder:faces --image-size 128
# keras-gan translate runs/stargan portraits made --label blond
# ```
# If an image can have several attributes at once, they are vectors of 0 and 1:
# `networks.stargan(shape, condition_dim=5)`, and dicts with `image` and `condition` for `fit`.
