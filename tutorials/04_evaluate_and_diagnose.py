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
# # Evaluate and diagnose: is it good, and if not, why?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/04_evaluate_and_diagnose.ipynb)
#
# The losses of a GAN show little: they are those of a game, and may stand still while images improve. This
# notebook compares generated images with real ones during the training, evaluates a trained generator in
# several ways, and lets the monitor diagnose a training that is broken on purpose.

# %%
import os
import warnings

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import matplotlib.pyplot as plt
import numpy as np

STEPS = int(os.environ.get("TUTORIAL_STEPS", 900))

# %% [markdown]
# ## An extractor
# Distances between images are computed on **features** of a network. For photographs that is
# `Extractor("inception")`, the network of the FID. It was not trained on digits: here a small classifier is
# trained on them, once (it stays in the cache). Values of different extractors cannot be compared.

# %%
train, test = keras_gan.data.load("mnist_5k", splits=("train", "test"), batch_size=50)
labelled = keras_gan.data.load("mnist_5k", splits=("train", "test"), batch_size=50, labels=True)
extractor = keras_gan.metrics.train_extractor(*labelled)

# %% [markdown]
# ## Metrics in `fit`
# They are logged beside the losses as `val_fid`, `val_precision` ... Each validation generates as many images
# as the validation data have, with the EMA generator, always from the same latents. `ModelCheckpoint` keeps
# the best.

# %%
keras.utils.set_random_seed(0)
gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=32), seed=0)
gan.compile(
    metrics=[
        keras_gan.metrics.FrechetDistance(extractor),
        keras_gan.metrics.PRDC(extractor),
        keras_gan.metrics.InceptionScore(extractor.classifier, splits=2),
    ],
)
monitor = keras_gan.callbacks.TrainingMonitor(classifier=extractor.classifier)
epochs = max(2, STEPS // 90)
with warnings.catch_warnings():
    # 500 images are few for 128 features, and the metric says so at every validation.
    warnings.simplefilter("ignore")
    history = gan.fit(
        train,
        epochs=epochs,
        steps_per_epoch=min(90, STEPS),
        validation_data=test,
        verbose=0,
        callbacks=[
            monitor,
            keras.callbacks.ModelCheckpoint("best.keras", monitor="val_fid", mode="min", save_best_only=True),
        ],
    )
keras_gan.plots.history(
    history,
    ["d_loss", "g_loss", "val_fid", "val_precision", "val_recall", "val_coverage", "val_inception_score"],
)

# %% [markdown]
# **Precision** and **density** measure how many images are good, **recall** and **coverage** how much of the
# real variety is present. A generator that makes one perfect digit has precision 1 and recall near 0.

# %%
best = keras.saving.load_model("best.keras")
keras_gan.plots.grid(
    best.generate(40, seed=1), 10, f"the best epoch: fid {min(history.history['val_fid']):.2f}"
)

# %% [markdown]
# ## More images, more metrics
# `metrics.evaluate`, or `keras-gan evaluate RUN --reference mnist_5k` in a shell, reports with each value
# what it depends on. KID has no bias from the number of images; MS-SSIM near that of real images means that
# images differ as much.

# %%
source = np.concatenate([keras_gan.data.to_uint8(images) for images in train])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    figures = keras_gan.metrics.evaluate(
        best.generate(1000, seed=1), source, extractor, ["fid", "kid", "prdc", "ms_ssim"], n=1000
    )
for name, figure in figures.items():
    print(f"{name:14}{figure['value']:8.3f}   of {figure['n_generated']} against {figure['n_reference']}")

# %% [markdown]
# ## Does it copy?
# Each generated digit beside the nearest training images, and the same distances of held-out digits.

# %%
generated = best.generate(6, seed=2)
flat = [x.reshape(len(x), -1).astype("float32") for x in (generated, source)]
_, nearest = keras_gan.metrics.functional.nearest_neighbors(*flat, k=7)
rows = np.concatenate(
    [np.concatenate([image[None], source[near]]) for image, near in zip(generated, nearest)]
)
keras_gan.plots.grid(rows, 8, "generated | its nearest training images")

# %%
held_out = np.concatenate([keras_gan.data.to_uint8(images) for images in test])
some = best.generate(500, seed=3)
flat = [x.reshape(len(x), -1).astype("float32") for x in (some, source, held_out)]
found = keras_gan.metrics.functional.memorization(*flat)
print(f"{found['memorized']:.1%} of 500 lie nearer to a training image than 99% of held-out digits do")
figure, axis = plt.subplots(figsize=(5, 2.5))
for name, values in (("generated", found["distance"]), ("held out", found["held_out_distance"])):
    axis.hist(values, 40, alpha=0.5, density=True, label=name)
axis.set(xlabel="distance to the nearest training image")
axis.legend()
plt.show()

# %% [markdown]
# ## Logits of the discriminator, and interpolation between digits

# %%
keras_gan.plots.logits(gan, np.concatenate(list(train))[:1000], held_out=np.concatenate(list(test)))

# %%
keras_gan.plots.interpolation(best, rows=4, columns=10)

# %% [markdown]
# ## The monitor
# It checked the training now and then, which took at most 2% of the time, and found:

# %%
print(f"{len(monitor.looks)} looks, findings: {[str(finding) for finding in monitor.findings] or 'none'}")

# %% [markdown]
# Now a training that is broken: the discriminator learns a hundred times too fast. The losses alone do not
# show this; the monitor reports the failure, the step it began at, and what to try.

# %%
keras.utils.set_random_seed(0)
broken = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=32), seed=0)
broken.compile(discriminator_optimizer=keras.optimizers.Adam(2e-2, 0.5))
watch = keras_gan.callbacks.TrainingMonitor("stop", every=max(1, min(50, STEPS // 3)), budget=None)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    broken.fit(
        train, epochs=max(1, STEPS // 180), steps_per_epoch=min(90, STEPS), verbose=0, callbacks=[watch]
    )
for finding in watch.findings:
    print(finding)
keras_gan.plots.grid(broken.generate(20, seed=0), 10, f"after {watch.looks[-1]['step']} steps")

# %% [markdown]
# `TrainingMonitor("rollback")` goes back to the last good checkpoint and halves the learning rates instead.
# After `keras-gan train`, `keras-gan report runs/dcgan` puts all of this on one page.
