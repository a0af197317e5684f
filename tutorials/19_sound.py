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
# # Sound: drums by class
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/19_sound.ipynb)
#
# A WaveGAN learns to generate the samples of kicks, snares and hi-hats; a spectrogram is converted back to
# sound by Griffin and Lim's algorithm.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan[audio] @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Audio

STEPS = int(os.environ.get("TUTORIAL_STEPS", 1500))
RATE, LENGTH, NAMES = 8000, 4096, ["kick", "snare", "hihat"]

# %% [markdown]
# ## The sounds
# They are synthesised here, each one different: a kick is a tone that falls, a snare a tone with noise, a
# hi-hat high noise that ends soon. Files come from folders in the same way:
# `keras_gan.data.sounds("drums", True)`, one folder per class.

# %%
random = np.random.default_rng(0)
time = np.arange(LENGTH) / RATE


def kick():
    hertz = random.uniform(45, 70) + random.uniform(60, 150) * np.exp(-time * random.uniform(15, 40))
    return np.sin(2 * np.pi * np.cumsum(hertz) / RATE) * np.exp(-time * random.uniform(8, 16))


def snare():
    tone = np.sin(2 * np.pi * random.uniform(160, 240) * time) * np.exp(-time * random.uniform(20, 35))
    return 0.6 * tone + random.normal(size=LENGTH) * np.exp(-time * random.uniform(12, 25))


def hihat():
    noise = np.diff(np.diff(random.normal(size=LENGTH + 2)))
    return noise * np.exp(-time * random.uniform(30, 80))


labels = np.arange(300) % 3
sounds = [make() for make in [kick, snare, hihat] * 100]
sounds = np.stack([0.9 * sound / np.abs(sound).max() for sound in sounds])
data = keras_gan.data.sounds(sounds, labels, rate=RATE, batch_size=32, class_names=NAMES)
print(data.element_spec)

# %% [markdown]
# Sounds are shown as spectrograms, with time to the right and pitch upwards.

# %%
modality = keras_gan.modalities.Audio(RATE, (LENGTH, 1))
keras_gan.grid.image_grid(modality.to_pictures(sounds[:12, :, None]), 3, " | ".join(NAMES))

# %% [markdown]
# ## The game
# The published WaveGAN takes five discriminator steps with a gradient penalty for each generator step. One
# step with R1 gets further in a short time; parts are exchanged as in any other model.

# %%
keras.utils.set_random_seed(0)
networks = keras_gan.networks.wavegan(LENGTH, 64, filters=16, num_classes=3)
gan = keras_gan.WaveGAN(*networks, rate=RATE, num_classes=3, ema_decay=0.99, seed=0)
Adam = keras_gan.optimizers.Adam
gan.compile(
    Adam(1e-3, 0.0, 0.99),
    Adam(1e-3, 0.0, 0.99),
    loss="non_saturating",
    regularizers=[keras_gan.regularizers.R1Penalty(1.0, interval=4)],
    discriminator_steps=1,
)
history = gan.fit(
    data,
    epochs=max(1, STEPS // 9),
    verbose=0,
    callbacks=[keras_gan.callbacks.SampleGrid("drums", columns=4, every_steps=250)],
)

# %%
figure, axes = plt.subplots(figsize=(7, 3))
for name in ("d_loss", "g_loss"):
    axes.plot(history.history[name], label=name)
axes.set_xlabel("epoch")
_ = axes.legend()

# %% [markdown]
# `drums/` has a grid and a WAV file of all its sounds for each 250 steps. Here are four of each class:

# %%
made = gan.generate(12, seed=0, labels=list(range(3)) * 4)
keras_gan.grid.image_grid(modality.to_pictures(made), 3, " | ".join(NAMES))

# %%
pause = np.zeros(RATE // 4)
Audio(np.concatenate([part for sound in made[:6, :, 0] for part in (sound, pause)]), rate=RATE)

# %% [markdown]
# ## Do the sounds fit their class?
# Half of a kick's energy lies below some frequency, and half of a hi-hat's below a much higher one. The
# classes are separate; the hi-hats are more similar to each other than the real ones, because the training
# was so short.


# %%
def middle(sounds):
    """Hertz below which half of a sound's energy lies."""
    energy = np.cumsum(np.abs(np.fft.rfft(sounds, axis=1)) ** 2, axis=1)
    return (energy < 0.5 * energy[:, -1:]).sum(1) * RATE / LENGTH


many = gan.generate(150, seed=1, labels=list(range(3)) * 50)[..., 0]
figure, axes = plt.subplots(figsize=(7, 3))
for i, name in enumerate(NAMES):
    axes.scatter(
        middle(sounds[labels == i])[:50], [i + 0.1] * 50, marker="|", color=f"C{i}", label=f"{name}, real"
    )
    axes.scatter(middle(many[i::3]), [i - 0.1] * 50, marker="x", color=f"C{i}", label=f"{name}, made")
axes.set_xlabel("Hz")
_ = axes.set_yticks(range(3), NAMES)

# %% [markdown]
# ## Spectrograms, and back
# SpecGAN generates spectrograms as images, with any image network. A spectrogram has no phases: `to_sounds`
# searches for phases that fit. Here is a drum that was converted to a spectrogram and back:

# %%
front_end = keras_gan.data.Spectrograms(RATE, fft=128, hop=64).fit(sounds[..., None])
images = front_end.to_images(sounds[:3, :, None])
back = front_end.to_sounds(images, iterations=60)
print("an image:", images.shape[1:])
keras_gan.grid.image_grid(
    np.concatenate([modality.to_pictures(x) for x in (sounds[:3, :, None], back)]), 3, "real, and back"
)

# %% [markdown]
# ## Export

# %%
gan.export("drums_model")
print(sorted(path.name for path in __import__("pathlib").Path("drums_model").iterdir()))
