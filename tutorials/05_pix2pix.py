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
# # Pix2Pix: from outlines to images, learnt from pairs
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/05_pix2pix.ipynb)
#
# Outlines of digits become coloured digits, and each class has its own colour: the generator must recognise
# *which* digit its input is. The data need no download; with your own folders only this line changes:
# `keras_gan.data.paired_folders("sketches", "photographs", image_size=256)`.

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

STEPS = int(os.environ.get("TUTORIAL_STEPS", 700))

# %% [markdown]
# ## Pairs
# `condition` is the generator's input, `image` is the output that it should produce. They may differ in
# channels: here one and three.

# %%
COLOURS = np.array(plt.get_cmap("tab10").colors)


def pairs_of(dataset):
    """uint8 outlines (n, 32, 32, 1), and digits in the colour of their class over white (n, 32, 32, 3)."""
    images, labels = (np.concatenate(part) for part in zip(*dataset.as_numpy_iterator(), strict=True))
    ink = (images + 1) / 2
    outline = tf.nn.max_pool2d(ink, 3, 1, "SAME").numpy() + tf.nn.max_pool2d(-ink, 3, 1, "SAME").numpy()
    colour = 1 - ink * (1 - COLOURS[labels][:, None, None])
    return [(255 * x).round().astype("uint8") for x in (1 - outline, colour)]


digits = keras_gan.data.load("mnist_5k", splits=("train", "test"), image_size=32, batch_size=50, labels=True)
train, (outlines, colours) = (pairs_of(split) for split in digits)
batches = keras_gan.data.pairs_from_arrays(*train, batch_size=32)
held_out = keras_gan.data.pairs_from_arrays(outlines, colours, batch_size=50, shuffle=False)
print(batches.element_spec)


def show(**rows):
    """Rows of images under their names."""
    names, rows = zip(*rows.items())
    cells = np.concatenate([np.broadcast_to(row, (*row.shape[:3], 3)) for row in rows])
    plt.figure(figsize=(12, 1.4 * len(rows)))
    plt.imshow(keras_gan.grid.image_grid(cells, len(rows[0]), row_names=names))
    plt.axis("off")
    plt.show()


show(given=outlines[:12], wanted=colours[:12])

# %% [markdown]
# ## Networks and model
# A **U-Net**, whose skip connections carry the outline's position to the output, and a **PatchGAN**, which
# scores patches of the image and sees the outline too. The generator minimises its adversarial loss + 100 x
# L1.

# %%
keras.utils.set_random_seed(0)
generator = keras_gan.networks.unet((32, 32, 1), filters=32)
discriminator = keras_gan.networks.patchgan((32, 32, 3), condition_channels=1, receptive_field=34, filters=32)
gan = keras_gan.Pix2Pix(generator, discriminator, seed=0)
gan.compile(metrics=[keras_gan.metrics.PSNR()])
grids = keras_gan.callbacks.SampleGrid("runs/pix2pix")
history = gan.fit(
    batches,
    epochs=-(-STEPS // len(batches)),
    verbose=0,
    validation_data=held_out,
    callbacks=[keras_gan.callbacks.StopAtStep(STEPS), keras_gan.callbacks.Progress(STEPS), grids],
)
print({name: round(values[-1], 3) for name, values in history.history.items()})

# %% [markdown]
# `SampleGrid` shows the same held-out pairs after each epoch: input, output and target side by side.

# %%
plt.figure(figsize=(9, 9))
plt.imshow(plt.imread(grids.pictures()[-1]))
plt.axis("off")
plt.show()

# %% [markdown]
# ## Translate
# `translate` takes uint8, or floats in [-1, 1], and returns uint8. If the colour is wrong, the generator took
# the digit for another one; if it is mixed, the generator could not decide.

# %%
made = gan.translate(outlines)
show(given=outlines[100:112], made=made[100:112], wanted=colours[100:112])
print(f"PSNR of held-out pairs: {np.mean(keras_gan.metrics.psnr(colours, made)):.2f} dB")

# %% [markdown]
# ## Export
# A SavedModel with image in, image out: `translate` for uint8, `serving_default` for floats in [-1, 1].

# %%
exported = tf.saved_model.load(gan.export("runs/pix2pix_model"))
print((exported.translate(outlines[:4]).numpy() == made[:4]).all())

# %% [markdown]
# ## From the command line
# ```
# keras-gan train pix2pix --a sketches --b photographs --test-a sketches_test --test-b photographs_test --metrics psnr
# keras-gan translate runs/pix2pix sketches_test made
# keras-gan report runs/pix2pix
# ```
