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
# # The latent space of a StyleGAN: mixing, editing, projection
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/10_latent_space.ipynb)
#
# A StyleGAN maps latents to w, from which every layer computes its style. Most applications work in this
# space, W. First a small StyleGAN is trained on 5,000 handwritten digits.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import numpy as np

from keras_gan import latent

STEPS = int(os.environ.get("TUTORIAL_STEPS", 3000))

# %%
keras.utils.set_random_seed(0)
train, test = keras_gan.data.load(
    "mnist_5k", splits=("train", "test"), image_size=32, batch_size=16, labels=True
)
networks = keras_gan.networks.stylegan2(
    (32, 32, 1), latent_dim=32, mapping_layers=2, channel_base=512, channel_max=32
)
gan = keras_gan.StyleGAN2(*networks, ema_decay=keras_gan.schedules.HalfLife(2000, 16, rampup=0.05), seed=0)
gan.compile()
gan.fit(
    train.map(lambda image, label: image),
    epochs=10**6,
    verbose=0,
    callbacks=[keras_gan.callbacks.StopAtStep(STEPS)],
)
keras_gan.grid.image_grid(gan.generate(32, seed=0), 16, "samples")

# %% [markdown]
# ## Truncation
# w moves towards its mean: less variety, more typical images.

# %%
keras_gan.grid.image_grid(
    latent.truncation_sweep(gan, (0.0, 0.4, 0.7, 1.0), columns=16), 16, "truncation 0, 0.4, 0.7, 1"
)

# %% [markdown]
# ## Style mixing
# The styles of the first layers (4 x 4, 8 x 8) come from the images of the top row, all others from the left
# column.

# %%
keras_gan.grid.image_grid(
    latent.style_mixing_sheet(gan, rows=(0, 1, 2, 3), columns=range(10, 20), layers=range(3)), 11
)

# %% [markdown]
# ## Directions
# SeFa computes them from the weights alone; GANSpace takes the principal components of w.

# %%
directions, shares = latent.sefa(gan, count=3)
print("shares", shares.round(3))
ws = latent.styles_of(gan, [0, 1, 2], truncation=0.7)
spread = np.std(latent.styles_of(gan, range(200))[:, 0] @ directions.T, axis=0)
keras_gan.grid.image_grid(
    np.concatenate(
        [latent.edit(gan, ws, d, 3 * s * np.linspace(-1, 1, 11)) for d, s in zip(directions, spread)]
    ),
    11,
)

# %% [markdown]
# You can define your own attribute by any function from images to yes or no. Here: whether more than a given
# share of the pixels is inked.

# %%
samples = gan.generate(500, seed=1)
middle = float(np.median(samples.mean(axis=(1, 2, 3))))
direction, accuracy = latent.attribute_direction(gan, lambda x: x.mean(axis=(1, 2, 3)) > middle, samples=1000)
print(f"accuracy on held-out pictures {accuracy:.0%}")
amounts = np.linspace(-1.0, 1.0, 11) * np.std(latent.styles_of(gan, range(200))[:, 0] @ direction) * 3
keras_gan.grid.image_grid(latent.edit(gan, ws, direction, amounts), 11, "less and more ink")

# %% [markdown]
# ## Projection
# Which w generates a given image? Here the distance uses the features of a small classifier; take
# `Extractor("inception")` for photographs. Then the w can be edited like any other.

# %%
extractor = keras_gan.metrics.train_extractor(train, test)
picture = keras_gan.data.to_uint8(next(iter(test))[0][3]).numpy()
found = latent.project(
    gan, picture, extractor, steps=min(300, 10 * STEPS), pixel_weight=1.0, frames=9, verbose=False
)
print(f"distance {found.distances[0]:.3f} at the mean of w, {found.distance:.3f} at the end")
keras_gan.grid.image_grid([picture, *found.frames, found.image], 11, "picture | the way | projection")

# %%
keras_gan.grid.image_grid(latent.edit(gan, found.w, direction, amounts), 11, "the projection, edited")

# %% [markdown]
# A video through W: `latent.save_animation([keras_gan.grid.image_grid(f) for f in latent.walk_frames(gan)], "walk.gif")`, or
# `keras-gan interpolate RUN --out walk.gif`; `keras-gan project RUN picture.png`; `keras-gan edit RUN`.
