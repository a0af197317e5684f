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
# # Medical images: volumes, units, patches, and leakage
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/17_medical.ipynb)
#
# DICOM series and NIfTI volumes are read in their own units (Hounsfield units of a CT), converted to slices,
# and back. The files of this tutorial are small test files that come with the packages; nothing here is a
# clinical result.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan[medical] @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import nibabel.testing
import numpy as np
import pydicom.data

STEPS = int(os.environ.get("TUTORIAL_STEPS", 600))

# %% [markdown]
# ## A CT slice in Hounsfield units
# Rescale slope and intercept are applied. A window determines which values become black and white.

# %%
(ct,) = keras_gan.data.read_volumes(pydicom.data.get_testdata_file("CT_small.dcm"))
print("values", ct.values.min(), "to", ct.values.max(), "HU; pixels of", ct.spacing)
windows = [keras_gan.data.slices_of(ct, window)[0] for window in ((-1000, 1000), (-160, 240), (-1000, -400))]
keras_gan.grid.image_grid(np.stack(windows), 3, "whole range, soft tissue, lung")

# %% [markdown]
# ## Slices of a volume
# A NIfTI volume, cut along each of its axes. A folder of such files is a data set:
# `keras_gan.data.load("folder:scans")`, or `--dataset folder:scans` on the command line; its `value_range` is
# part of the data set's name.

# %%
file = nibabel.testing.data_path / "anatomical.nii"
volumes = [keras_gan.data.read_volumes(file, axis)[0] for axis in ("axial", "coronal", "sagittal")]
window = (0.0, float(np.quantile(volumes[0].values, 0.999)))
views = [keras_gan.data.slices_of(volume, window, size=(40, 40), fit="pad") for volume in volumes]
print([view.shape for view in views])
keras_gan.grid.image_grid(np.concatenate([view[[8, 11, 14, 17]] for view in views]), 4, "three axes")

# %% [markdown]
# ## Patches to train on, and a lesion to find
# One small head is little data, so patches of 16 x 16 pixels along all axes are used. Every fifth slice is
# held out, with one on each side left out.

# %%
keras.utils.set_random_seed(0)
place = [np.arange(len(view)) % 5 for view in views]
train = np.concatenate(
    [view[p == 2] for view, p in zip(views, place, strict=True)]
    + [view[p == 3] for view, p in zip(views, place, strict=True)]
)
held_out = np.concatenate([view[p == 0] for view, p in zip(views, place, strict=True)])
patches = keras_gan.data.patches(train, 16, overlap=0.75)
patches = patches[(patches > 40).mean((1, 2, 3)) > 0.2]
print(len(patches), "patches of", len(train), "slices;", len(held_out), "held-out slices")
detector = keras_gan.GANomaly(*keras_gan.networks.ganomaly((16, 16, 1), 16, filters=16), seed=0)
detector.compile()
data = keras_gan.data.from_arrays(patches, batch_size=64, flip=True)
detector.fit(data, epochs=10**6, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(STEPS)])

damaged, masks = held_out.copy(), np.zeros(held_out.shape[:3], bool)
rows, columns = np.indices((40, 40))
for image, mask in zip(damaged, masks, strict=True):
    y, x = np.argwhere(image[..., 0] > 60)[len(np.argwhere(image[..., 0] > 60)) // 2]
    mask[(rows - y) ** 2 + (columns - x) ** 2 <= 9] = True
    image[mask] = np.clip(image[mask].astype(int) + 110, 0, 255)
both = np.concatenate([held_out, damaged])
anomalous = np.repeat([False, True], len(held_out))
figures = detector.measure(both, anomalous, np.concatenate([0 * masks, masks]).astype(bool), overlap=0.75)
print({name: round(value, 3) for name, value in figures.items()})
shown = np.argsort(-masks.sum((1, 2)))[:8]
maps = keras_gan.grid.as_levels(detector.heatmap(damaged[shown], overlap=0.75))
keras_gan.grid.image_grid(np.concatenate([damaged[shown], maps]), 8, "a painted lesion each; heat maps")

# %% [markdown]
# ## Images in the scan's units, and leakage
# A GAN of patches generates images in the units of the scan. Measure whether it reveals its training data,
# never assume it: `memorized` is about .01 for a generator that does not copy, and the membership test is .5
# if distances to generated images do not distinguish training patches from held-out ones. Here this test is easy to
# pass: the slices of the three axes cross each other, so that held-out ones share voxels with those trained on.

# %%
gan = keras_gan.recipes.build("r1", (16, 16, 1), steps=STEPS, seed=0)
gan.fit(data, epochs=10**6, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(STEPS)])
made = gan.generate(500, seed=0)
others = keras_gan.data.patches(held_out, 16, overlap=0.75)
others = others[(others > 40).mean((1, 2, 3)) > 0.2]
units = keras_gan.data.to_units(made, window)
print(
    f"generated values {units.min():.0f} to {units.max():.0f}, of the scan {window[0]:.0f} to {window[1]:.0f}"
)
flat = [x.reshape(len(x), -1).astype("float64") for x in (made, patches, others)]
print("memorized", round(keras_gan.metrics.functional.memorization(*flat)["memorized"], 3))
print("membership AUROC", round(keras_gan.metrics.detection.membership_auroc(*flat), 3))
keras_gan.grid.image_grid(made[:32], 16, "generated patches")

# %% [markdown]
# Write slices back into a file with the affine of the scan:
# `keras_gan.data.write_nifti(values, "made.nii.gz", like=volume)`.

# %%
back = keras_gan.data.to_units(keras_gan.data.slices_of(volumes[0], window)[..., 0], window)
keras_gan.data.write_nifti(back, "anatomical_again.nii.gz", like=volumes[0])
difference = np.abs(back - volumes[0].values.clip(*window)).max()
print(f"largest difference after 8 bits: {difference:.0f}, a step is {(window[1] - window[0]) / 255:.0f}")
os.remove("anatomical_again.nii.gz")
