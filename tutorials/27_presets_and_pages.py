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
# # Pretrained models by name, and a page that plays
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/27_presets_and_pages.ipynb)
#
# Models that are trained already are loaded by name. One of each family comes with keras_gan; published checkpoints are
# downloaded once and checked. A trained generator becomes a page that runs in the browser.

# %%
import os
import pathlib
import tempfile

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan[onnx] @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import numpy as np

from keras_gan.grid import image_grid
from keras_gan.presets import PRESETS

STEPS = int(os.environ.get("TUTORIAL_STEPS", 1200))

# %% [markdown]
# ## What there is

# %%
for preset in PRESETS.values():
    print(f"{preset.name:26}{preset.family:14}{preset.summary}")

# %% [markdown]
# ## Use one

# %%
digits = keras_gan.from_preset("digits")
image_grid(digits.generate(32, seed=0), 16)

# %%
emoji = keras_gan.from_preset("emoji")
image_grid(emoji.generate(32, seed=0), 16)

# %% [markdown]
# Furniture by class, as voxels: a row for each class.

# %%
furniture = keras_gan.from_preset("furniture")
labels = np.repeat(np.arange(6), 8)
shapes = furniture.generate(len(labels), seed=1, labels=labels)
image_grid(furniture.modality.to_pictures(shapes), 8, row_names=furniture.class_names)

# %% [markdown]
# Rows of a table, which fulfil conditions.

# %%
keras_gan.from_preset("adult").sample(5, where={"income": ">50K"}, seed=0)

# %% [markdown]
# ## Train on
# A preset is a model like all others: `compile` and `fit`, here with the recipe's optimisers. It sees sevens alone, and its digits
# turn into them.

# %%
images, labels = keras_gan.data.mnist_5k.digits()
sevens = keras_gan.data.from_uint8(images[labels == 7]).numpy()
digits.compile(
    *(keras_gan.optimizers.Adam(1e-3, 0.0, 0.99) for _ in range(2)),
    regularizers=[keras_gan.regularizers.R1Penalty(0.3, interval=4)],
)
stop = keras_gan.callbacks.StopAtStep(5000 + STEPS)
digits.fit(sevens, batch_size=32, epochs=10**6, verbose=0, callbacks=[stop])
image_grid(digits.generate(32, seed=0), 16)

# %% [markdown]
# ## A preset of your own
# A folder with the model, a card, samples and a SHA-256. `"hf://USER/NAME"` in its place writes to the Hugging Face Hub.

# %%
folder = pathlib.Path(tempfile.mkdtemp())
keras_gan.save_to_preset(digits, folder / "sevens", licence="cc-by-sa-3.0")
again = keras_gan.from_preset(folder / "sevens")
print(sorted(path.name for path in (folder / "sevens").iterdir()))
np.array_equal(again.generate(4, seed=0), digits.generate(4, seed=0))

# %% [markdown]
# ## A page that plays
# The generator as ONNX in a page that runs it in the visitor's browser. It sends nothing, and opens from the disk. Its runtime,
# onnxruntime-web, is downloaded once.

# %%
try:
    page = keras_gan.demo.write_demo(digits, folder / "page", title="Sevens")
    print({path.name: f"{path.stat().st_size / 1e6:.1f} MB" for path in sorted((folder / "page").iterdir())})
except OSError as error:  # without a network
    print(error)
