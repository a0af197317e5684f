"""StarGAN between six skin tones of emoji, against the true other tone.

    taskset -c 0 python benchmarks/skin_tones.py --results skin_tones.jsonl --pictures pictures      # 30 minutes on one core

Trains on unpaired images of 264 emoji, each in six tones (64 x 64, over white), and translates each of 60 held-out emoji from
each tone into each other one: 1,800 edits whose truth is known. Printed are

- PSNR in dB: means over the edits of -10 log10 of the mean squared error of pixels in [0, 1];
- outside: mean absolute change, in grey levels of 255, of pixels that no tone changes.

Beside it two bars: the image as it is, and the image plus the difference of the mean colours of both tones in the training
images, where an image is not white. `--hold-out 40` trains without the last 40 emoji and is measured on them, for choices.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from machine import machine

import keras_gan


def over_white(images):
    """uint8 RGBA -> RGB."""
    alpha = images[..., 3:] / 255.0
    return np.round(images[..., :3] * alpha + 255.0 * (1.0 - alpha)).astype("uint8")


def edits(images):
    """Indices (emoji, tone, other tone) of all edits."""
    count, tones = images.shape[:2]
    return np.array([(i, a, b) for i in range(count) for a in range(tones) for b in range(tones) if a != b])


def measured(made, images, of):
    truth, source = images[of[:, 0], of[:, 2]], images[of[:, 0], of[:, 1]]
    errors = ((made.astype("float64") - truth) ** 2).mean(axis=(1, 2, 3)) / 255.0**2
    same = (np.ptp(images.astype(int), axis=1).max(axis=-1) == 0)[of[:, 0]]
    outside = np.abs(made.astype(int) - source)[same].mean()
    return {"psnr": float((-10.0 * np.log10(errors)).mean()), "outside": float(outside)}


def bars(train, images, of):
    source = images[of[:, 0], of[:, 1]]
    inked = (train.min(axis=-1) < 255)[..., None]
    means = (train * inked).sum(axis=(0, 2, 3)) / inked.sum(axis=(0, 2, 3))
    shift = (means[of[:, 2]] - means[of[:, 1]])[:, None, None]
    shifted = np.where(source.min(axis=-1, keepdims=True) < 255, source + shift, source).clip(0, 255)
    return {"as it is": measured(source, images, of), "mean colour": measured(shifted, images, of)}


def model(tones, options):
    keras.utils.set_random_seed(options.seed)
    networks = keras_gan.networks.stargan(
        (64, 64, 3),
        num_classes=len(tones),
        filters=options.filters,
        residual_blocks=options.residual_blocks,
        discriminator_filters=options.filters,
        discriminator_blocks=5,
    )
    gan = keras_gan.StarGAN(
        *networks,
        num_classes=len(tones),
        class_names=tones,
        identity_weight=options.identity_weight,
        ema_decay=0.99,
        seed=options.seed,
    )
    adam = {
        f"{player}_optimizer": keras_gan.optimizers.Adam(options.rate, beta_1=0.5) for player in gan.players
    }
    gan.compile(**adam, discriminator_steps=options.discriminator_steps)
    return gan


class Minutes(keras.callbacks.Callback):
    """Stops after minutes of the process's CPU time, and says how far it is now and then."""

    def __init__(self, minutes, report):
        super().__init__()
        self.end, self.report, self.said = time.process_time() + 60 * minutes, report, time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        if time.process_time() - self.said > 120:
            self.said = time.process_time()
            self.report()
        self.model.stop_training = time.process_time() > self.end


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, help="file to which a line of JSON is added")
    parser.add_argument(
        "--pictures", type=pathlib.Path, help="folder for a sheet: input, translations, truth"
    )
    parser.add_argument("--data", type=pathlib.Path, default="../shared/data/noto64/skin_tones.npz")
    parser.add_argument("--minutes", type=float, default=30.0, help="of CPU time")
    parser.add_argument(
        "--hold-out", type=int, default=0, help="of the training emoji, instead of the test's"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--filters", type=int, default=16)
    parser.add_argument("--residual-blocks", type=int, default=2)
    parser.add_argument("--identity-weight", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--discriminator-steps", type=int, default=2)
    options = parser.parse_args()
    arrays = np.load(options.data)
    tones = [str(tone) for tone in arrays["tones"]]
    train, test = over_white(arrays["train"]), over_white(arrays["test"])
    if options.hold_out:
        train, test = train[: -options.hold_out], train[-options.hold_out :]
    of = edits(test)
    rows = bars(train, test, of)
    for name, row in rows.items():
        print(f"  {name}: {row}", flush=True)
    gan = model(tones, options)
    images = train.reshape(-1, 64, 64, 3)
    labels = np.tile(np.arange(len(tones)), len(train))
    # Of each discriminator step.
    data = keras_gan.data.from_arrays(images, labels, batch_size=16, seed=options.seed)

    def found():
        return measured(gan.translate(test[of[:, 0], of[:, 1]], of[:, 2], 64), test, of)

    def report():
        print(f"  {int(gan.state.step.numpy())} steps: {found()}", flush=True)

    began = time.process_time()
    gan.fit(data, epochs=10**6, verbose=0, callbacks=[Minutes(options.minutes, report)])
    seconds, steps = time.process_time() - began, int(gan.state.step.numpy())
    rows["StarGAN"] = found()
    print(f"{len(of)} edits of {len(test)} emoji; {steps} steps, {seconds:.0f} s")
    print(f"{'':12} {'PSNR':>6} {'outside':>8}")
    for name, row in rows.items():
        print(f"{name:12} {row['psnr']:6.2f} {row['outside']:8.2f}")
    if options.results:
        given = {
            name: str(value) if isinstance(value, pathlib.Path) else value
            for name, value in vars(options).items()
        }
        given = {
            name: given[name]
            for name in (
                "seed",
                "filters",
                "residual_blocks",
                "identity_weight",
                "rate",
                "discriminator_steps",
                "hold_out",
            )
        }
        line = {**given, "steps": steps, "seconds": round(seconds), **rows, **machine()}
        with options.results.open("a") as file:
            file.write(json.dumps(line) + "\n")
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
        chosen = np.linspace(0, len(test) - 1, 8).round().astype(int)
        sheet = []
        for i in chosen:
            made = gan.translate(np.repeat(test[i, :1], len(tones), axis=0), np.arange(len(tones)))
            sheet += [test[i, 0], *made, test[i, 0], *test[i]]
        keras_gan.grid.image_grid(np.stack(sheet), 1 + len(tones)).save(options.pictures / "skin_tones.png")


if __name__ == "__main__":
    main()
