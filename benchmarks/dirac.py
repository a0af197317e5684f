"""The Dirac-GAN: where each objective ends, through `GAN.fit` itself.

    python benchmarks/dirac.py                          # the table, about two minutes
    python benchmarks/dirac.py --picture dirac.png      # and the trajectories

Real data at 0, the generator's one sample at theta, discriminator D(x) = psi x, gradient steps of
0.2 from (theta, psi) = (1, -1), 500 rounds of the discriminator's step(s), then the generator's;
float64. The published column is Mescheder et al. 2018 recomputed for this order of steps.
"""

import argparse
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from machine import add_row

import keras_gan
from keras_gan.augmentations import Augmentation, InstanceNoise
from keras_gan.regularizers import GradientPenalty, R1Penalty, R2Penalty, WeightClipping

START, RATE, ROUNDS = (1.0, -1.0), 0.2, 500

# name: loss, regularizers or augmentations, then where one and five discriminator steps a round end, if known:
# (theta, psi), or the norm alone.
GAMES = {
    "minimax": ("minimax", lambda: [], (1.080, -0.9110), (-0.8257, 1.497)),
    "non-saturating": ("non_saturating", lambda: [], (0.1994, -0.1829), (0.1216, 0.09843)),
    "WGAN, clip 1": ("wasserstein", lambda: [WeightClipping(1.0)], (0.9791, -0.1046), (0.08677, 0.9995)),
    "WGAN-GP .35": ("wasserstein", lambda: [GradientPenalty(0.35)], (-0.1884, -1.266), (0.7197, 0.0274)),
    "minimax + R1 .3": ("minimax", lambda: [R1Penalty(0.3)], 2.4e-7, 9.1e-34),
    "minimax + R1 1": ("minimax", lambda: [R1Penalty(1.0)], 8.5e-17, 5.4e-12),
    "non-saturating + R1 .3": ("non_saturating", lambda: [R1Penalty(0.3)], 1.6e-7, 5.1e-34),
    "RpGAN + R1 .3 + R2 .3": ("relativistic", lambda: [R1Penalty(0.3), R2Penalty(0.3)], None, None),
    "RpGAN": ("relativistic", lambda: [], None, None),
    "LSGAN": ("least_squares", lambda: [], None, None),
    "hinge": ("hinge", lambda: [], None, None),
    "minimax + noise .5": ("minimax", lambda: [InstanceNoise(0.5)], None, None),
}


@keras.saving.register_keras_serializable("benchmarks")
class Point(keras.layers.Layer):
    """Gives one number, whatever it gets."""

    def build(self, input_shape):
        self.theta = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(START[0]), name="theta"
        )

    def call(self, inputs):
        return 0.0 * inputs + self.theta

    def compute_output_shape(self, input_shape):
        return input_shape


class Path(keras.callbacks.Callback):
    """Notes (theta, psi) before the first and after every round."""

    def on_train_begin(self, logs=None):
        self.points = [self.point()]

    def on_train_batch_end(self, batch, logs=None):
        self.points.append(self.point())

    def point(self):
        networks = self.model.generator, self.model.discriminator
        return [float(network.weights[0].numpy().item()) for network in networks]


def play(loss, parts, discriminator_steps, rounds=ROUNDS):
    """The path of a game: array of shape (rounds + 1, 2)."""
    keras.backend.set_floatx("float64")
    generator = keras.Sequential([keras.layers.Input((1,)), Point()])
    psi = keras.initializers.Constant(START[1])
    discriminator = keras.Sequential(
        [keras.layers.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer=psi)]
    )
    gan = keras_gan.GAN(generator, discriminator, ema_decay=None, seed=0)
    noise = [part for part in parts if isinstance(part, Augmentation)]
    gan.compile(
        keras.optimizers.SGD(RATE),
        keras.optimizers.SGD(RATE),
        loss=loss,
        regularizers=[part for part in parts if not isinstance(part, Augmentation)],
        augmentation=noise,
        discriminator_steps=discriminator_steps,
    )
    path = Path()
    # One real image at 0, and one fake: instance noise needs many to be an expectation.
    count = 1000 if noise else 1
    data = np.zeros((count * discriminator_steps, 1), "float64")
    gan.fit(data, batch_size=count, epochs=1, steps_per_epoch=rounds, verbose=0, callbacks=[path])
    return np.array(path.points)


def cell(end, published):
    text = f"{end[0]:10.4g} {end[1]:10.4g} {np.hypot(*end):9.2g}"
    if published is None:
        return f"{text}  {'':>17}"
    known = f"{published:.2g}" if isinstance(published, float) else "{:.4g} {:.4g}".format(*published)
    return f"{text}  {known:>17}"


def draw(paths, file):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 4, figsize=(12, 9), sharex=True, sharey=True)
    for axis, (name, path) in zip(axes.flat, paths.items(), strict=False):
        axis.plot(*path.T, lw=0.8)
        axis.plot(*path[0], "o", *path[-1], "s", ms=5)
        axis.set(title=name, xlim=(-2, 2), ylim=(-2, 2), xlabel="theta", ylabel="psi", aspect="equal")
    figure.tight_layout()
    figure.savefig(file, dpi=80)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", type=pathlib.Path, help="PNG of the trajectories, one step a round")
    parser.add_argument("--results", type=pathlib.Path, help="file to which lines of JSON are added")
    options = parser.parse_args()
    head = f"{'theta':>10} {'psi':>10} {'norm':>9}  {'published':>17}"
    print(f"{'':24}{'1 D step a round':^50}{'5 D steps a round':^50}")
    print(f"{'':24}{head}{'':2}{head}")
    paths = {}
    for name, (loss, parts, *published) in GAMES.items():
        cells = []
        for steps, known in zip((1, 5), published, strict=True):
            path = play(loss, parts(), steps)
            paths.setdefault(name, path)
            cells.append(cell(path[-1], known))
            row = {"game": name, "discriminator_steps": steps, "end": path[-1].tolist(), "published": known}
            add_row(options.results, row)
        print(f"{name:24}{'  '.join(cells)}", flush=True)
    if options.picture:
        draw(paths, options.picture)


if __name__ == "__main__":
    main()
