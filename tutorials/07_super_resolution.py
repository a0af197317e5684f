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
# # Super-resolution: SRGAN, and images of any size
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/07_super_resolution.ipynb)
#
# Photographs at half their size are enlarged again. First the network minimises the pixel error, as an
# SRResNet (here BasicSR's, which begins with a bilinear enlargement and adds to it); its images are smooth.
# Then a discriminator is added, so that the images look real. Data: the photographs of scikit-image. With
# your own: `keras_gan.data.low_high("folder:photographs", 4, crop=96)`.

# %%
import os

try:
    import skimage

    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan[tutorials] @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import skimage

    import keras_gan

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from PIL import Image

STEPS = int(os.environ.get("TUTORIAL_STEPS", 1200))

# %% [markdown]
# ## Large and small
# Each batch has random parts of random photographs and the same parts at half their size (bicubic, antialiased).
# `degradation="real"` would blur, add noise and compress too. One photograph is held out.

# %%
train = [getattr(skimage.data, name)() for name in ("astronaut", "coffee", "rocket", "immunohistochemistry")]
batches = keras_gan.data.low_high(train, 2, crop=48, batch_size=16)
print(batches.element_spec)

cat = skimage.data.chelsea()[:300, :448]
small = np.asarray(Image.fromarray(cat).resize((224, 150), Image.BICUBIC))

# %% [markdown]
# ## One `fit`, two phases
# For `pretraining_steps` the discriminator rests. In the paper the adversarial phase compares VGG19's
# features (`regularizers=[keras_gan.regularizers.PerceptualPenalty()]`, the default, whose weights Keras
# downloads); here the pixel loss continues beside the adversarial loss.

# %%
keras.utils.set_random_seed(0)
gan = keras_gan.SRGAN(
    keras_gan.networks.msrresnet(2, filters=32, blocks=4),
    keras_gan.networks.srgan_discriminator((48, 48, 3), filters=16, units=64),
    pretraining_steps=STEPS * 2 // 3,
    pixel_weight=1.0,
    adversarial_weight=2e-3,
    seed=0,
)
gan.compile(
    regularizers=[],
    generator_optimizer=keras.optimizers.Adam(5e-4),
    discriminator_optimizer=keras.optimizers.Adam(1e-4),
)


def train_to(step):
    callbacks = [keras_gan.callbacks.StopAtStep(step), keras_gan.callbacks.Progress(step)]
    return gan.fit(batches, epochs=10**6, verbose=0, callbacks=callbacks)


train_to(gan.pretraining_steps)
smooth = keras.models.clone_model(gan.generator)
smooth.set_weights(gan.generator.get_weights())
smooth_cat = gan.upscale(small)
history = train_to(STEPS)
sharp_cat = gan.upscale(small)

# %% [markdown]
# ## Compare, and measure
# `upscale` takes one image of any size and processes it in tiles.

# %%
bicubic = np.asarray(Image.fromarray(small).resize((448, 300), Image.BICUBIC))
pictures = {"bicubic": bicubic, "pixel loss alone": smooth_cat, "adversarial": sharp_cat, "original": cat}
figure, axes = plt.subplots(1, 4, figsize=(16, 4.5))
for axis, (name, picture) in zip(axes, pictures.items(), strict=True):
    figures = [
        metric(cat[None], picture[None], channels="y", border=2)[0]
        for metric in (keras_gan.metrics.psnr, keras_gan.metrics.ssim)
    ]
    axis.imshow(picture[60:180, 120:260])
    axis.set_title(name if picture is cat else "{}\n{:.2f} dB, SSIM {:.3f}".format(name, *figures))
    axis.axis("off")
plt.show()

# %%
plt.figure(figsize=(12, 8))
plt.imshow(sharp_cat)
plt.axis("off")
plt.show()

# %% [markdown]
# ## Between the two
# `interpolate` mixes the weights of the two networks, from smooth to sharp.

# %%
figure, axes = plt.subplots(1, 3, figsize=(12, 4))
for axis, alpha in zip(axes, (0.0, 0.5, 1.0), strict=True):
    network = keras_gan.networks.interpolate(smooth, gan.generator, alpha)
    output = keras_gan.data.to_uint8(network(keras_gan.data.from_uint8(small[None])))[0]
    axis.imshow(output[60:180, 120:260])
    axis.set_title(f"{alpha:.0%} adversarial")
    axis.axis("off")
plt.show()

# %% [markdown]
# ## Export, and the command line
# ```
# keras-gan train srgan --dataset folder:photographs --crop 48 --factor 2
# keras-gan upscale runs/srgan picture.jpg
# ```

# %%
exported = tf.saved_model.load(gan.export("runs/srgan_model"))
print(exported.translate(small[None]).shape)
