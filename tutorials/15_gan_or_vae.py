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
# # GAN or VAE?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/15_gan_or_vae.ipynb)
#
# A GAN learns to make images that a discriminator cannot tell from real ones; a VAE learns to encode and
# reconstruct images. It is often said that a GAN is sharp and may leave out a part of the data, that a VAE covers
# all of the data and blurs it, and that VAE-GAN is between the two. Here all three are trained on 5,000 digits for
# the same number of steps, and the figures below say what of this holds here.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import numpy as np

from keras_gan.metrics import functional

STEPS = int(os.environ.get("TUTORIAL_STEPS", 800))

# %%
train, test = keras_gan.data.load("mnist_5k", splits=("train", "test"), batch_size=64, labels=True)
test_images = np.concatenate([batch for batch, _ in test.stream.whole().as_numpy_iterator()])
images, labels = (np.concatenate(x) for x in zip(*train.stream.whole().as_numpy_iterator(), strict=True))
models = {}
for name in ("dcgan", "vae", "vae-gan"):
    model = keras_gan.recipes.build(name, (28, 28, 1), steps=STEPS, seed=0)
    data = keras_gan.data.from_arrays(images, batch_size=64)
    model.fit(data, epochs=10**6, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(STEPS)])
    models[name] = model
rows = [model.generate(16, seed=1) for model in models.values()]
keras_gan.grid.image_grid(np.concatenate(rows), 16, ", ".join(models))

# %% [markdown]
# ## Reconstruction
# A VAE and a VAE-GAN encode an image and reconstruct it; a GAN has no encoder.

# %%
again = [models[name].reconstruct(test_images[:16]) for name in ("vae", "vae-gan")]
first = keras_gan.data.to_uint8(test_images[:16]).numpy()
keras_gan.grid.image_grid(np.concatenate([first, *again]), 16, "held out; VAE; VAE-GAN")

# %% [markdown]
# ## Metrics
# These use the features of a small classifier of digits: precision is the share of samples that are like real
# images, and recall the share of real images that are covered by samples. Sharpness is the size of the
# differences between neighbouring pixels, as a share of the real images' own.

# %%
extractor = keras_gan.metrics.train_extractor((images, labels), epochs=2)


def features(x):
    return np.asarray(extractor(x))


def gradient_size(x):
    x = x.astype("float32")
    return np.sqrt((np.diff(x, axis=1) ** 2).mean() + (np.diff(x, axis=2) ** 2).mean())


real = features(keras_gan.data.to_uint8(images[:2000]).numpy())
levels = keras_gan.data.to_uint8(images[:2000]).numpy()
for name, model in models.items():
    samples = model.generate(2000, seed=2, batch_size=500)
    made = features(samples)
    precision, recall = functional.precision_recall(real, made)
    print(
        f"{name:8} Frechet {functional.frechet_distance(real, made):7.2f}  precision {precision:.3f}  recall {recall:.3f}  "
        f"sharpness {gradient_size(samples) / gradient_size(levels):.2f}"
    )

# %% [markdown]
# ## Between two latents

# %%
walks = []
for model in models.values():
    start, end = model.sample_latents(2, seed=5)
    shares = np.linspace(0, 1, 16, dtype="float32")[:, None]
    walks.append(model.images_of(start + shares * (end - start)))
keras_gan.grid.image_grid(np.concatenate(walks), 16, ", ".join(models))

# %% [markdown]
# The VAE is blurred, and its recall is the lowest: few real images lie near blurred ones. VAE-GAN is as near to the
# data as the GAN. (The features are those of a classifier that names four of five digits: small differences say
# nothing.) Only the VAE has a likelihood; this is a lower bound of it, in nats. The larger table, on MNIST and
# Fashion-MNIST and for equal times: [benchmarks](../benchmarks/README.md).

# %%
print(f"bound on held-out digits: {models['vae'].elbo(test_images).mean():.0f} nats")
