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
# # A first GAN: handwritten digits
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/01_first_gan.ipynb)
#
# Two networks play against each other. The **generator** turns noise into images; the **discriminator** rates
# how real an image looks. Each learns from the other, and after a few minutes on a CPU the generator writes
# digits that a person can read.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import matplotlib.pyplot as plt
import tensorflow as tf

STEPS = int(os.environ.get("TUTORIAL_STEPS", 1400))

# %% [markdown]
# ## Data
# 4,500 real MNIST digits come with the `demo` extra, nothing is downloaded. `load` returns shuffled batches
# of float32 images in [-1, 1]; the 500 images of the test split are held out.

# %%
train, test = keras_gan.data.load("mnist_5k", splits=("train", "test"), batch_size=64)


def show(images, title):
    plt.figure(figsize=(6, 6))
    plt.imshow(keras_gan.grid.image_grid(images), cmap="gray")
    plt.title(title)
    plt.axis("off")
    plt.show()


show(keras_gan.data.to_uint8(next(iter(train))).numpy(), "real digits")

# %% [markdown]
# ## Networks and model
# The networks of DCGAN, a quarter as wide, without batch normalisation in the discriminator, so that the R1
# penalty can keep its gradient small at real images: that is what makes the game converge. Each
# player has its own optimiser. `interval=4` computes the penalty at every fourth step, four times as strong:
# faster, and as good.

# %%
keras.utils.set_random_seed(0)
generator, discriminator = keras_gan.networks.dcgan(
    image_shape=(28, 28, 1), latent_dim=64, filters=32, discriminator_normalization="none"
)
gan = keras_gan.GAN(generator, discriminator, ema_decay=0.995, seed=0)
gan.compile(
    generator_optimizer=keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99),
    discriminator_optimizer=keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99),
    loss="non_saturating",
    regularizers=[keras_gan.regularizers.R1Penalty(0.1, interval=4)],
)
print(f"generator {generator.count_params():,} weights, discriminator {discriminator.count_params():,}")

# %% [markdown]
# ## Training
# The GAN is trained with `fit`, like any Keras model. `SampleGrid` draws the same 64 latents after each
# epoch; `Checkpoint` makes the run survive a crash: the next `fit` with the same folder continues at the
# exact step, bit-identically.

# %%
grids = keras_gan.callbacks.SampleGrid("runs/tutorial/samples")
history = gan.fit(
    train,
    epochs=-(-STEPS // len(train)),
    validation_data=test,
    verbose=0,
    callbacks=[
        keras_gan.callbacks.StopAtStep(STEPS),
        keras_gan.callbacks.Progress(STEPS),
        grids,
        keras_gan.callbacks.Checkpoint("runs/tutorial/checkpoints"),
    ],
).history

# %% [markdown]
# The same latents after the first epoch, half way, and at the end:

# %%
pictures = grids.pictures()
figure, axes = plt.subplots(1, 3, figsize=(15, 5.3))
for axis, path in zip(axes, (pictures[0], pictures[len(pictures) // 2], pictures[-1]), strict=True):
    axis.imshow(plt.imread(path), cmap="gray")
    axis.axis("off")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## What the logged values mean
# Losses of a GAN do not fall as a classifier's do: both players get better. Look at the **scores**, the mean
# logits. In a healthy training the real score is above the fake score, and not far from it. If `real_score`
# in training moves away from that of held-out images (`val_real_score`), the discriminator is memorising its
# 4,500 digits.

# %%
figure, axes = plt.subplots(1, 2, figsize=(12, 4))
for name in ("d_loss", "g_loss"):
    axes[0].plot(history[name], label=name)
for name in ("real_score", "val_real_score", "fake_score", "val_fake_score"):
    axes[1].plot(history[name], label=name)
for axis in axes:
    axis.set_xlabel("epoch")
    axis.legend()
plt.show()

# %% [markdown]
# ## Using it
# `generate` returns uint8 images, the same ones for the same seed. With `truncation` below 1 they become more
# typical and less varied.

# %%
show(gan.generate(64, seed=1), "seed 1")
show(gan.generate(64, seed=1, truncation=0.6), "seed 1, truncation 0.6")

# %% [markdown]
# A SavedModel needs neither keras_gan nor Keras, and returns exactly the same images:

# %%
path = gan.export("runs/tutorial/saved_model")
sampler = tf.saved_model.load(path)
print((sampler.sample(8, 1).numpy() == gan.generate(8, seed=1)).all())

# %% [markdown]
# ## Another GAN
# Each variant is a class with its paper's choices: `keras_gan.WGANGP(generator, discriminator)`
# and `compile()` is a Wasserstein GAN with gradient penalty, five critic steps and its own optimisers.
# From the command line: `keras-gan train wgan-gp`.
