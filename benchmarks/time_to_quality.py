"""How long a training takes to a quality: the recipes of before, frozen here, against those of now.

    python benchmarks/time_to_quality.py --results F --case mnist_5k --recipe before --seed 0 --core 0     # eight minutes
    python benchmarks/time_to_quality.py --results F --case emoji32 --recipe before --minutes 30
    python benchmarks/time_to_quality.py --results F --case sprites --folder DIR --recipe now --minutes 10.5
    python benchmarks/time_to_quality.py --results F --plot curves.png                                     # the table of all rows

A run trains on one pinned core. Its CPU time counts, compilation with it, scoring not; it is scored eleven times. `fd` is the Fréchet
distance of 5,000 images of the moving average (of colour as many as there are real ones) on features that no recipe was chosen by: of
digits and clothes those of a residual classifier trained on the first half of the training set, against the test set, `score` the
exp of the mean KL of its class probabilities; of emoji and sprites those of a classifier of their categories (of sprites, of their
sub-folders), against the training images. `recall` is of the same features.
"""

import argparse
import hashlib
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from digits import frechet, mnist
from keras import layers
from machine import machine
from translation import SHARED, emoji

import keras_gan
from keras_gan import data, networks, recipes
from keras_gan.data.load import read
from keras_gan.data.mnist_5k import digits
from keras_gan.grid import image_grid
from keras_gan.metrics import functional
from keras_gan.resize import resize

LOOKS = 11


# === The recipes of before, as they stood at commit 6ac0ee6 ===


def dcgan_before(shape, seed):
    gan = keras_gan.GAN(
        *networks.dcgan(shape, latent_dim=64, filters=32, discriminator_normalization="none"),
        ema_decay=0.995,
        seed=seed,
    )
    adam = lambda: keras_gan.optimizers.Adam(2e-3, 0.0, 0.99)
    gan.compile(
        generator_optimizer=adam(),
        discriminator_optimizer=adam(),
        regularizers=[keras_gan.regularizers.R1Penalty(0.1, 4)],
    )
    return gan, 64


def stylegan2_before(shape, seed):
    from keras_gan.models.stylegan2 import lazy_adam

    batch, steps = 16, 3000
    gan = keras_gan.StyleGAN2(
        *networks.stylegan2(shape, latent_dim=64, mapping_layers=2, channel_base=512, channel_max=32),
        ema_decay=keras_gan.schedules.HalfLife(2000, batch, rampup=0.05),
        seed=seed,
    )
    gan.compile(
        generator_optimizer=lazy_adam(2.5e-3, 4),
        discriminator_optimizer=lazy_adam(2.5e-3, 16),
        regularizers=[
            keras_gan.regularizers.R1Penalty(0.0002 * shape[0] ** 2 / batch, 16),
            keras_gan.regularizers.PathLengthPenalty(),
        ],
        augmentation=keras_gan.augmentations.ADA("bgc", images=steps * batch // 2),
    )
    return gan, batch


def now(name):
    def build(shape, seed):
        recipe = recipes.get(name)
        return recipes.build(name, shape, seed=seed), recipe.batch_size

    return build


def projected(shape, seed):
    """The recipe `projected`, on a MobileNet whose ImageNet weights lie in ../shared."""
    whole = keras.applications.MobileNet(weights=None, classes=1001, classifier_activation=None)
    whole.load_weights(SHARED / "weights/mobilenet_v1_imagenet_1001.weights.h5")
    trunk = keras.applications.MobileNet(include_top=False, input_shape=(None, None, 3), weights=None)
    trunk.set_weights(whole.get_weights()[: len(trunk.weights)])
    recipes.projected.pretrained = lambda name: trunk
    return now("projected")(shape, seed)


# === Cases: data, and what images are measured by ===


def classifier(images, labels, count, path):
    """A residual classifier of images in [-1, 1], trained once; its layer "features" has 64 numbers."""
    if path.exists():
        return keras.saving.load_model(path)
    keras.utils.set_random_seed(1)
    x = inputs = layers.Input(images.shape[1:])
    for width in (32, 64):
        x = layers.Conv2D(width, 3, strides=2, padding="same", activation="relu")(x)
        for _ in range(2):
            y = layers.BatchNormalization()(layers.Conv2D(width, 3, padding="same")(x))
            x = layers.ReLU()(layers.Add()([x, y]))
    x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(x))
    x = layers.Dense(64, activation="relu", name="features")(x)
    model = keras.Model(inputs, layers.Dense(count)(x))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    model.fit(images, labels, batch_size=128, epochs=max(3, 60_000 // len(images)), verbose=0)
    model.save(path)
    return model


class Case:
    """The training images, uint8, and `measure` of generated ones."""

    def __init__(self, name, folder, cache):
        self.name = name
        # Of a folder a classifier of its own.
        of = hashlib.sha256(str(pathlib.Path(folder).resolve()).encode()).hexdigest()[:8] if folder else ""
        path = cache / f"classifier_{name if name != 'mnist_5k' else 'mnist'}{of}.keras"
        if name in ("mnist_5k", "mnist", "fashion_mnist"):
            source = "fashion_mnist" if name == "fashion_mnist" else "mnist"
            x, y, real, _ = mnist(SHARED / "data/tfds", source)
            self.images = np.rint((x + 1) * 127.5).astype("uint8")
            if name == "mnist_5k":
                self.images = digits()[0]
            model, self.count = classifier(x[:30_000], y[:30_000], 10, path), 5000
        else:
            if name == "sprites":
                chosen = read(f"folder:{folder}", "train", (32, 32), 3)
                self.images = np.asarray(chosen.images[np.arange(len(chosen.labels))])
                y = np.asarray(chosen.labels)
            else:
                side = int(name.removeprefix("emoji"))
                images = emoji("train", "google")
                chosen = read(f"folder:{SHARED / 'data/emoji/train/google'}", "train", (64, 64), 3)
                y = np.asarray(chosen.labels)
                if side != 64:
                    images = data.to_uint8(resize(data.from_uint8(images), (side, side))).numpy()
                self.images = images
            x = real = self.images.astype("float32") / 127.5 - 1
            model, self.count = classifier(x, y, int(y.max()) + 1, path), len(real)
        self._features = keras.Model(model.inputs, [model.get_layer("features").output, model.output])
        self._real = self._features.predict(real, batch_size=500, verbose=0)[0]

    def measure(self, gan):
        images = gan.generate(self.count, seed=1).astype("float32") / 127.5 - 1
        found, logits = self._features.predict(images, batch_size=500, verbose=0)
        p = np.asarray(keras.ops.softmax(logits), "float64")
        kl = (p * (np.log(p + 1e-12) - np.log(p.mean(0) + 1e-12))).sum(1).mean()
        most = slice(0, 5000)
        recall = functional.precision_recall(self._real[most], found[most])[1]
        return {"fd": frechet(self._real, found), "score": float(np.exp(kl)), "recall": float(recall)}


OLD = {name: dcgan_before for name in ("mnist_5k", "mnist", "fashion_mnist")} | {
    name: stylegan2_before for name in ("emoji32", "emoji64", "sprites")
}
NEW = {name: "residual-dcgan" for name in ("mnist_5k", "mnist", "fashion_mnist")} | {
    name: "sprites" for name in ("emoji32", "emoji64", "sprites")
}


class Until(keras.callbacks.Callback):
    """Ends a `fit` when the process has computed for so many seconds since it began."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds, self.began = seconds, time.process_time()

    @property
    def spent(self):
        return time.process_time() - self.began

    def on_train_batch_end(self, batch, logs=None):
        if self.spent >= self.seconds:
            self.model.stop_training = True


def run(case, recipe, seed, minutes, pictures):
    keras.utils.set_random_seed(seed)
    build = {"before": OLD[case.name], "now": now(NEW[case.name]), "projected": projected}[recipe]
    gan, batch = build(case.images.shape[1:], seed)
    batches = data.from_arrays(case.images, batch_size=batch, seed=seed)
    looks, spent = [], 0.0
    for look in range(1, LOOKS + 1):
        until = Until(60 * minutes * look / LOOKS - spent)
        gan.fit(batches, epochs=10**6, verbose=0, callbacks=[until])
        spent += until.spent
        figures = {name: round(value, 4) for name, value in case.measure(gan).items()}
        looks.append({"seconds": round(spent, 1), "steps": int(gan.state.step.numpy()), **figures})
        print(case.name, recipe, seed, looks[-1], flush=True)
        if pictures:
            pictures.mkdir(parents=True, exist_ok=True)
            name = f"{case.name}_{recipe}_{seed}_{round(spent):04d}.png"
            image_grid(gan.generate(64, seed=0), 16, None).save(pictures / name)
    return {"case": case.name, "recipe": recipe, "seed": seed, "batch_size": batch, "looks": looks}


# === The table ===


def at(looks, seconds, name):
    """A figure at a time, linear between looks."""
    return float(np.interp(seconds, [look["seconds"] for look in looks], [look[name] for look in looks]))


def reached(looks, bar):
    """Seconds at which the distance first falls to the bar, linear between looks; None where it does not."""
    before = None
    for look in looks:
        if look["fd"] <= bar:
            if before is None:
                return look["seconds"]
            share = (before["fd"] - bar) / (before["fd"] - look["fd"])
            return before["seconds"] + share * (look["seconds"] - before["seconds"])
        before = look
    return None


def mean_looks(rows):
    """The mean curve of seeds: their looks lie at the same times, but for a step."""
    names = ("seconds", "fd", "score", "recall")
    return [
        {name: float(np.mean([row["looks"][i][name] for row in rows])) for name in names}
        for i in range(min(len(row["looks"]) for row in rows))
    ]


def table(rows):
    print(
        f"{'case':14}{'seeds':>6}{'before: fd':>11}{'score':>7}{'recall':>7}{'seconds':>9}"
        f"{'now reaches':>12}{'ratio':>7}{'equal time':>11}{'ratio':>7}{'score':>7}{'recall':>7}"
    )
    for case in OLD:
        by = {
            recipe: [row for row in rows if (row["case"], row["recipe"]) == (case, recipe)]
            for recipe in ("before", "now")
        }
        if not all(by.values()):
            continue
        old, new = (mean_looks(by[recipe]) for recipe in ("before", "now"))
        last, end = old[-1], new[-1]["seconds"]
        time_to = reached(new, last["fd"])
        equal = min(last["seconds"], end)
        fd, score, recall = (at(new, equal, name) for name in ("fd", "score", "recall"))
        ratio = "" if time_to is None else f"{time_to / last['seconds']:.2f}"
        seeds = "/".join(str(len(by[recipe])) for recipe in ("before", "now"))
        print(
            f"{case:14}{seeds:>6}{last['fd']:11.3f}{last['score']:7.2f}{last['recall']:7.3f}{last['seconds']:9.0f}"
            f"{'not' if time_to is None else round(time_to):>12}"
            f"{ratio:>7}"
            f"{fd:11.3f}{fd / at(old, equal, 'fd'):7.2f}{score:7.2f}{recall:7.3f}"
        )


def plot(rows, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    cases = [case for case in OLD if any(row["case"] == case for row in rows)]
    figure, axes = pyplot.subplots(1, len(cases), figsize=(4 * len(cases), 3.2), squeeze=False)
    for axis, case in zip(axes[0], cases, strict=True):
        for row in (row for row in rows if row["case"] == case):
            seconds, fd = ([look[name] for look in row["looks"]] for name in ("seconds", "fd"))
            colour = {"before": "C0", "now": "C1", "projected": "C2"}[row["recipe"]]
            axis.plot(seconds, fd, colour, label=row["recipe"] if row["seed"] == 0 else None)
        axis.set(title=case, xlabel="CPU seconds", ylabel="Fréchet distance", yscale="log")
        axis.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=80)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--case", choices=OLD)
    parser.add_argument("--recipe", choices=("before", "now", "projected"), default="now")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=5.5, help="CPU minutes of training. Default 5.5.")
    parser.add_argument("--core", type=int, help="Pin the process to it.")
    parser.add_argument("--folder", help="Of sprites, one sub-folder a kind.")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path("/tmp/keras_gan_classifiers"))
    parser.add_argument("--pictures", type=pathlib.Path, help="Folder for a grid of samples at each look.")
    parser.add_argument("--plot", type=pathlib.Path, help="File for the curves of all rows.")
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    if options.case:
        if options.case == "sprites" and not options.folder:
            parser.error("--case sprites needs a --folder.")
        options.cache.mkdir(parents=True, exist_ok=True)
        case = Case(options.case, options.folder, options.cache)
        row = run(case, options.recipe, options.seed, options.minutes, options.pictures)
        with options.results.open("a") as file:
            file.write(json.dumps({**row, **machine()}) + "\n")
    rows = [json.loads(line) for line in options.results.open()]
    table(rows)
    if options.plot:
        plot(rows, options.plot)


if __name__ == "__main__":
    main()
