"""A federated GAN of digits split by class over five clients, against each client's own and a pooled one.

    taskset -c 0 python benchmarks/federated.py --results federated.jsonl --sheets sheets

Client i of five has the digits 2i and 2i + 1 of mnist_5k alone. All make the same number of steps on the same networks. Printed are how many
of the ten classes a classifier finds among 2,000 images (at least 2% of them each), the Fréchet distance to all training digits on its
features, and the bytes that a round sends; and for 10 s of local work a round what federation adds to it.
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
from keras_gan.callbacks import StopAtStep
from keras_gan.federated import Local, simulate
from keras_gan.metrics.functional import frechet_distance


def make():
    keras.utils.set_random_seed(0)
    networks = keras_gan.networks.dcgan(
        (28, 28, 1), latent_dim=64, filters=16, discriminator_normalization="none"
    )
    gan = keras_gan.GAN(*networks, seed=0)
    gan.compile(regularizers=[keras_gan.regularizers.R1Penalty(0.1, interval=4)])
    return gan


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--local-steps", type=int, default=20)
    parser.add_argument("--sheets", type=pathlib.Path, help="folder for a sheet of each GAN's images")
    options = parser.parse_args()
    train, held_out = keras_gan.data.load("mnist_5k", splits=("train", "test"), labels=True, batch_size=500)
    images, labels = (np.concatenate(parts) for parts in zip(*train, strict=True))
    extractor = keras_gan.features.train_extractor(train, held_out, verbose=False)
    reference = np.asarray(extractor(keras_gan.data.to_uint8(images).numpy()))
    clients = {f"{2 * i}{2 * i + 1}": images[labels // 2 == i] for i in range(5)}

    def measured(name, gan, seconds, **more):
        made = gan.generate(2000, seed=3)
        found = np.asarray(extractor.classifier(made)).argmax(axis=1)
        shares = np.bincount(found, minlength=10) / len(found)
        row = {"gan": name, "steps": int(gan.state.step.numpy()), "classes": int((shares >= 0.02).sum())}
        row["distance"] = float(frechet_distance(reference, np.asarray(extractor(made))))
        row |= {"cpu_seconds": seconds, **more}
        with options.results.open("a") as file:
            file.write(json.dumps(row | machine()) + "\n")
        print({key: round(v, 2) if isinstance(v, float) else v for key, v in row.items()}, flush=True)
        if options.sheets:
            options.sheets.mkdir(parents=True, exist_ok=True)
            keras_gan.grid.image_grid(made[:64], 8).save(options.sheets / f"{name.replace(' ', '-')}.png")

    steps = options.rounds * options.local_steps
    for average in ("both", "discriminator"):
        clock = time.process_time()
        found = simulate(
            make, clients, options.rounds, local_steps=options.local_steps, average=average, batch_size=32
        )
        measured(
            f"federated, {average}", found.gan, time.process_time() - clock, bytes=found.history[-1]["bytes"]
        )
    for name, data in {"pooled": images, **clients}.items():
        clock, gan = time.process_time(), make()
        gan.fit(data, batch_size=32, epochs=1000, verbose=0, callbacks=[StopAtStep(steps)])
        measured(name if name == "pooled" else f"client {name}", gan, time.process_time() - clock)
    # What a round costs beside the training: weights out and in, the mean.
    local, others = Local(make(), images[:64]), [Local(make(), images[:64]) for _ in range(5)]
    clock = time.process_time()
    for _ in range(20):
        arrays = [each.read() for each in others]
        mean = keras_gan.federated.average(arrays, [1] * 5)
        local.write(mean)
        for each in others:
            each.write(mean)
    seconds = (time.process_time() - clock) / 20
    print(
        f"A round of five clients: {seconds:.3f} s beside the training, {seconds / 50:.2%} of 10 s of work on each"
    )
    with options.results.open("a") as file:
        row = {"gan": "overhead", "seconds_a_round": seconds, "share_of_10_s_on_each": seconds / 50}
        file.write(json.dumps(row | machine()) + "\n")


if __name__ == "__main__":
    main()
