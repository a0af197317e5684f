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
# # Explain: saliency, units, balance
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/22_explain.ipynb)
#
# A GAN of handwritten digits is trained. Then we look at which pixels its discriminator depends on, which
# units of the generator draw strokes, and which digits it generates too rarely.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import numpy as np

from keras_gan import explain
from keras_gan.grid import as_colour, image_grid, interleave

STEPS = int(os.environ.get("TUTORIAL_STEPS", 800))

# %% [markdown]
# ## A GAN of digits

# %%
keras.utils.set_random_seed(0)
train, held_out = keras_gan.data.load("mnist_5k", splits=("train", "test"), labels=True, batch_size=64)
networks = keras_gan.networks.dcgan(
    (28, 28, 1), latent_dim=64, filters=32, discriminator_normalization="none"
)
gan = keras_gan.GAN(*networks, seed=0)
gan.compile(regularizers=[keras_gan.regularizers.R1Penalty(0.1, interval=4)])
digits = train.map(lambda images, labels: images)
_ = gan.fit(digits, epochs=100, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(STEPS)])
image_grid(gan.generate(32, seed=0), 8)

# %% [markdown]
# ## What the discriminator depends on
# Red pixels raise the logit ("real"), blue ones lower it. The sum of integrated gradients is the logit of the
# image minus that of a grey image.

# %%
real = keras_gan.data.to_uint8(next(iter(held_out))[0][:6]).numpy()
rows = [as_colour(real)]
for method in ("gradient", "integrated", "occlusion", "grad_cam"):
    rows.append(explain.overlay(real, explain.saliency(gan, real, method), 0.8))
image_grid(interleave(rows), 5, "image | gradient | integrated | occlusion | grad_cam")

# %%
maps = explain.saliency(gan, real, "integrated", steps=100)
scaled = real.astype("float32") / 127.5 - 1
logits = [np.asarray(gan.discriminate(x, training=False))[:, 0] for x in (scaled, 0 * scaled)]
print("sums of the maps  ", maps.sum(axis=(1, 2, 3)).round(3))
print("logit less grey's ", (logits[0] - logits[1]).round(3))

# %% [markdown]
# ## Which units draw strokes
# Each unit of a layer is compared with the regions where an image is brighter than the mean of all images;
# the best units are then switched off. The agreement is a hint; the effect is the proof.

# %%
level = gan.generate(256, seed=1).mean()
stroke = lambda images: images[..., 0] > level
found = explain.dissect(gan, {"stroke": stroke}, samples=256)
ranking = found.ranking("stroke")
print("layer", found.layer, "best", [(unit, round(iou, 3)) for unit, iou in ranking[:4]])
best, worst = ([unit for unit, _ in part] for part in (ranking[:16], ranking[-16:]))
for name, units in (("the 16 best", best), ("the 16 worst", worst)):
    effect = explain.causal_effect(gan, units, stroke, found.layer, n=128)
    print(f"strokes are {effect['as_is']:.3f} of the pixels, without {name} units {effect['ablated']:.3f}")

# %%
rows = [gan.generate(10, seed=0), *(explain.ablate(gan, units, found.layer, n=10) for units in (best, worst))]
image_grid(np.concatenate(rows), 10, row_names=["as it is", "without the 16 best", "without the 16 worst"])

# %% [markdown]
# ## Which digits are generated too rarely
# A classifier that was trained on the data counts the digits of generated and real images; shares that differ
# significantly are marked.

# %%
extractor = keras_gan.features.train_extractor(train, held_out, verbose=False)
classes = lambda images: np.asarray(extractor.classifier(images)).argmax(axis=1)
data = np.concatenate([keras_gan.data.to_uint8(images).numpy() for images, _ in train])
print(f"accuracy of the classifier on held-out digits: {extractor.accuracy:.1%}")
for row in explain.attribute_balance(gan, classes, data, names=list("0123456789"), samples=2000):
    low, high = row.difference_interval
    mark = "<- differs" if row.differs else ""
    print(
        f"{row.name}: generated {row.generated:.3f}, data {row.data:.3f} ({low:+.3f} to {high:+.3f}) {mark}"
    )

# %% [markdown]
# On the command line: `keras-gan explain RUN` writes the sheets and tables of a run; `--classifier FILE.keras` adds the balance.
