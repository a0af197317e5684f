"""Image to image on real pictures: what the adversary adds to a plain loss.

    python benchmarks/translation.py --results translation.jsonl --pictures made      # all, three hours on 2 cores
    python benchmarks/translation.py --results translation.jsonl --task colour --minutes 20

Tasks, on the emoji of ../shared/data (64 x 64, over white; 1,730 pairs and 176 held-out ones) and the
photographs of scikit-image:

- styles, colour: Pix2Pix from one style to the other and from grey to colour, begun on L1 alone, beside the same
  U-Net that goes on with L1 alone for as many steps, and the input itself.
- outlines, two-styles: CycleGAN between the outlines of one half of the emoji and the other half in colour, and
  between the two styles, unpaired.
- emoji-x4, photographs-x2, -b, -c: SRGAN, scored after its pixel loss and after its adversarial phase, beside bicubic;
  of six photographs two are held out, others in each of the three: so each is held out once.

Fréchet distances are on MobileNet's features (../shared/weights, at 128 x 128, and at its own 224 x 224), on the training's and the
held-out inputs together; n is in the row. --minutes is the time of training, by the machine's speed at its start. Runs that the results file has are not made again.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from machine import machine

import keras_gan
from keras_gan import data, metrics, networks
from keras_gan.callbacks import StopAtStep
from keras_gan.data.load import read
from keras_gan.grid import image_grid, interleave
from keras_gan.metrics import functional
from keras_gan.metrics.reference import features_of
from keras_gan.resize import resize
from keras_gan.schedules import LinearDecay

SHARED = pathlib.Path(__file__).parents[2] / "shared"


# === Data and figures ===


def emoji(split, style):
    """uint8 images over white, in the order of their names."""
    source = read(f"folder:{SHARED / 'data/emoji' / split / style}", "train", (64, 64), 3)
    return np.asarray(source.images[np.arange(len(source.labels))])


def grey(images):
    return np.round(images @ np.array([0.299, 0.587, 0.114]))[..., None].astype("uint8")


def outlines(images):
    """Inverted magnitude of Sobel's gradient of the grey image, with three channels."""
    x = np.pad(grey(images)[..., 0].astype("float32"), ((0, 0), (1, 1), (1, 1)), mode="edge")
    smooth = [x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:], x[:, :, :-2] + 2 * x[:, :, 1:-1] + x[:, :, 2:]]
    across, down = smooth[0][:, :, 2:] - smooth[0][:, :, :-2], smooth[1][:, 2:] - smooth[1][:, :-2]
    strength = np.clip(np.hypot(across, down) / 4.0, 0, 255)
    return np.repeat((255 - strength)[..., None].round().astype("uint8"), 3, axis=-1)


def mobilenet(size=128):
    """Pooled features; 224 is the size that it was trained at."""
    shape = (size, size, 3)
    network = keras.applications.MobileNet(shape, weights=None, classes=1001, classifier_activation=None)
    network.load_weights(SHARED / "weights/mobilenet_v1_imagenet_1001.weights.h5")
    pooled = next(layer.name for layer in network.layers if "global_average" in layer.name)
    return metrics.Extractor(network, layer=pooled)


def frechet(target, extractor):
    """Function from images to their Fréchet distance to `target`."""

    def features(images):
        return np.concatenate(list(features_of(images, extractor, np.arange(len(images)))))

    of_target = features(target)
    return lambda images: float(functional.frechet_distance(of_target, features(images)))


def l1(a, b):
    """In [-1, 1]."""
    return float(np.abs(a.astype("float32") - b.astype("float32")).mean() / 127.5)


def psnr(a, b, **options):
    return float(np.mean(metrics.psnr(a, b, **options)))


def psnr_of_all(a, b):
    """dB of the mean squared error of all: grey emoji are their own grey pictures, at infinite dB."""
    return float(10 * np.log10(255**2 / np.mean((a.astype("float32") - b) ** 2)))


class For(keras.callbacks.Callback):
    """Ends the training after so many seconds; the first step, which compiles, does not count."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds, self.began, self.steps = seconds, None, 0

    def on_train_batch_end(self, batch, logs=None):
        self.began = self.began or time.perf_counter()
        self.steps += 1
        self.passed = time.perf_counter() - self.began
        if self.passed >= self.seconds:
            self.model.stop_training = True


def falling(steps, rate=2e-4, constant=0.5):
    return {
        f"{player}_optimizer": keras.optimizers.Adam(LinearDecay(rate, steps, int(constant * steps)), 0.5)
        for player in ("generator", "discriminator")
    }


def fit(gan, batches, steps):
    began = time.perf_counter()
    gan.fit(batches, epochs=10**6, verbose=0, callbacks=[StopAtStep(steps)])
    return round(time.perf_counter() - began)


# Of Pix2Pix: steps of 16 on L1 alone and with the adversary, the L1 weight, the generator's and discriminator's
# rate, and the moving average's decay.
L1_STEPS_A_MINUTE, ADVERSARIAL_STEPS_A_MINUTE, L1_WEIGHT, RATE, EMA_DECAY = 30, 95, 25.0, 4e-4, 0.995


# === Tasks: each returns a row of figures and the pictures that show them ===


def pix2pix(task, minutes, extractor):
    target = {split: emoji(split, "google" if task == "colour" else "twitter") for split in ("train", "test")}
    if task == "colour":
        source = {split: grey(images) for split, images in target.items()}
    else:
        source = {split: emoji(split, "google") for split in ("train", "test")}
    batches = data.pairs_from_arrays(source["train"], target["train"], batch_size=16, flip=True)
    shape = source["test"].shape[1:]

    keras.utils.set_random_seed(0)
    generator = residual_unet(shape, norm=True)
    pixels = batches.map(lambda pair: (pair["condition"], pair["image"])).repeat()
    # One beginning for both, on L1; then one goes on with L1 alone, the other with the adversary.
    first, then = int(L1_STEPS_A_MINUTE * minutes), int(ADVERSARIAL_STEPS_A_MINUTE * minutes)
    began = time.perf_counter()
    generator.compile(keras.optimizers.Adam(RATE, 0.5), "mae")
    generator.fit(pixels, steps_per_epoch=first, verbose=0)
    begin, seconds_of_begin = generator.get_weights(), time.perf_counter() - began
    # At the end of `fit` the weights are their moving averages, as Pix2Pix' images are of its.
    optimizer = keras.optimizers.Adam(
        LinearDecay(RATE, then, then // 2), 0.5, use_ema=True, ema_momentum=EMA_DECAY
    )
    generator.compile(optimizer, "mae")
    generator.fit(pixels, steps_per_epoch=then, verbose=0)
    plain, plain_seconds = keras.models.clone_model(generator), time.perf_counter() - began
    plain.set_weights(generator.get_weights())
    generator.set_weights(begin)
    gan = keras_gan.Pix2Pix(
        generator,
        networks.patchgan((64, 64, 3), shape[-1], receptive_field=70, filters=32, normalization="none"),
        l1_weight=L1_WEIGHT,
        ema_decay=EMA_DECAY,
        seed=0,
    )
    # Of the sum of 36 logits: as 1.3 is of one.
    gan.compile(**falling(then, RATE), regularizers=[keras_gan.regularizers.R1Penalty(0.001, interval=8)])
    seconds = round(seconds_of_begin + fit(gan, batches, then))
    inputs, targets = (np.concatenate([part["train"], part["test"]]) for part in (source, target))
    ours = gan.translate(inputs)
    plains = data.to_uint8(plain.predict(inputs / np.float32(127.5) - 1, batch_size=64, verbose=0)).numpy()
    given = np.repeat(inputs, 3, axis=-1) if shape[-1] == 1 else inputs
    held_out, fid = slice(len(source["train"]), None), frechet(targets, extractor)
    row = {"steps": [first, then], "seconds": seconds, "plain_seconds": round(plain_seconds)}
    row |= {"n": len(inputs), "n_held_out": len(source["test"])}
    fid_224 = frechet(targets, mobilenet(224))
    for name, made in (("input", given), ("plain", plains), ("gan", ours)):
        row[f"{name}_l1"] = l1(made[held_out], targets[held_out])
        row[f"{name}_psnr"] = psnr_of_all(targets[held_out], made[held_out])
        row[f"{name}_fid"], row[f"{name}_fid_224"] = fid(made), fid_224(made)
    shown = slice(len(source["train"]), len(source["train"]) + 160, 10)
    cells = interleave([given[shown], plains[shown], ours[shown], targets[shown]])
    return row, image_grid(cells, 8, "input | L1 alone | Pix2Pix | target")


def residual_unet(shape=(64, 64, 3), noise=0.0, norm=False, filters=32, finest=16):
    """A U-Net that adds to its input, with skips at the full size too, and pixels doubled instead of transposed convolutions.

    Transposed convolutions leave checks, which weigh more with the Fréchet distance than colours do; tanh has no gradient
    where it is white. In training the input gets noise, in which CycleGAN's way back could hide colours.
    """
    layers = keras.layers

    def convolution(x, width, size, strides=1, norm=norm):
        x = layers.Conv2D(
            width, size, strides, padding="same", use_bias=not norm, kernel_initializer="he_normal"
        )(x)
        return layers.LeakyReLU(0.2)(layers.BatchNormalization(momentum=0.9)(x) if norm else x)

    inputs = layers.Input(shape, name="image")
    x = convolution(layers.GaussianNoise(noise)(inputs), finest, 3, norm=False)
    skips, widths = [x], [filters * min(2**k, 8) for k in range(6)]
    for k, width in enumerate(widths):
        # The last of them is one pixel, whose moments a batch does not tell.
        x = convolution(x, width, 4, 2, norm=norm and k < 5)
        skips.append(x)
    for k in reversed(range(6)):
        width = widths[k - 1] if k else finest
        x = convolution(layers.UpSampling2D(2)(x), width, 3)
        x = convolution(layers.Concatenate()([skips[k], x]), width, 3 if k < 3 else 1)
    last = layers.Conv2D(3, 3, padding="same", kernel_initializer=keras.initializers.RandomNormal(0.0, 0.02))
    return keras.Model(inputs, layers.Add(dtype="float32")([inputs, last(x)]), name="residual_unet")


def contrast_network(filters=32):
    """Grey pictures of an image's local contrast: what is flat looks the same whatever its colour.

    A network that sees the colours gives them back as greys, by which the other way knows them, and learns nothing of lines.
    """
    layers = keras.layers
    inputs = layers.Input((64, 64, 3), name="image")
    x = layers.Subtract()([inputs, layers.AveragePooling2D(5, 1, padding="same")(inputs)])
    for _ in range(3):
        x = layers.LeakyReLU(0.2)(layers.Conv2D(filters, 3, padding="same")(x))
    grey = layers.Activation("linear", dtype="float32")(layers.Conv2D(1, 1)(x))
    return keras.Model(inputs, layers.Concatenate()([grey, grey, grey]), name="contrast")


def cyclegan(task, minutes, extractor):
    google, twitter = emoji("train", "google"), emoji("train", "twitter")
    order = np.random.default_rng(0).permutation(len(google))
    first, second = order[: len(order) // 2], order[len(order) // 2 :]
    # No picture of one kind has its partner in the other.
    a, b = (
        (outlines(google[first]), google[second]) if task == "outlines" else (google[first], twitter[second])
    )
    keras.utils.set_random_seed(0)
    outlined = task == "outlines"
    judges = [
        networks.patchgan((64, 64, 3), receptive_field=70, filters=filters, normalization="none")
        for filters in (16 if outlined else 32, 32)
    ]
    gan = keras_gan.CycleGAN(
        residual_unet(noise=0.1 if outlined else 0.0),
        contrast_network() if outlined else residual_unet(),
        *judges,
        cycle_weight=(4.0, 7.0) if outlined else 10.0,
        identity_weight=0.0,
        ema_decay=0.998,
        seed=0,
    )
    batches = data.unpaired_from_arrays(a, b, batch_size=8, flip=True)
    parts = {
        "loss": "non_saturating",
        # Of 36 logits, whose sum it is of: as 39 is of one.
        "regularizers": [keras_gan.regularizers.R1Penalty(0.03, interval=8)],
    }
    gan.compile(**falling(10**6, 4e-4), **parts)
    clock = For(30.0)
    gan.fit(batches, epochs=10**6, verbose=0, callbacks=[clock])
    steps = int(60 * minutes * clock.steps / clock.passed)
    print(f"{task}: {clock.steps / clock.passed:.3g} steps a second", flush=True)
    gan.compile(**falling(steps, 4e-4, constant=0.75), **parts)
    fid, seconds, curve = frechet(b, extractor), 0, []
    for part in range(1, 5):
        seconds += fit(gan, batches, steps * part // 4)
        made = gan.translate(a)
        curve.append(fid(made))
        print(f"{task}: {steps * part // 4} of {steps} steps, Fréchet distance {curve[-1]:.4g}", flush=True)
    back = gan.translate(made, "b2a")
    pairs = np.random.default_rng(1).permutation(len(a))
    row = {"steps": steps, "seconds": seconds, "n": [len(a), len(b)]}
    made_b = gan.translate(b, "b2a")
    row |= {"input_fid": fid(a), "gan_fid": curve, "back_fid": frechet(a, extractor)(made_b)}
    fid = frechet(b, mobilenet(224))
    # Other real pictures of domain B are as near as that.
    others = google[first] if outlined else twitter[first]
    row |= {"input_fid_224": fid(a), "gan_fid_224": fid(made), "real_fid_224": fid(others)}
    row |= {"cycle_l1": l1(back, a), "cycle_l1_b": l1(gan.translate(made_b), b)}
    # Outputs differ as inputs do: 1 is as much as real pictures of domain B.
    row["diversity"] = l1(made, made[pairs]) / l1(b, b[np.random.default_rng(2).permutation(len(b))])
    cells = interleave([a[:32], made[:32], back[:32]])
    return row, image_grid(cells, 12, "a | a2b | back")


PHOTOGRAPHS = (
    "astronaut",
    "rocket",
    "retina",
    "immunohistochemistry",
    "chelsea",
    "coffee",
    "hubble_deep_field",
)
# With three channels. Too few photographs are soon over-fitted: with the four of the six that are not held out, the pixel loss
# gained half a dB less, and no weight of the adversary lowered the distance of rocket or of astronaut.
GREY = ("camera", "coins", "moon", "brick", "grass", "gravel")
HELD_OUT = {
    "photographs-x2": ("chelsea", "coffee"),
    "photographs-x2-b": ("astronaut", "rocket"),
    "photographs-x2-c": ("retina", "immunohistochemistry"),
}


def crops(picture, side=96):
    rows, columns = (range(0, size - side + 1, side) for size in picture.shape[:2])
    return [picture[y : y + side, x : x + side] for y in rows for x in columns]


def photographs():
    """All that come with scikit-image, in colour or grey."""
    from skimage import data as pictures

    found = {name: getattr(pictures, name)() for name in PHOTOGRAPHS}
    found["motorcycle, left"], found["motorcycle, right"], _ = pictures.stereo_motorcycle()
    return found | {name: np.repeat(getattr(pictures, name)()[..., None], 3, axis=-1) for name in GREY}


@dataclasses.dataclass(frozen=True)
class Phases:
    """Share of the time for the pixel loss; then the weights and the generator's first rate."""

    first: float
    pixel: float
    perceptual: float
    adversarial: float
    rate: float


OF_EMOJI = Phases(0.6, 0.2, 0.2, 2e-3, 3e-4)
OF_PHOTOGRAPHS = Phases(0.75, 1.0, 0.05, 1e-3, 1e-4)


def srgan(task, minutes, extractor):
    origin = None
    if task == "emoji-x4":
        scale, crop, test, phases = 4, None, emoji("test", "google"), OF_EMOJI
        batches = data.low_high(emoji("train", "google"), scale, batch_size=16)
    else:
        pictures = photographs()
        held_out = [crops(pictures.pop(name)) for name in HELD_OUT[task]]
        scale, crop, test, phases = 2, 64, np.concatenate(held_out), OF_PHOTOGRAPHS
        origin = np.repeat(HELD_OUT[task], [len(part) for part in held_out])
        batches = data.low_high(list(pictures.values()), scale, crop=crop, batch_size=16)
    side = crop or test.shape[1]
    low = data.to_uint8(resize(data.from_uint8(test), tuple(s // scale for s in test.shape[1:3]))).numpy()
    bicubic = data.to_uint8(resize(data.from_uint8(low), test.shape[1:3])).numpy()
    # A black corner, which bicubic restores exactly, is at infinite dB.
    kept = np.isfinite(metrics.psnr(test, bicubic, channels="y", border=scale))
    test, low, bicubic = test[kept], low[kept], bicubic[kept]
    keras.utils.set_random_seed(0)
    gan = keras_gan.SRGAN(
        networks.msrresnet(scale, filters=32, blocks=6),
        networks.srgan_discriminator((side, side, 3), filters=16, units=64),
        pretraining_steps=10**6,
        pixel_loss="l1",
        pixel_weight=phases.pixel,
        adversarial_weight=phases.adversarial,
        seed=0,
    )
    penalty = keras_gan.regularizers.PerceptualPenalty(
        phases.perceptual, extractor, layers="conv_pw_3_relu", norm="l1"
    )

    def compile_for(steps, rate):
        optimizers = [
            keras_gan.optimizers.Adam(LinearDecay(player_rate, steps, steps // 2))
            for player_rate in (rate, 1e-4)
        ]
        gan.compile(
            regularizers=[penalty], generator_optimizer=optimizers[0], discriminator_optimizer=optimizers[1]
        )

    compile_for(10**6, 1e-3)
    clock = For(30.0)
    gan.fit(batches, epochs=10**6, verbose=0, callbacks=[clock])
    first = int(60 * minutes * phases.first * clock.steps / clock.passed)
    # A step with the adversary takes half as long again.
    then = int(first * (1.0 - phases.first) / phases.first / 1.5)
    compile_for(first, 1e-3)
    seconds = fit(gan, batches, first)
    smooth = gan.translate(low)
    gan.pretraining_steps = first
    compile_for(then, phases.rate)
    seconds += fit(gan, batches, first + then)
    sharp = gan.translate(low)
    # Of other layers than those that it was trained on.
    distance = metrics.PerceptualDistance(extractor, ["conv_pw_1_relu", "conv_pw_5_relu", "conv_pw_11_relu"])
    row = {"steps": [first, then], "seconds": seconds, "n": len(test)}
    of_photograph = {name: {"n": int((origin[kept] == name).sum())} for name in HELD_OUT.get(task, ())}
    for name, made in (("bicubic", bicubic), ("srresnet", smooth), ("srgan", sharp)):
        figures = {
            "psnr": np.asarray(metrics.psnr(test, made, channels="y", border=scale)),
            "ssim": np.asarray(metrics.ssim(test, made, channels="y", border=scale)),
            "distance": np.asarray(distance.of_pairs(test, made)),
        }
        row |= {f"{name}_{figure}": float(values.mean()) for figure, values in figures.items()}
        for photograph, of_one in of_photograph.items():
            chosen = origin[kept] == photograph
            of_one |= {f"{name}_{f}": float(v[chosen].mean()) for f, v in figures.items()}
    row |= {"photographs": of_photograph} if of_photograph else {}
    shown = slice(0, None, max(1, len(test) // 16))
    cells = interleave([bicubic[shown], smooth[shown], sharp[shown], test[shown]])
    return row, image_grid(cells, 8, "bicubic | SRResNet | SRGAN | original")


TASKS = {
    "styles": (pix2pix, 22),
    "colour": (pix2pix, 22),
    "outlines": (cyclegan, 38),
    "two-styles": (cyclegan, 15),
    "emoji-x4": (srgan, 14),
    **{task: (srgan, 8) for task in HELD_OUT},
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--task", choices=TASKS, action="append")
    parser.add_argument("--minutes", type=float, help="Of training. Default: the task's.")
    options = parser.parse_args()
    if not (SHARED / "data/emoji").is_dir():
        parser.error(f"There is no {SHARED / 'data/emoji'}.")
    rows = [json.loads(line) for line in options.results.open()] if options.results.exists() else []
    extractor = mobilenet()
    for task in options.task or TASKS:
        run, minutes = TASKS[task][0], options.minutes or TASKS[task][1]
        if any(row["task"] == task and row["minutes"] == minutes for row in rows):
            continue
        figures, picture = run(task, minutes, extractor)
        rows.append({"task": task, "minutes": minutes, **figures})
        with options.results.open("a") as file:
            file.write(json.dumps(rows[-1] | machine()) + "\n")
        if options.pictures:
            options.pictures.mkdir(parents=True, exist_ok=True)
            picture.save(options.pictures / f"{task}.png")
        keras.backend.clear_session()
    for row in rows:
        print(" ".join(f"{k}={v:.4g}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items()))


if __name__ == "__main__":
    main()
