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
# # Video: moving digits
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/20_video.ipynb)
#
# A MoCoGAN learns digits that move in four directions; the direction is the class. Then a second model
# predicts the next frame of digits that bounce.

# %%
import os
import pathlib

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan[video] @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Image

STEPS = int(os.environ.get("TUTORIAL_STEPS", 1800))

# %% [markdown]
# ## The videos
# They are made from the digits of MNIST. Files come from folders in the same way:
# `keras_gan.data.videos("clips", True)`, one folder per class, of GIF, WebP or MP4 files, or of folders of
# frames.

# %%
clips, directions, names = keras_gan.data.moving_digits(2000)
data = keras_gan.data.videos(clips, directions, batch_size=16, class_names=names)
print(data.element_spec, data.fps, "frames a second")
modality = keras_gan.modalities.Video(10, clips.shape[1:])
keras_gan.grid.image_grid(modality.to_pictures(clips[:6], frames=8), 1, "real")

# %% [markdown]
# ## Content and motion
# A frame is generated from a content, which stays the same, the class, and a motion, which a GRU continues
# from frame to frame. One discriminator sees single frames, the other whole videos. The latter also predicts
# the class: it learns the directions from real videos, and the generator must match them.

# %%
keras.utils.set_random_seed(0)
networks = keras_gan.networks.mocogan(
    (16, 32, 32, 1), 32, 8, filters=16, num_classes=4, discriminator_normalization="none"
)
gan = keras_gan.MoCoGAN(*networks, num_classes=4, ema_decay=0.99, seed=0)
Adam = keras_gan.optimizers.Adam
gan.compile(
    Adam(1e-3, 0.0, 0.99), Adam(1e-3, 0.0, 0.99), loss="wasserstein", regularizers=["gradient_penalty"]
)
callbacks = [keras_gan.callbacks.StopAtStep(STEPS)]
history = gan.fit(data, epochs=10_000, verbose=0, callbacks=callbacks).history
print({name: round(values[-1], 2) for name, values in history.items()})

# %% [markdown]
# ## Results
# Four videos of each direction.

# %%
made = gan.generate(16, seed=3, labels=np.repeat(np.arange(4), 4))
modality.write_many(pathlib.Path("digits.gif"), made)
Image("digits.gif")

# %%
keras_gan.grid.image_grid(modality.to_pictures(made[::2], frames=8), 1, "generated")

# %% [markdown]
# Do they move in the requested direction? This is measured by the centre of the bright pixels.


# %%
def moved(videos):
    weights = np.maximum(videos.astype("float64")[..., 0] - 40, 0)
    total = weights.sum((2, 3)) + 1e-9
    y = (weights * np.arange(32)[:, None]).sum((2, 3)) / total
    x = (weights * np.arange(32)).sum((2, 3)) / total
    return x[:, -1] - x[:, 0], y[:, -1] - y[:, 0]


asked = np.arange(200) % 4
dx, dy = moved(gan.generate(200, seed=4, labels=asked))
found = np.where(np.abs(dx) > np.abs(dy), np.where(dx < 0, 0, 1), np.where(dy < 0, 2, 3))
print(f"in the direction that was asked for: {(found == asked).mean():.0%}")
for i, name in enumerate(names):
    plt.scatter(dx[asked == i], -dy[asked == i], label=name, s=8)
plt.xlabel("pixels to the right")
plt.ylabel("pixels up")
plt.legend()
plt.show()

# %% [markdown]
# ## The next frame
# `NextFrame` is a Pix2Pix from four frames to the fifth, with a loss that rewards edges as sharp as the real
# ones. Here digits bounce off the sides.

# %%
bouncing, _, _ = keras_gan.data.moving_digits(1000, bounce=True)
held_out, _, _ = keras_gan.data.moving_digits(100, "test", bounce=True)
pairs = keras_gan.data.next_frames(bouncing, history=4, batch_size=16)
keras.utils.set_random_seed(0)
generator = keras_gan.networks.unet((32, 32, 4), 1, filters=16, dropout=0.0)
discriminator = keras_gan.networks.patchgan((32, 32, 1), 4, receptive_field=16, filters=16)
model = keras_gan.NextFrame(generator, discriminator, ema_decay=0.99, seed=0)
model.compile(Adam(1e-3, 0.5, 0.99), Adam(1e-3, 0.5, 0.99))
_ = model.fit(pairs, epochs=10_000, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(STEPS)])

# %% [markdown]
# Eight frames ahead, each predicted from those before it, compared with two simple rules.

# %%
known, real = held_out[:, :8], held_out[:, 8:16]
predicted = model.continue_videos(known, frames=8)
before = known.astype("float64")
line = before[:, -1:] + np.arange(1, 9)[:, None, None, None] * (before[:, -1:] - before[:, -2:-1])
guesses = {
    "predicted": predicted,
    "the last frame": np.repeat(known[:, -1:], 8, axis=1),
    "linear extrapolation": np.clip(line, 0, 255).astype("uint8"),
}
for name, guess in guesses.items():
    plt.plot(range(1, 9), keras_gan.metrics.videos.psnr_by_horizon(real, guess), label=name)
plt.xlabel("frames ahead")
plt.ylabel("PSNR, dB")
plt.legend()
plt.show()

# %%
rows = np.concatenate([modality.to_pictures(x[:4], frames=8) for x in (real, predicted)])
keras_gan.grid.image_grid(rows[[0, 4, 1, 5, 2, 6, 3, 7]], 1, "real, and predicted below")

# %% [markdown]
# On the command line: `keras-gan train conditional-mocogan`, `keras-gan generate RUN --label up --out up.gif`, `keras-gan train next-frame`, `keras-gan predict RUN VIDEOS`.
