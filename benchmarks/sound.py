"""Sound: a small HiFi-GAN on speech beside Griffin and Lim's phases, WaveGAN and SpecGAN on drum hits by class, and HiFi-GAN's speed beside PyTorch's.

    taskset -c 0 python benchmarks/sound.py --results sound.jsonl vocoder --data ../shared/data/speech8k.npz --minutes 40 --out clips
    taskset -c 0 python benchmarks/sound.py --results sound.jsonl drums --data ../shared/data/drums8k.npz --minutes 30 --out clips
    python benchmarks/sound.py --results sound.jsonl speed

"vocoder": mean absolute difference of log-mel spectrograms (the front end's own) on the held-out speech. "drums": a classifier of log-mel spectrograms learns
the classes from the kits that train; agreement is how often it finds the class that was asked for, and the Fréchet distance is on its features. "speed":
CPU time of one pinned core, 4 s of sound at 22,050 Hz, needs PyTorch.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from machine import machine


def until(minutes):
    """A callback that ends a training after so many minutes of CPU time."""
    import keras

    class Until(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.began = time.process_time()

        def on_train_batch_end(self, batch, logs=None):
            if time.process_time() - self.began > 60 * minutes:
                self.model.stop_training = True

    return Until()


# === Vocoder ===


def vocoder(options):
    import keras

    import keras_gan

    keras.utils.set_random_seed(options.seed)
    z = np.load(options.data)
    train, test = (np.split(z[f"{s}_audio"], np.cumsum(z[f"{s}_length"])[:-1]) for s in ("train", "test"))
    data = keras_gan.data.sounds(
        train, rate=8000, length=4096, part="random", batch_size=8, seed=options.seed
    )
    mel = keras_gan.layers.MelSpectrogram(8000, bands=40, fft=512, hop=128)
    generator = keras_gan.networks.hifigan("v3", bands=40, channels=options.channels, rates=(8, 4, 4))
    discriminator = keras_gan.networks.hifigan_discriminator(
        4096,
        periods=(2, 3, 5, 7, 11),
        scales=2,
        widths=(8, 16, 32, 32),
        scale_widths=(8, 16, 32, 32, 32),
        groups=(1, 2, 4, 4, 1),
        weight_norm=options.weight_norm,
    )
    gan = keras_gan.HiFiGAN(
        generator,
        discriminator,
        mel,
        pretraining_steps=options.pretraining,
        ema_decay=0.999,
        seed=options.seed,
    )
    Adam = keras_gan.optimizers.Adam
    gan.compile(*(Adam(options.rate, 0.8, 0.99) for _ in range(2)))
    whole = [clip[None, : len(clip) // 128 * 128, None].astype("float32") / 32768 for clip in test]

    def distance(make):
        total = count = 0.0
        for clip in whole:
            given = np.asarray(mel(clip))
            difference = np.abs(np.asarray(mel(make(given))) - given)
            total, count = total + difference.sum(), count + difference.size
        return float(total / count)

    lim = distance(lambda given: keras_gan.data.spectrograms.griffin_lim_of_mel(given, mel, 60))
    print("Griffin-Lim", round(lim, 4), flush=True)
    curve, began = [], time.process_time()
    steps = 0
    while time.process_time() - began < 60 * options.minutes:
        gan.fit(
            data,
            epochs=10_000,
            verbose=0,
            callbacks=[until(min(options.every, options.minutes - (time.process_time() - began) / 60))],
        )
        steps = int(gan.state.step.numpy())
        curve.append((round((time.process_time() - began) / 60, 1), steps, round(distance(gan.vocode), 4)))
        print(*curve[-1], flush=True)
    if options.out:
        folder = pathlib.Path(options.out)
        folder.mkdir(parents=True, exist_ok=True)
        gan.save(folder / "vocoder.keras")
        for i, clip in enumerate(whole[:4]):
            given = mel(clip)
            keras_gan.data.write_sound(folder / f"speech-{i}-real.wav", clip[0], 8000)
            keras_gan.data.write_sound(folder / f"speech-{i}-hifigan.wav", gan.vocode(given)[0], 8000)
            lim_sound = keras_gan.data.spectrograms.griffin_lim_of_mel(given, mel, 60)
            keras_gan.data.write_sound(
                folder / f"speech-{i}-griffin-lim.wav", np.clip(lim_sound[0], -1, 1), 8000
            )
    return {
        "what": "vocoder",
        "steps": steps,
        "parameters": generator.count_params(),
        "mel_distance": curve[-1][2],
        "griffin_lim": round(lim, 4),
        "curve": curve,
    }


# === Drums ===


def classifier(sounds, labels, classes, seed=0):
    """A small network of log-mel spectrograms, and its features."""
    import keras

    import keras_gan

    keras.utils.set_random_seed(seed)
    x = inputs = keras.Input(sounds.shape[1:])
    x = keras_gan.layers.MelSpectrogram(8000, bands=40, fft=256, hop=64)(x)
    x = keras.layers.Reshape((64, 40, 1))(keras.layers.Rescaling(0.25, 1.0)(x))
    for width in (16, 32, 32):
        x = keras.layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        x = keras.layers.MaxPooling2D(2)(keras.layers.BatchNormalization(momentum=0.9)(x))
    features = keras.layers.GlobalAveragePooling2D(name="features")(x)
    logits = keras.layers.Dense(classes)(keras.layers.Dropout(0.3)(features))
    network = keras.Model(inputs, logits)
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rng = np.random.default_rng(seed)
    weights = (len(labels) / classes / np.bincount(labels, minlength=classes))[labels]
    for _ in range(60):
        # Other levels and beginnings.
        moved = np.stack([np.roll(x, rng.integers(0, 64), axis=0) for x in sounds])
        moved *= rng.uniform(0.3, 1.0, (len(moved), 1, 1))
        network.fit(moved, labels, batch_size=32, sample_weight=weights, verbose=0)
    return network, keras.Model(inputs, features)


def drums(options):
    import keras

    import keras_gan
    from keras_gan.metrics import functional

    z = np.load(options.data)
    sounds, labels, kits = z["audio"][..., None].astype("float32") / 32768, z["label"], z["kit"]
    names = [str(name) for name in z["classes"]]
    right = 0
    folds = np.unique(kits, return_inverse=True)[1] % 3
    for fold in range(3):
        judge, _ = classifier(sounds[folds != fold], labels[folds != fold], len(names))
        right += (judge.predict(sounds[folds == fold], verbose=0).argmax(1) == labels[folds == fold]).sum()
    print("classifier on kits that it has not heard:", round(right / len(labels), 3), flush=True)
    judge, features = classifier(sounds, labels, len(names))
    of_real = features.predict(sounds, verbose=0)

    keras.utils.set_random_seed(options.seed)
    if options.model == "wavegan":
        networks = keras_gan.networks.wavegan(
            4096, 64, filters=options.filters, num_classes=len(names), normalization=options.normalization
        )
        gan = keras_gan.WaveGAN(
            *networks, rate=8000, num_classes=len(names), ema_decay=0.99, seed=options.seed
        )
        data = keras_gan.data.sounds(
            sounds, labels, rate=8000, batch_size=32, class_names=names, seed=options.seed
        )
        make = gan.generate
    else:
        front_end = keras_gan.data.Spectrograms(8000, fft=128, hop=64).fit(sounds)
        networks = keras_gan.networks.dcgan(
            (64, 64, 1),
            64,
            filters=options.filters,
            discriminator_normalization="none",
            num_classes=len(names),
            conditioning="projection",
        )
        gan = keras_gan.ConditionalGAN(*networks, num_classes=len(names), ema_decay=0.99, seed=options.seed)
        data = keras_gan.data.from_arrays(
            front_end.to_images(sounds), labels, batch_size=32, seed=options.seed
        )

        def make(n, seed, labels):
            return front_end.to_sounds(gan.generate(n, seed, labels=labels), iterations=30)

    Adam = keras_gan.optimizers.Adam
    gan.compile(
        *(Adam(options.rate, 0.0, 0.99) for _ in range(2)),
        loss="non_saturating",
        regularizers=[keras_gan.regularizers.R1Penalty(options.gamma, 4)],
        discriminator_steps=1,
    ) if options.parts == "r1" else gan.compile()

    def scored():
        asked = np.arange(600) % len(names)
        made = make(600, seed=1, labels=asked.tolist())
        agreement = float((judge.predict(made, verbose=0).argmax(1) == asked).mean())
        # As many of each class as there are real ones.
        chosen = np.concatenate(
            [np.flatnonzero(asked == c)[: (labels == c).sum()] for c in range(len(names))]
        )
        distance = functional.frechet_distance(of_real, features.predict(made[chosen], verbose=0))
        return agreement, float(distance), made

    gan.fit(data, epochs=1, verbose=0)
    first = scored()
    print("after the first epoch", [round(x, 4) for x in first[:2]], flush=True)
    curve, began = [], time.process_time()
    while time.process_time() - began < 60 * options.minutes:
        left = options.minutes - (time.process_time() - began) / 60
        gan.fit(data, epochs=100_000, verbose=0, callbacks=[until(min(options.every, left))])
        agreement, distance, made = scored()
        minutes = round((time.process_time() - began) / 60, 1)
        curve.append((minutes, int(gan.state.step.numpy()), round(agreement, 3), round(distance, 4)))
        print(*curve[-1], flush=True)
    if options.out:
        folder = pathlib.Path(options.out)
        folder.mkdir(parents=True, exist_ok=True)
        modality = keras_gan.modalities.Audio(8000, (4096, 1))
        for title, some in (
            ("made", made[:48]),
            ("real", np.stack([sounds[labels == c][i] for i in range(8) for c in range(6)])),
        ):
            keras_gan.grid.image_grid(modality.to_pictures(some), 6, f"{title}: {', '.join(names)}").save(
                folder / f"{options.model}-{title}.png"
            )
            modality.write_all(folder / f"{options.model}-{title}.wav", some)
    return {
        "what": f"drums, {options.model}",
        "steps": curve[-1][1],
        "classifier": round(right / len(labels), 3),
        "agreement": curve[-1][2],
        "frechet": curve[-1][3],
        "frechet_epoch_1": round(first[1], 4),
        "agreement_epoch_1": round(first[0], 3),
        "curve": curve,
    }


# === Speed ===


def in_pytorch():
    """HiFi-GAN v1's generator written in PyTorch, weight norm folded, of random weights."""
    import torch
    from torch import nn
    from torch.nn import functional

    class Block(nn.Module):
        def __init__(self, width, kernel):
            super().__init__()
            self.dilated = nn.ModuleList(
                nn.Conv1d(width, width, kernel, dilation=d, padding=(kernel - 1) * d // 2) for d in (1, 3, 5)
            )
            self.plain = nn.ModuleList(nn.Conv1d(width, width, kernel, padding=kernel // 2) for _ in range(3))

        def forward(self, x):
            for dilated, plain in zip(self.dilated, self.plain, strict=True):
                y = dilated(functional.leaky_relu(x, 0.1))
                x = x + plain(functional.leaky_relu(y, 0.1))
            return x

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            self.before, self.after = nn.Conv1d(80, 512, 7, padding=3), nn.Conv1d(32, 1, 7, padding=3)
            self.ups = nn.ModuleList(
                nn.ConvTranspose1d(512 >> i, 256 >> i, kernel, rate, padding=(kernel - rate) // 2)
                for i, (rate, kernel) in enumerate(((8, 16), (8, 16), (2, 4), (2, 4)))
            )
            self.blocks = nn.ModuleList(Block(256 >> i, kernel) for i in range(4) for kernel in (3, 7, 11))

        def forward(self, x):
            x = self.before(x)
            for i, up in enumerate(self.ups):
                x = up(functional.leaky_relu(x, 0.1))
                x = sum(block(x) for block in self.blocks[3 * i : 3 * i + 3]) / 3
            return torch.tanh(self.after(functional.leaky_relu(x)))

    torch.set_num_threads(1)
    return Generator().eval()


def speed(options):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    import tensorflow as tf
    import torch

    import keras_gan

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    seconds, theirs = options.seconds, in_pytorch()
    frames = round(seconds * 22_050 / 256)
    mel = np.random.default_rng(0).normal(size=(1, frames, 80)).astype("float32")
    network = keras_gan.networks.hifigan("v1")
    assert network.count_params() == sum(p.numel() for p in theirs.parameters())
    ours = tf.function(lambda x: network(x, training=False))
    given, given_theirs = tf.constant(mel), torch.tensor(mel.swapaxes(1, 2).copy())

    def run_theirs():
        with torch.no_grad():
            return theirs(given_theirs).numpy()

    runs, times = {"ours": lambda: ours(given).numpy(), "pytorch": run_theirs}, {"ours": [], "pytorch": []}
    for turn in range(options.repeats + 1):
        for name, run in runs.items():
            began = time.process_time()
            run()
            if turn:
                times[name].append(time.process_time() - began)
    found = {name: float(np.median(values)) for name, values in times.items()}
    return {
        "what": "HiFi-GAN v1, one core",
        "seconds": seconds,
        "times": {name: round(value, 3) for name, value in found.items()},
        "ratio": round(found["ours"] / found["pytorch"], 3),
        "real_time_factor": round(found["ours"] / (frames * 256 / 22_050), 3),
        "torch": torch.__version__,
    }


TASKS = {"vocoder": vocoder, "drums": drums, "speed": speed}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", required=True)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--data")
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--every", type=float, default=5, help="minutes between scores")
    parser.add_argument("--channels", type=int, default=64)
    parser.add_argument("--pretraining", type=int, default=6000, help="generator steps of the mel loss alone")
    parser.add_argument("--model", choices=("wavegan", "specgan"), default="wavegan")
    parser.add_argument("--filters", type=int, default=16)
    parser.add_argument("--parts", choices=("r1", "paper"), default="r1", help="loss, penalty and optimisers")
    parser.add_argument(
        "--normalization", choices=("none", "batch"), default="batch", help="of WaveGAN's generator"
    )
    parser.add_argument("--gamma", type=float, default=1.0, help="of R1")
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--weight-norm", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--seconds", type=float, default=4, help="of sound, of the speed")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out")
    options = parser.parse_args()
    row = {**TASKS[options.task](options), "minutes": options.minutes, "seed": options.seed}
    with open(options.results, "a") as file:
        file.write(json.dumps(row | machine()) + "\n")
    print(row)
