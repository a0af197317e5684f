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
# # Detect generated images, and mark them
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/23_detect_and_mark.ipynb)
#
# A detector learns to distinguish a GAN's digits from real ones, and we see when it fails. Then a message of
# 16 bits is hidden in images, and a generator learns to write it into all its images. Last, files record
# which program made them.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan[trust] @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import numpy as np

from keras_gan import trust
from keras_gan.grid import image_grid

STEPS = int(os.environ.get("TUTORIAL_STEPS", 1200))

# %% [markdown]
# ## A GAN of digits

# %%
keras.utils.set_random_seed(0)
train, held_out = keras_gan.data.load("mnist_5k", splits=("train", "test"), batch_size=32)
networks = keras_gan.networks.dcgan(
    (28, 28, 1), latent_dim=64, filters=32, discriminator_normalization="none"
)
gan = keras_gan.GAN(*networks, seed=0)
gan.compile(regularizers=[keras_gan.regularizers.R1Penalty(0.1, interval=4)])
_ = gan.fit(train, epochs=100, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(STEPS)])
image_grid(gan.generate(32, seed=0), 8)

# %% [markdown]
# ## Two detectors
# Both learn from 2,000 real and 2,000 generated digits. AUROC is measured on other images, after the changes
# that images undergo when they are shared.

# %%
real = np.concatenate([keras_gan.data.to_uint8(images).numpy() for images in train])
test = np.concatenate([keras_gan.data.to_uint8(images).numpy() for images in held_out])
names = ["none", "jpeg 75", "resize .5", "crop .8", "blur 1"]
for detector in (trust.SpectrumDetector(), trust.ResidualDetector(epochs=8)):
    detector.fit(real[:2000], gan.generate(2000, seed=1))
    found = trust.robustness(detector, test, gan.generate(len(test), seed=2), names)
    print(type(detector).__name__, {name: round(value, 3) for name, value in found.items()})

# %% [markdown]
# ## A watermark
# The encoder hides 16 bits in digits, the decoder reads them after JPEG, new sizes, crops, blur and noise.

# %%
MESSAGE = "1011001011110000"
mark = keras_gan.Watermark(*keras_gan.networks.watermark((28, 28, 1), bits=16), seed=0)
mark.compile(distortion=keras_gan.schedules.LinearRise(60.0, steps=max(STEPS // 2, 1), begin=STEPS // 4))
_ = mark.fit(train, epochs=100, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(STEPS)])
marked = mark.embed(test, MESSAGE)
for name in names:
    changed = trust.PERTURBATIONS[name](marked)
    right = (mark.decode(changed) == mark.bits_of(MESSAGE)).mean()
    print(
        f"{name:<10} bits right {right:.3f}, median p-value {np.median(mark.p_values(changed, MESSAGE)):.1e}"
    )
print(f"without the message: median p-value {np.median(mark.p_values(test, MESSAGE)):.2f}")
image_grid(np.concatenate([test[:8], marked[:8]]), 8, row_names=["before", "with message"])

# %% [markdown]
# ## A generator that writes it
# The generator learns to generate the same images as before, with the message in them.

# %%
writer = keras_gan.WatermarkedGenerator(gan.ema_generator, mark.encoder, mark.decoder, MESSAGE, seed=0)
writer.compile(distortion=keras_gan.schedules.LinearRise(60.0, steps=max(STEPS // 2, 1)))
_ = writer.fit(train, epochs=100, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(STEPS)])
made = writer.generate(256, seed=3)
for name in names:
    right = (mark.decode(trust.PERTURBATIONS[name](made)) == mark.bits_of(MESSAGE)).mean()
    print(f"{name:<10} bits right {right:.3f}")
image_grid(np.concatenate([gan.generate(8, seed=3), made[:8]]), 8, row_names=["before", "with message"])

# %% [markdown]
# ## Files that record their origin
# `keras-gan generate` and sample grids do this automatically; `keras-gan trust inspect FILE` reads it, and
# `trust.sign` adds a signature (C2PA).

# %%
about = keras_gan.provenance.about("GAN", step=STEPS, seed=3)
keras_gan.provenance.save(image_grid(made[:16], 8), "made.png", about)
trust.inspect("made.png")
