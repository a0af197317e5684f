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
# # CycleGAN: from one domain of images to another, without pairs
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/06_cyclegan.ipynb)
#
# Horses become zebras though no horse was ever photographed as a zebra. Here digits become striped digits,
# and striped ones become plain: the training data contain each digit in only one of the two forms. With your
# own folders: `keras_gan.data.unpaired_folders("horses", "zebras", image_size=256)`.

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
# ## Two domains
# Both have the same shape. The first half of the digits is plain; the second half, other digits, is striped.

# %%
train, test = keras_gan.data.load("mnist_5k", splits=("train", "test"), image_size=32, batch_size=50)


def images_of(dataset):
    return keras_gan.data.to_uint8(np.concatenate(list(dataset.as_numpy_iterator()))).numpy()


def striped(digits):
    """Diagonal stripes, two pixels wide, on the ink."""
    rows, columns = np.mgrid[: digits.shape[1], : digits.shape[2]]
    dark = ((rows + columns) % 4 < 2)[..., None]
    return np.where(dark, digits // 4, digits)


digits = images_of(train)
half = len(digits) // 2
a, b = digits[:half], striped(digits[half:])
batches = keras_gan.data.unpaired_from_arrays(a, b, batch_size=8)


def show(**rows):
    """Rows of images under their names."""
    names, rows = zip(*rows.items())
    cells = np.concatenate([np.broadcast_to(row, (*row.shape[:3], 3)) for row in rows])
    plt.figure(figsize=(12, 1.4 * len(rows)))
    plt.imshow(keras_gan.grid.image_grid(cells, len(rows[0]), row_names=names))
    plt.axis("off")
    plt.show()


show(plain=a[:200:17], striped=b[:200:17])

# %% [markdown]
# ## Two generators, two discriminators
# `a2b` and `b2a` are ResNets; each discriminator scores patches of one domain. The **cycle** keeps the digit
# the same: plain -> striped -> plain must restore the input (10 x L1). The discriminators also see fakes of
# earlier steps, from a pool of 50 that is part of the saved model.

# %%
keras.utils.set_random_seed(0)
translators = [keras_gan.networks.resnet((None, None, 1), 1, blocks=3, filters=16) for _ in range(2)]
discriminators = [
    keras_gan.networks.patchgan((32, 32, 1), receptive_field=16, filters=32, normalization="instance")
    for _ in range(2)
]
gan = keras_gan.CycleGAN(*translators, *discriminators, seed=0)
rate = keras_gan.schedules.LinearDecay(5e-4, STEPS, STEPS // 2)  # constant, then linear to 0
gan.compile(
    generator_optimizer=keras.optimizers.Adam(rate, 0.5),
    discriminator_optimizer=keras.optimizers.Adam(rate, 0.5),
)
grids = keras_gan.callbacks.SampleGrid("runs/cyclegan")
history = gan.fit(
    batches,
    epochs=-(-STEPS // len(batches)),
    verbose=0,
    callbacks=[keras_gan.callbacks.StopAtStep(STEPS), keras_gan.callbacks.Progress(STEPS), grids],
)
print({name: round(values[-1], 3) for name, values in history.history.items()})

# %% [markdown]
# The grid shows plain -> striped -> plain in its upper half, striped -> plain -> striped in its lower one.

# %%
plt.figure(figsize=(8, 8))
plt.imshow(plt.imread(grids.pictures()[-1]), cmap="gray")
plt.axis("off")
plt.show()

# %% [markdown]
# ## Both directions, on digits that it has not seen

# %%
new = images_of(test)[:500:42]
made = gan.translate(new, direction="a2b")
show(plain=new, made_striped=made, back=gan.translate(made, "b2a"))
new_striped = striped(new)
show(striped=new_striped, made_plain=gan.translate(new_striped, "b2a"), truth=new)

# %% [markdown]
# Here the truth is known, so that the translation can be scored though it was learnt without pairs. Only the
# borders of the image determine the phase of the stripes: a generator can infer the position of a pixel only
# from them, and may shift its stripes.

# %%
for name, images in {"left as it is": new_striped, "translated": gan.translate(new_striped, "b2a")}.items():
    print(f"striped -> plain, {name}: PSNR {np.mean(keras_gan.metrics.psnr(new, images)):.1f} dB")

# %% [markdown]
# ## Other sizes, and export
# The generators are convolutional: they take any size that is a multiple of 4. The SavedModel contains both
# directions.

# %%
exported = tf.saved_model.load(gan.export("runs/cyclegan_model"))
row = np.concatenate(list(new[:4]), axis=1)[None]
print(row.shape, exported.a2b(row).shape)
show(row=np.concatenate([row[0], exported.a2b(row)[0], exported.b2a(exported.a2b(row))[0]])[None])

# %% [markdown]
# ## From the command line
# ```
# keras-gan train cyclegan --a horses --b zebras
# keras-gan translate runs/cyclegan horses_test made
# keras-gan translate runs/cyclegan zebras_test made --direction b2a
# ```
