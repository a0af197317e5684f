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
# # Federated training: data that stay where they are
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/24_federated.ipynb)
#
# Five clients have two digits each. A GAN of all ten digits is trained by exchanging only their weights. This
# notebook runs the algorithm in one process; [federated/run.sh](federated) runs it over Flower, with a server
# and clients as processes.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import numpy as np

from keras_gan.grid import image_grid

ROUNDS, LOCAL_STEPS = max(1, int(os.environ.get("TUTORIAL_STEPS", 400)) // 20), 20

# %% [markdown]
# ## Five clients

# %%
train, held_out = keras_gan.data.load("mnist_5k", splits=("train", "test"), labels=True, batch_size=500)
images, labels = (np.concatenate(parts) for parts in zip(*train, strict=True))
clients = {f"digits {2 * i} and {2 * i + 1}": images[labels // 2 == i] for i in range(5)}
print({name: len(data) for name, data in clients.items()})
samples = np.concatenate([keras_gan.data.to_uint8(data[:8]).numpy() for data in clients.values()])
image_grid(samples, 8, row_names=list(clients))


# %%
def make():
    """The same networks everywhere, without batch normalisation: clients' statistics differ."""
    keras.utils.set_random_seed(0)
    networks = keras_gan.networks.dcgan(
        (28, 28, 1), latent_dim=64, filters=16, discriminator_normalization="none"
    )
    gan = keras_gan.GAN(*networks, seed=0)
    gan.compile(regularizers=[keras_gan.regularizers.R1Penalty(0.1, interval=4)])
    return gan


# %% [markdown]
# ## Both players averaged

# %%
found = keras_gan.federated.simulate(make, clients, ROUNDS, local_steps=LOCAL_STEPS)
print({name: round(value, 3) for name, value in found.history[-1].items()})
image_grid(found.gan.generate(40, seed=0), 10)

# %% [markdown]
# ## One client alone
# It generates its own two digits.

# %%
name, data = next(iter(clients.items()))
alone = make()
_ = alone.fit(
    data,
    batch_size=32,
    epochs=1000,
    verbose=0,
    callbacks=[keras_gan.callbacks.StopAtStep(ROUNDS * LOCAL_STEPS)],
)
image_grid(alone.generate(20, seed=0), 10, name)

# %% [markdown]
# ## Which digits are made

# %%
extractor = keras_gan.features.train_extractor(train, held_out, verbose=False)
for title, gan in (("federated", found.gan), (name, alone)):
    digits = np.asarray(extractor.classifier(gan.generate(1000, seed=1))).argmax(axis=1)
    print(title, np.bincount(digits, minlength=10))

# %% [markdown]
# ## Private updates
# Clipped and noisy updates of the discriminator alone; the server trains the generator. With five clients so
# much noise leaves little to learn: this kind of privacy is meant for thousands of clients.

# %%
options = {
    "average": "discriminator",
    "clip": 0.5,
    "noise": 1.0,
    "local_steps": LOCAL_STEPS,
    "generator_steps": LOCAL_STEPS,
}
private = keras_gan.federated.simulate(make, clients, 3, **options) if ROUNDS > 1 else None
if private:
    print([{name: round(row[name], 3) for name in ("epsilon", "bytes")} for row in private.history])
