"""Time and memory of a training step: `GAN.fit` against what it could be and what people write.

    python benchmarks/train_step.py --results train_step.jsonl   # all, about ten minutes on 2 cores
    python benchmarks/train_step.py --results train_step.jsonl --case "DCGAN 28" --repeats 5

A finished case is appended to the results file; one that is there is printed and not run again.

Each method trains the same networks on the same data in a process of its own; the processes take
turns, so that a slow moment of the machine meets all. Printed are medians over the turns, and the
peak resident memory of each process. PyTorch's rows are there where torch is installed.

- fit:          `GAN.fit` with the EMA generator, on a data set of `keras_gan.data`
- fit, synthetic: the same on one batch in memory, repeated: what the input pipeline costs
- by hand:      a `tf.function` loop that does only the mathematics, EMA included (the limit)
- fit, no EMA, and tutorial: `GAN.fit` and the usual Keras tutorial's model (the generator runs
                again for its own step, optimisers as attributes, `keras.metrics.Mean`), both without EMA
- torch:        PyTorch eager, the same networks, without EMA
"""

import argparse
import dataclasses
import json
import os
import pathlib
import statistics

from machine import machine
from turns import measure


@dataclasses.dataclass(frozen=True)
class Case:
    size: int
    channels: int
    filters: int
    batch: int
    critic: bool
    steps: int

    @property
    def k(self):
        return 5 if self.critic else 1


CASES = {
    "DCGAN 28": Case(28, 1, 64, 64, False, 10),
    "DCGAN 64, filters / 4": Case(64, 3, 16, 32, False, 12),
    "WGAN-GP 32": Case(32, 3, 32, 64, True, 4),
}
METHODS = ("fit", "fit, synthetic", "by hand", "fit, no EMA", "tutorial", "torch")


# === Keras ===


def make_networks(case):
    import keras

    import keras_gan

    keras.utils.set_random_seed(0)
    return keras_gan.networks.dcgan(
        (case.size, case.size, case.channels),
        latent_dim=100,
        filters=case.filters,
        discriminator_normalization="none" if case.critic else "batch",
    )


def make_adam(case):
    import keras

    return keras.optimizers.Adam(1e-4, 0.0, 0.9) if case.critic else keras.optimizers.Adam(2e-4, 0.5)


def make_images(case, n):
    import numpy as np

    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (n, case.size, case.size, case.channels)).astype("float32")


def make_dataset(case):
    import keras_gan

    return keras_gan.data.from_arrays(
        make_images(case, case.steps * case.k * case.batch), batch_size=case.batch
    )


def fit(case, ema=True, synthetic=False):
    import tensorflow as tf

    import keras_gan

    model = keras_gan.WGANGP if case.critic else keras_gan.GAN
    gan = model(*make_networks(case), ema_decay=0.999 if ema else None, seed=0)
    gan.compile()
    dataset = make_dataset(case)
    if synthetic:
        batch = tf.constant(make_images(case, case.batch))
        dataset = tf.data.Dataset.from_tensors(batch).repeat(case.steps * case.k)
    return lambda: gan.fit(dataset, epochs=1, verbose=0)


def critic_loss(tf, discriminator, real, fake, critic):
    real_logits, fake_logits = discriminator(real, training=True), discriminator(fake, training=True)
    if not critic:
        return tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(tf.nn.softplus(fake_logits))
    alpha = tf.random.uniform((real.shape[0], 1, 1, 1))
    between = alpha * real + (1 - alpha) * fake
    with tf.GradientTape() as tape:
        tape.watch(between)
        logits = discriminator(between, training=True)
    norms = tf.sqrt(tf.reduce_sum(tape.gradient(logits, between) ** 2, (1, 2, 3)) + 1e-12)
    return tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits) + 10 * tf.reduce_mean((norms - 1) ** 2)


def generator_loss(tf, logits, critic):
    return -tf.reduce_mean(logits) if critic else tf.reduce_mean(tf.nn.softplus(-logits))


def by_hand(case):
    import keras
    import tensorflow as tf

    generator, discriminator = make_networks(case)
    ema = keras.models.clone_model(generator)
    ema.set_weights(generator.get_weights())
    optimizers = make_adam(case), make_adam(case)
    g_variables = [v.value for v in generator.trainable_variables]
    d_variables = [v.value for v in discriminator.trainable_variables]
    optimizers[0].build(generator.trainable_variables)
    optimizers[1].build(discriminator.trainable_variables)
    pairs = list(zip([v.value for v in ema.weights], [v.value for v in generator.weights], strict=True))
    trainable = {id(v) for v in g_variables}

    @tf.function
    def step(images):
        for j in range(case.k):
            real = images[j :: case.k]
            with tf.GradientTape() as generator_tape:
                fake = generator(tf.random.normal((case.batch, 100)), training=True)
            with tf.GradientTape() as tape:
                loss = critic_loss(tf, discriminator, real, tf.stop_gradient(fake), case.critic)
            optimizers[1].apply(tape.gradient(loss, d_variables), discriminator.trainable_variables)
        with generator_tape:
            loss = generator_loss(tf, discriminator(fake, training=True), case.critic)
        optimizers[0].apply(generator_tape.gradient(loss, g_variables), generator.trainable_variables)
        for average, value in pairs:
            average.assign(average + 0.001 * (value - average) if id(value) in trainable else value)

    dataset = make_dataset(case)
    if case.k > 1:
        dataset = dataset.rebatch(case.k * case.batch, drop_remainder=True)

    def run():
        for images in dataset:
            step(images)

    return run


def tutorial(case):
    import keras
    import tensorflow as tf

    generator, discriminator = make_networks(case)

    class TutorialGAN(keras.Model):
        def compile(self, d_optimizer, g_optimizer):
            super().compile()
            self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer
            self.d_metric = keras.metrics.Mean(name="d_loss")
            self.g_metric = keras.metrics.Mean(name="g_loss")

        @property
        def metrics(self):
            return [self.d_metric, self.g_metric]

        def train_step(self, real):
            for _ in range(case.k):
                fake = generator(tf.random.normal((case.batch, 100)), training=True)
                with tf.GradientTape() as tape:
                    d_loss = critic_loss(tf, discriminator, real, fake, case.critic)
                gradients = tape.gradient(d_loss, discriminator.trainable_weights)
                self.d_optimizer.apply_gradients(zip(gradients, discriminator.trainable_weights, strict=True))
            with tf.GradientTape() as tape:
                fake = generator(tf.random.normal((case.batch, 100)), training=True)
                g_loss = generator_loss(tf, discriminator(fake, training=True), case.critic)
            gradients = tape.gradient(g_loss, generator.trainable_weights)
            self.g_optimizer.apply_gradients(zip(gradients, generator.trainable_weights, strict=True))
            self.d_metric.update_state(d_loss)
            self.g_metric.update_state(g_loss)
            return {m.name: m.result() for m in self.metrics}

    gan = TutorialGAN()
    gan.compile(make_adam(case), make_adam(case))
    # The tutorial's critic sees the same real batch in all its steps: one batch a step.
    dataset = make_dataset(case).take(case.steps)
    return lambda: gan.fit(dataset, epochs=1, verbose=0)


# === PyTorch ===


def torch_eager(case):
    import torch
    from torch import nn

    torch.manual_seed(0)
    torch.set_num_threads(os.cpu_count())
    stages, side = 0, case.size
    while side % 2 == 0 and side >= 8:
        side, stages = side // 2, stages + 1
    width = case.filters * 2**stages
    layers = [
        nn.Linear(100, side * side * width, bias=False),
        nn.Unflatten(1, (width, side, side)),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    ]
    for stage in range(1, stages + 1):
        last = stage == stages
        out = case.channels if last else width >> stage
        layers += [nn.ConvTranspose2d(width >> stage - 1, out, 5, 2, 2, 1, bias=last)]
        layers += [nn.Tanh()] if last else [nn.BatchNorm2d(out), nn.ReLU()]
    generator = nn.Sequential(*layers)
    layers, before = [], case.channels
    for stage in range(stages):
        out = case.filters << stage
        layers += [nn.Conv2d(before, out, 5, 2, 2, bias=stage == 0 or case.critic)]
        layers += [nn.BatchNorm2d(out)] if stage and not case.critic else []
        layers += [nn.LeakyReLU(0.2)]
        before = out
    discriminator = nn.Sequential(*layers, nn.Flatten(), nn.Linear(side * side * before, 1))
    rates = {"lr": 1e-4, "betas": (0.0, 0.9)} if case.critic else {"lr": 2e-4, "betas": (0.5, 0.999)}
    g_optimizer = torch.optim.Adam(generator.parameters(), **rates)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), **rates)
    softplus = nn.functional.softplus
    images = (
        torch.from_numpy(make_images(case, case.steps * case.k * case.batch)).permute(0, 3, 1, 2).contiguous()
    )

    def run():
        order = torch.randperm(len(images)).split(case.batch)
        for step in range(case.steps):
            for j in range(case.k):
                real = images[order[step * case.k + j]]
                fake = generator(torch.randn(case.batch, 100))
                detached = fake.detach()
                real_logits, fake_logits = discriminator(real), discriminator(detached)
                if case.critic:
                    alpha = torch.rand(case.batch, 1, 1, 1)
                    between = (alpha * real + (1 - alpha) * detached).requires_grad_()
                    (grad,) = torch.autograd.grad(discriminator(between).sum(), between, create_graph=True)
                    penalty = ((grad.flatten(1).norm(dim=1) - 1) ** 2).mean()
                    loss = fake_logits.mean() - real_logits.mean() + 10 * penalty
                else:
                    loss = softplus(-real_logits).mean() + softplus(fake_logits).mean()
                d_optimizer.zero_grad()
                loss.backward()
                d_optimizer.step()
            logits = discriminator(fake)
            loss = -logits.mean() if case.critic else softplus(-logits).mean()
            g_optimizer.zero_grad()
            loss.backward()
            g_optimizer.step()

    return run


def make(method, case):
    return {
        "fit": lambda: fit(case),
        "fit, synthetic": lambda: fit(case, synthetic=True),
        "fit, no EMA": lambda: fit(case, ema=False),
        "by hand": lambda: by_hand(case),
        "tutorial": lambda: tutorial(case),
        "torch": lambda: torch_eager(case),
    }[method]()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", choices=CASES, action="append", help="default: all")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument(
        "--results", type=pathlib.Path, required=True, help="file of finished cases (JSON lines)"
    )
    options = parser.parse_args()
    rows = options.results.read_text().splitlines() if options.results.exists() else []
    finished = {row["case"]: row for row in map(json.loads, rows)}
    against = {"fit": "by hand", "fit, synthetic": "fit", "fit, no EMA": "tutorial", "torch": "fit, no EMA"}
    for name in options.case or CASES:
        case = CASES[name]
        if name not in finished:
            times, memory, _ = measure(make, METHODS, case, options.repeats)
            finished[name] = {"case": name, "seconds": times, "peak_mb": memory, **dataclasses.asdict(case)}
            with options.results.open("a") as file:
                file.write(json.dumps(finished[name] | machine()) + "\n")
        times, memory = finished[name]["seconds"], finished[name]["peak_mb"]
        turns = len(times["fit"])
        print(
            f"\n{name}: batch {case.batch}, filters {case.filters}, {case.k} discriminator steps, "
            f"{turns} turns of {case.steps} steps"
        )
        print(f"{'method':16}{'ms/step':>10}{'peak MB':>10}   ratio (median over turns)")
        for method, values in times.items():
            row = f"{method:16}{1000 * statistics.median(values):10.1f}{memory[method]:10.0f}"
            other = against.get(method)
            if other in times:
                ratio = statistics.median(a / b for a, b in zip(values, times[other], strict=True))
                row += f"   {ratio:.3f} x {other}"
            print(row, flush=True)


if __name__ == "__main__":
    main()
