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
# # Tables: synthetic rows
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/18_tables.ipynb)
#
# A CTGAN and a TVAE learn the table of breast cancer that comes with scikit-learn, and generate similar rows.
# Are these useful, and do they copy the training rows?

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan[table] @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn import datasets

STEPS = int(os.environ.get("TUTORIAL_STEPS", 1500))

# %% [markdown]
# ## The table
# Ten measures of cell nuclei, and whether they are malignant. A third of the rows is held out.

# %%
raw = datasets.load_breast_cancer(as_frame=True)
frame = raw.frame[[*raw.feature_names[:10], "target"]].copy()
frame["target"] = frame["target"].map({0: "malignant", 1: "benign"})
frame = frame.sample(frac=1.0, random_state=0, ignore_index=True)
train, held_out = frame[:380], frame[380:]
train.head()

# %% [markdown]
# The types of the columns are inferred from the values.

# %%
data = keras_gan.data.table(train, batch_size=100)
for column in data.schema.columns:
    print(f"{column.name:24} {column.kind:10} {column.width} modes or categories")

# %% [markdown]
# ## Two models

# %%
keras.utils.set_random_seed(0)
gan = keras_gan.CTGAN(*keras_gan.networks.ctgan(data.schema), data.schema, ema_decay=0.99, seed=0)
gan.compile()
gan.fit(data, epochs=max(1, STEPS // len(data)), verbose=0)

rows = keras_gan.data.table(train, batch_size=100, schema=data.schema, by_category=False)
vae = keras_gan.TVAE(*keras_gan.networks.tvae(data.schema, latent_dim=16), data.schema, seed=0)
vae.compile()
vae.fit(rows, epochs=max(1, STEPS // len(rows)), verbose=0)
made = {"CTGAN": gan.sample(380, seed=1), "TVAE": vae.sample(380, seed=1)}
made["TVAE"].head()

# %%
keras_gan.plots.columns(train, made["TVAE"], "TVAE")

# %%
keras_gan.plots.columns(train, made["CTGAN"], "CTGAN")

# %% [markdown]
# The plots show correlations of the ten measures. After so few steps the VAE reproduces them and CTGAN nearly
# none: on 380 rows an epoch is three steps, and it needs many thousands of them.

# %%
figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained")
for axis, (name, rows_shown) in zip(axes, {"real": train, **made}.items()):
    axis.imshow(rows_shown.drop(columns="target").corr(), vmin=-1, vmax=1, cmap="RdBu")
    axis.set_title(name)
plt.show()

# %% [markdown]
# ## Rows with given values

# %%
gan.sample(5, where={"target": "malignant", "mean radius": (12, 25)}, seed=2)

# %% [markdown]
# ## Are the rows useful?
# Gradient-boosted trees learn from generated rows, and are scored on the real ones that were held out. The
# similarity of single columns and of pairs is printed beside it.

# %%
tables = keras_gan.metrics.tables
for name, made_rows in {"real rows": train, **made}.items():
    found = tables.efficacy(made_rows, held_out, "target")
    shapes = np.mean(list(tables.column_shapes(held_out, made_rows).values()))
    pairs = np.mean(list(tables.pair_trends(held_out, made_rows).values()))
    print(
        f"{name:10} F1 {found['f1']:.3f}  AUROC {found['auroc']:.3f}  columns {shapes:.3f}  pairs {pairs:.3f}"
    )

# %% [markdown]
# ## Are they copies?
# Generated rows that are nearer to the training rows than to held-out rows would reveal who was in the table.
# For comparison, the last line shows the training rows themselves, as a model that copies would generate
# them.

# %%
for name, made_rows in {**made, "copies": train}.items():
    found = tables.privacy(made_rows, train, held_out, data.schema)
    print(f"{name:8}", {key: round(value, 3) for key, value in found.items()})
