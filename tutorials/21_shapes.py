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
# # Shapes: voxels, meshes, and volumes from images alone
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/21_shapes.ipynb)
#
# A 3D-GAN learns tables and chairs of voxels; its shapes become meshes. Then a pi-GAN is trained on images of
# such shapes alone, each from an unknown angle, and learns the volume behind them.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan[shapes] @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import numpy as np

STEPS = int(os.environ.get("TUTORIAL_STEPS", 500))
SIZE, NAMES = 16, ["table", "chair"]

# %% [markdown]
# ## The shapes
# They are generated here, each one different. Files come from folders in the same way:
# `keras_gan.data.shapes("furniture", True)`, of `.npz` files or of closed meshes.

# %%
random = np.random.default_rng(0)


def furniture(is_chair):
    voxels = np.zeros((SIZE,) * 3, bool)
    wide, deep, top = random.integers(4, 7), random.integers(3, 6), random.integers(6, 10)
    x, z = slice(8 - wide, 8 + wide), slice(8 - deep, 8 + deep)
    voxels[x, top : top + 2, z] = True
    for left in (8 - wide, 8 + wide - 2):
        for front in (8 - deep, 8 + deep - 2):
            voxels[left : left + 2, 2:top, front : front + 2] = True
    if is_chair:
        voxels[x, top : top + random.integers(4, 6), 8 - deep : 8 - deep + 2] = True
    return voxels


labels = np.arange(256) % 2
shapes = np.stack([furniture(label) for label in labels])
data = keras_gan.data.shapes(shapes, labels, batch_size=16, mirror=True, class_names=NAMES)
modality = keras_gan.modalities.Voxels((SIZE, SIZE, SIZE, 1))
keras_gan.grid.image_grid(modality.to_pictures(shapes[:16, ..., None]), 8, "real")

# %% [markdown]
# ## 3D-GAN
# In the published version the discriminator waits while it is too good. WGAN-GP learns thin shapes faster.

# %%
keras.utils.set_random_seed(0)
networks = keras_gan.networks.gan3d(SIZE, 32, filters=16, num_classes=2, discriminator_normalization="none")
gan = keras_gan.GAN3D(*networks, num_classes=2, ema_decay=0.98, seed=0)
Adam = keras_gan.optimizers.Adam
gan.compile(
    Adam(1e-3, 0.0, 0.99),
    Adam(1e-3, 0.0, 0.99),
    loss="wasserstein",
    regularizers=["gradient_penalty"],
    discriminator_steps=2,
)
_ = gan.fit(data, epochs=10_000, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(STEPS)])
made = gan.generate(16, seed=1, labels=np.repeat([0, 1], 8))
keras_gan.grid.image_grid(modality.to_pictures(made), 8, row_names=NAMES)

# %% [markdown]
# ## How good are they?
# Coverage is the share of real shapes that are the nearest of a generated one, and the minimum matching
# distance measures how near the nearest generated shape is to each real one; both use the Chamfer distance of
# their surfaces. The values of other real shapes show what can be reached.

# %%
distances = keras_gan.metrics.shapes.chamfer_distances
others = np.stack([furniture(label) for label in labels[:64]])
for name, some in (("generated", gan.generate(64, seed=2, labels=labels[:64])), ("real", shapes[:64])):
    coverage, matching = keras_gan.metrics.shapes.coverage_and_matching(distances(others, some))
    print(f"{name}: coverage {coverage:.2f}, minimum matching distance {matching:.5f}")

# %% [markdown]
# ## A mesh
# Marching cubes converts voxels to a mesh, at the right scale and position: `.obj`, `.stl`, `.ply` or `.glb`.

# %%
if (made[8] > 0.5).any():
    keras_gan.data.write_shape("chair.obj", made[8], pitch=0.05)
    mesh = keras_gan.data.mesh_of(made[8], pitch=0.05)
    print(f"{len(mesh.faces)} faces, {mesh.extents.round(2)} metres, closed: {mesh.is_watertight}")

# %% [markdown]
# ## Volumes of images
# pi-GAN is trained on images, without their angles.

# %%
views = np.stack(
    [
        modality.to_pictures(shapes[[2 * i + 1], ..., None], turn=random.uniform(-np.pi, np.pi), size=32)[0]
        for i in random.integers(0, 128, 1000)
    ]
)
keras_gan.grid.image_grid(views[:16], 8, "images of chairs")

# %% [markdown]
# Its generator contains a function from points to density and colour; an image is what a camera sees along
# its rays.

# %%
keras.utils.set_random_seed(0)
networks = keras_gan.networks.pigan(
    (32, 32, 3), 16, width=32, depth=3, samples=16, pitch=(0.45, 0.45), filters=16
)
field = keras_gan.PiGAN(*networks, ema_decay=0.99, seed=0)
field.compile(
    Adam(1e-3, 0.0, 0.99),
    Adam(1e-3, 0.0, 0.99),
    regularizers=[keras_gan.regularizers.R1Penalty(1.0, interval=4)],
)
images = keras_gan.data.from_arrays(views, batch_size=16)
_ = field.fit(images, epochs=10_000, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(2 * STEPS)])

# %% [markdown]
# Each row is one volume, rotated. After such a short training they are nearly the same.

# %%
latents = field.sample_latents(4, seed=1)
turned = field.views(latents, yaw=np.linspace(0, 2 * np.pi, 8, endpoint=False))
keras_gan.grid.image_grid(turned.reshape(-1, 32, 32, 3), 8)

# %% [markdown]
# The last plot shows its density as a solid; it is rough, since each ray has only 16 points.

# %%
densities = field.densities(latents, size=32)
solid = (densities > np.quantile(densities, 0.97)).astype("float32")
keras_gan.grid.image_grid(keras_gan.modalities.Voxels((32, 32, 32, 1)).to_pictures(solid), 4)

# %% [markdown]
# On the command line: `keras-gan train conditional-gan3d --dataset shapes:furniture`, `keras-gan generate RUN --label chair --out chairs.npz`, `keras-gan train pigan --dataset
# folder:views`.
