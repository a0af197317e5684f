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
# # From text to image
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/12_text_to_image.ipynb)
#
# There are two trainings: **CLIP** learns nearby vectors for texts and images that belong together, then
# **DF-GAN** generates images from a text's vector. The texts are "a red three" and the like, and four of the
# forty are never shown: the GAN should be able to draw them too. With your own images:
# `keras_gan.data.captioned("folder:pictures", "captions.csv")`.

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

STEPS = int(os.environ.get("TUTORIAL_STEPS", 1200))

# %% [markdown]
# ## Coloured digits with captions

# %%
COLOURS = {
    "red": (1.0, 0.25, 0.2),
    "green": (0.2, 0.9, 0.3),
    "blue": (0.25, 0.45, 1.0),
    "yellow": (1.0, 0.85, 0.1),
}
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEXTS = [f"a {colour} {digit}" for colour in COLOURS for digit in DIGITS]
NEVER_SHOWN = ["a red three", "a green eight", "a blue zero", "a yellow seven"]


def captioned_digits(split, seed):
    """Digits, each in a colour drawn at random, and their captions."""
    data = keras_gan.data.load("mnist_5k", splits=split, labels=True, image_size=32, batch_size=50)
    images, digits = (np.concatenate(parts) for parts in zip(*data.as_numpy_iterator(), strict=True))
    colours = np.random.default_rng(seed).integers(0, len(COLOURS), len(images))
    tints = np.array(list(COLOURS.values()), "float32")[colours][:, None, None]
    images = (images + 1.0) * tints - 1.0
    return images, np.array([TEXTS[10 * c + d] for c, d in zip(colours, digits, strict=True)])


images, captions = captioned_digits("train", seed=0)
shown = ~np.isin(captions, NEVER_SHOWN)
images, captions = images[shown], captions[shown]
test_images, test_captions = captioned_digits("test", seed=1)


def show(images, columns, names=None):
    levels = images if images.dtype == np.uint8 else keras_gan.data.to_uint8(images).numpy()
    plt.figure(figsize=(columns, len(images) / columns))
    plt.imshow(keras_gan.grid.image_grid(levels, columns, row_names=names))
    plt.axis("off")
    plt.show()


show(images[:10], 5)
print(captions[:10].tolist())

# %% [markdown]
# ## Vectors of texts and images
# The text encoder is a small recurrent network; its vocabulary consists of the words of the captions. It is
# trained together with an image encoder: of all texts of a batch, an image's own should be nearest.

# %%
keras.utils.set_random_seed(0)
text_encoder = keras_gan.networks.text_encoder(list(captions), dim=64, units=64, word_dim=64)
clip = keras_gan.CLIP(keras_gan.networks.encoder((32, 32, 3), 64, filters=16), text_encoder, seed=0)
clip.compile()
history = clip.fit(
    {"image": images, "condition": clip.tokens(captions)},
    batch_size=64,
    epochs=-(-STEPS // 200),
    verbose=0,
)
print({name: round(values[-1], 3) for name, values in history.history.items()})

# %% [markdown]
# These are held-out digits, and the three texts that fit each best. Texts that were never shown are among the
# forty: their words were shown in other texts.

# %%
show(test_images[:4], 4)
for true, found in zip(test_captions, clip.caption(test_images[:4], TEXTS, top=3), strict=False):
    print(f"{true:16} ->", ", ".join(f"{text} ({cosine:.2f})" for text, cosine in found))
nearest = np.array(TEXTS)[clip.similarity(test_images, TEXTS).argmax(axis=1)]
print(f"right text of 40: {np.mean(nearest == test_captions):.3f}")

# %% [markdown]
# ## DF-GAN
# The generator takes noise and the text's vector, which scales and shifts the channels of every block. The
# discriminator also sees real images with another image's text, and counts these as fakes: so an image must
# not only look real, but also fit its text. `conditions.Texts` lets `generate` take texts, and saves the
# encoder with the model.

# %%
keras.utils.set_random_seed(0)
texts = keras_gan.conditions.Texts(clip.text_encoder, TEXTS[:40:5])
networks = keras_gan.networks.dfgan((32, 32, 3), condition_dim=texts.size, latent_dim=32, filters=8)
gan = keras_gan.DFGAN(*networks, condition=texts, ema_decay=0.99, seed=0)
optimizers = [keras_gan.optimizers.Adam(rate, beta_1=0.0, beta_2=0.9) for rate in (4e-4, 8e-4)]
gan.compile(*optimizers)
grids = keras_gan.callbacks.SampleGrid("runs/dfgan")
vectors = texts.vectors(list(captions))
data = {"image": images, "condition": vectors}
history = gan.fit(
    data,
    batch_size=32,
    epochs=-(-STEPS * 32 // len(images)),
    verbose=0,
    callbacks=[keras_gan.callbacks.StopAtStep(STEPS), keras_gan.callbacks.Progress(STEPS), grids],
)
print({name: round(values[-1], 3) for name, values in history.history.items()})

# %% [markdown]
# ## Texts from training, and new texts
# The colours are right, and the digits still rough: this is a short training.

# %%
seen = ["a red eight", "a green three", "a blue seven", "a yellow zero"]
show(gan.generate(32, labels=np.repeat(seen, 8), seed=0), 8, seen)

# %%
show(gan.generate(32, labels=np.repeat(NEVER_SHOWN, 8), seed=0), 8, NEVER_SHOWN)

# %% [markdown]
# How often is the requested text the nearest of the forty? This is measured by the vectors that the GAN was
# trained on, which favours it; the same value for real test digits is printed beside it.

# %%
for name, asked in {"seen": [t for t in TEXTS if t not in NEVER_SHOWN], "never shown": NEVER_SHOWN}.items():
    asked = np.repeat(asked, 20)
    made = gan.generate(len(asked), labels=list(asked), seed=1)
    found = np.array(TEXTS)[clip.similarity(made, TEXTS).argmax(axis=1)]
    real = np.isin(test_captions, asked)
    print(
        f"{name:12} generated {np.mean(found == asked):.3f}, real {np.mean((nearest == test_captions)[real]):.3f}"
    )

# %% [markdown]
# ## Unknown words
# A word outside the encoder's vocabulary raises an error.

# %%
try:
    gan.generate(1, labels="a purple three")
except ValueError as error:
    print(error)

# %% [markdown]
# ## Export
# The SavedModel takes strings, and needs only TensorFlow.

# %%
exported = tf.saved_model.load(gan.export("runs/dfgan_model"))
show(exported.sample_texts(["a blue five", "a green two", "a red nine"], seed=3).numpy(), 3)

# %% [markdown]
# ## From the command line
# ```
# keras-gan train clip --dataset folder:pictures --captions captions.csv --out runs/clip
# keras-gan train dfgan --dataset folder:pictures --captions captions.csv --text-encoder runs/clip
# keras-gan generate runs/dfgan --text "a red heart" --text "a blue star"
# keras-gan caption runs/clip picture.png --texts texts.txt
# ```
# `--text-encoder minilm` takes a sentence encoder of English, for free text.
