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
# # ProGAN: a GAN that grows
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/08_progan.ipynb)
#
# It begins with images of 4 x 4 and doubles their size when those are learnt; new layers fade in. All this
# happens in one `fit`: the number of real images shown determines the stage. Data: 5,000 handwritten digits,
# at 32 x 32.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import matplotlib.pyplot as plt

IMAGES = int(os.environ.get("TUTORIAL_STEPS", 2500)) * 16

# %% [markdown]
# ## Networks and schedule
# `filters` are the channels at 4, 8, 16 and 32; left out, they are the paper's. A stage is stable for
# `stable_images`, and fades in over `fade_images`. Nothing is lost when a stage begins: all weights and the
# optimisers' states exist from the start.

# %%
keras.utils.set_random_seed(0)
batches = keras_gan.data.load("mnist_5k", image_size=32, batch_size=16)
networks = keras_gan.networks.progan((32, 32, 1), latent_dim=64, filters=[64, 64, 32, 16])
part = IMAGES // 7  # four stages and three fades
gan = keras_gan.ProGAN(*networks, fade_images=part, stable_images=part, ema_decay=0.99, seed=0)
gan.compile()  # WGAN-GP with drift, Adam(0.001, 0, 0.99)
reals = keras_gan.data.to_uint8(next(iter(batches))).numpy()
print(gan.images_to_full_size, "images until the end;", gan.generator.sizes)
keras_gan.grid.image_grid(reals, 16, "real")

# %% [markdown]
# ## One `fit`
# The callback keeps samples of each epoch; the generator's images always have the full size, with each pixel
# repeated.

# %%
samples = []


class Samples(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        samples.append((self.model.generator.size, self.model.generate(8, seed=0)))


epochs = max(1, round(gan.images_to_full_size / (16 * len(batches)) / 0.25))
history = gan.fit(
    batches,
    epochs=epochs,
    steps_per_epoch=max(1, len(batches) // 4),
    verbose=0,
    callbacks=[Samples()],
).history

fig, axes = plt.subplots(1, 2, figsize=(9, 2.5))
axes[0].plot(history["image_size"], label="size")
axes[0].plot([32 * a for a in history["alpha"]], label="32 alpha")
axes[0].legend()
axes[1].plot(history["d_loss"], label="d_loss")
axes[1].legend()
plt.show()

# %%
stages = {size: images for size, images in samples}
keras_gan.grid.image_grid(
    [image for images in stages.values() for image in images], 8, "the end of each stage"
)

# %% [markdown]
# ## Saved in the middle, resumed
# `gan.save` keeps the stage, the images shown and both optimisers, also in the middle of a fade; `fit`
# continues as if it had not been interrupted.

# %%
os.makedirs("runs", exist_ok=True)
gan.save("runs/progan.keras")
again = keras.saving.load_model("runs/progan.keras")
print(
    again.generator.size,
    int(again.state.images_shown),
    bool((again.generate(2, seed=1) == gan.generate(2, seed=1)).all()),
)
