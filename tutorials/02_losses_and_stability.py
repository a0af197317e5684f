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
# # Losses and stability: collapse on a ring, and how to prevent it
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/02_losses_and_stability.ipynb)
#
# Eight small clusters of points on a circle are enough to see what goes wrong with GANs: the generator finds
# some clusters and forgets the others (**mode collapse**), or runs in circles. They are also enough to see
# what helps. Losses, penalties and networks are exchanged by name in `compile`.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import matplotlib.pyplot as plt
import numpy as np

from keras_gan.regularizers import R1Penalty, R2Penalty

STEPS = int(os.environ.get("TUTORIAL_STEPS", 4000))

# %% [markdown]
# ## Data: a ring of eight clusters

# %%
angles = 2 * np.pi * np.arange(8) / 8
centres = np.stack([np.cos(angles), np.sin(angles)], axis=1)
rng = np.random.default_rng(0)
points = centres[rng.integers(8, size=50_000)] + 0.01 * rng.normal(size=(50_000, 2))
points = points.astype("float32")


def score(samples):
    """Heaps found, and the share of samples within three standard deviations of one."""
    distances = np.linalg.norm(samples[:, None] - centres, axis=-1)
    good = distances.min(1) < 0.03
    return len(set(distances.argmin(1)[good])), good.mean()


def show(results):
    _, axes = plt.subplots(1, len(results), figsize=(4 * len(results), 4.3), squeeze=False)
    for axis, (name, samples) in zip(axes[0], results.items(), strict=True):
        axis.plot(*centres.T, "r+", ms=10)
        axis.scatter(*samples.T, s=2, alpha=0.3)
        heaps, share = score(samples)
        axis.set(
            title=f"{name}\n{heaps} of 8 heaps, {share:.0%} near one", xlim=(-1.6, 1.6), ylim=(-1.6, 1.6)
        )
    plt.tight_layout()
    plt.show()


show({"real": points[:2500]})


# %% [markdown]
# ## One function, many GANs
# Networks of three hidden layers; only the parts differ below. It returns the samples at a
# third, two thirds and the end of the training.


# %%
def train(networks=None, rate=1e-3, beta_1=0.5, ema_decay=None, **parts):
    keras.utils.set_random_seed(0)
    pair = keras_gan.networks.mlp(2, latent_dim=2, **(networks or {}))
    gan = keras_gan.GAN(*pair, ema_decay=ema_decay, seed=0)
    third = max(STEPS // 3, 1)
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(rate, beta_1, 0.999),
        discriminator_optimizer=keras.optimizers.Adam(rate, beta_1, 0.999),
        steps_per_execution=min(50, third),
        **parts,
    )
    samples = []
    for _ in range(3):
        gan.fit(points, batch_size=128, steps_per_epoch=third, verbose=0)
        samples.append(gan.generate(2500, seed=0, batch_size=2500))
    return samples


def show_course(samples):
    show(dict(zip(("a third", "two thirds", "the end"), samples, strict=True)))


# %% [markdown]
# ## The plain GAN
# It has the non-saturating loss of the first paper, DCGAN's momentum and a constant learning rate. It finds
# clusters and loses them again; at no time are all of them present in equal shares, and it does not converge.

# %%
plain = train(loss="non_saturating")
show_course(plain)

# %% [markdown]
# ## Other losses
# A loss alone changes less than one might hope: least squares and hinge have gradients where the logistic
# loss has none left, but nothing in them requires that *all* clusters are found.

# %%
show({loss: train(loss=loss)[-1] for loss in ("least_squares", "hinge")})

# %% [markdown]
# ## Convergence
# Two things that have nothing to do with the loss help at once: a learning rate that falls to zero, and
# samples drawn by an average of the generator's weights (`ema_decay`).

# %%
rest = {"rate": keras.optimizers.schedules.CosineDecay(1e-3, STEPS), "ema_decay": 0.99}
show_course(train(loss="non_saturating", **rest))

# %% [markdown]
# ## What prevents collapse
# - **Packing** (`packing=2`): the discriminator sees two samples at once, and detects when they are always
#   alike.
# - **R1**: a penalty on the discriminator's gradient at real points. The Dirac-GAN below shows why it helps: without
#   it the players circle around the solution, with it they fall into it. No momentum beside it.
# - **Relativistic pairing with R1 and R2** (R3GAN): each real point is compared with a fake; that removes the
#   bad equilibria in which heaps are forgotten, and the two penalties make it converge.

# %%
cures = {
    "packing 2": train({"packing": 2}, **rest),
    "R1": train(beta_1=0.0, regularizers=[R1Penalty(0.1)], **rest),
    "RpGAN + R1 + R2": train(
        beta_1=0.0, loss="relativistic", regularizers=[R1Penalty(0.1), R2Penalty(0.1)], **rest
    ),
}
show({name: samples[-1] for name, samples in cures.items()})

# %% [markdown]
# On a ring of eight all of them find every cluster once they have converged; what is still missing is
# sharpness, which comes with longer training. Look at the course of training: with the penalties it only gets
# better. Harder data show the differences between these methods:
# `python benchmarks/modes.py --data grid --method r3gan`, and the other methods of that benchmark.

# %%
show_course(cures["RpGAN + R1 + R2"])

# %% [markdown]
# ## Why R1 converges: the Dirac-GAN
# One real point at 0, a generator that is one number theta, a discriminator D(x) = psi x. The whole training
# fits into a plane. The game itself runs in circles; R1 adds a pull on psi, and the spiral ends in the
# middle.


# %%
@keras.saving.register_keras_serializable("tutorial")
class Point(keras.layers.Layer):
    def build(self, input_shape):
        self.theta = self.add_weight(shape=(), initializer="ones", name="theta")

    def call(self, inputs):
        return 0 * inputs + self.theta


def dirac(loss, regularizers):
    generator = keras.Sequential([keras.layers.Input((1,)), Point()])
    psi = keras.layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(-1.0))
    discriminator = keras.Sequential([keras.layers.Input((1,)), psi])
    gan = keras_gan.GAN(generator, discriminator, ema_decay=None, seed=0)
    gan.compile(keras.optimizers.SGD(0.2), keras.optimizers.SGD(0.2), loss=loss, regularizers=regularizers)
    path = [(1.0, -1.0)]

    def note(batch, logs):
        path.append((float(generator.weights[0].numpy()), float(psi.kernel.numpy().item())))

    callback = keras.callbacks.LambdaCallback(on_train_batch_end=note)
    steps = min(STEPS, 200)
    gan.fit(np.zeros((1, 1), "float32"), batch_size=1, steps_per_epoch=steps, verbose=0, callbacks=[callback])
    return np.array(path)


figure, axes = plt.subplots(1, 3, figsize=(12, 4))
games = {"minimax": ("minimax", []), "non-saturating": ("non_saturating", [])}
games["minimax + R1"] = ("minimax", [R1Penalty(0.3)])
for axis, (name, (loss, regularizers)) in zip(axes, games.items(), strict=True):
    path = dirac(loss, regularizers)
    axis.plot(*path.T, "-", lw=0.8)
    axis.plot(*path[-1], "ks")
    axis.set(title=name, xlabel="theta", ylabel="psi", xlim=(-2, 2), ylim=(-2, 2), aspect="equal")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Which one to use
# Begin with `loss="non_saturating"` and `R1Penalty`, or with `loss="relativistic"` and both penalties, at every
# step. `keras-gan train r3gan` trains that on images. All names: `keras_gan.losses.ALIASES`,
# `keras_gan.regularizers.ALIASES`; what each does and when to use it: `docs/parts.md`.
