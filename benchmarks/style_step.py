"""StyleGAN2's step, phase by phase, against the floor that its convolutions alone set.

    python benchmarks/style_step.py --results style_step.jsonl             # 32, 64 and 128; three minutes on 2 cores

Phases: the discriminator's step on real and generated images (both are at hand), the generator's (mapping, synthesis,
discriminator, back), R1 and path length, each with its gradient and, of the first two, its optimiser. The floor are the
same convolutions at the same shapes, with nothing between them, in turns with the phases in the same process: forward
and backward, and for the penalties forward, backward to the input, and back through both; at the networks' ends only those
that the phase needs. Medians of milliseconds per image; each size in a process of its own, with its peak memory. A size
that the results file has is not measured again.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

from machine import machine

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

SIZES = (32, 64, 128)
PHASES = ("D", "G", "R1", "path length")


def settings(size):
    """Channels that leave every size a fraction of a second a step on a CPU."""
    return {"channel_base": 32 * size, "channel_max": 128, "latent_dim": 128, "mapping_layers": 2}


def batch_of(size):
    return {32: 16, 64: 8, 128: 4}[size]


def convolutions(network, batch):
    """(inputs' shape, kernel's shape, up, down, end) of each convolution of a network.

    `end` is "images" of a discriminator's first, "logits" of its last, "sum" of those to an image, else None.
    """
    from keras_gan.layers import EqualizedConv2D, ModulatedConv2D

    found = []
    for layer in network.layers:
        if isinstance(layer, (EqualizedConv2D, ModulatedConv2D)):
            inputs = layer.input[0] if isinstance(layer.input, list) else layer.input
            # A 1x1 kernel is applied to the smaller image.
            shape = [batch, *inputs.shape[1:]]
            up, down = layer.up, getattr(layer, "down", 1)
            if layer.kernel_size == 1:
                shape[1:3] = [side // down for side in shape[1:3]]
                up = down = 1
            to_image = isinstance(layer, ModulatedConv2D) and not layer.demodulate
            found.append([shape, tuple(layer.kernel.shape), up, down, "sum" if to_image else None])
    if found[-1][-1] is None:
        found[0][-1], found[-1][-1] = "images", "logits"
    return found


def bare(convs, kind):
    """A compiled function of these convolutions alone: "forward and backward", "to the input" or "twice"."""
    import numpy as np
    import tensorflow as tf

    rng = np.random.default_rng(0)

    def tensor(shape):
        return tf.constant(rng.normal(size=shape), tf.float32)

    def convolve(x, kernel, up, down):
        if up == 2:
            n, height, width, _ = x.shape
            size = kernel.shape[0]
            shape = (n, 2 * height + size - 2, 2 * width + size - 2, kernel.shape[3])
            return tf.nn.conv2d_transpose(x, tf.transpose(kernel, (0, 1, 3, 2)), shape, 2, "VALID")
        if down == 2:
            x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
            return tf.nn.conv2d(x, kernel, 2, "VALID")
        return tf.nn.conv2d(x, kernel, 1, "SAME")

    given = [(tensor(shape), tensor(kernel), up, down) for shape, kernel, up, down, _ in convs]
    ends = [end for *_, end in convs]
    behind, later = ([tensor(convolve(*g).shape) for g in given] for _ in range(2))
    before = [tensor(g[0].shape) for g in given]

    def layer(x, kernel, up, down, dy, dz, v, end):
        with tf.GradientTape(persistent=True) as outer:
            outer.watch([x, kernel, dy])
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = convolve(x, kernel, up, down)
                product = tf.reduce_sum(y * dy)
            # What arrives at the forward pass in the end is not what arrived first. With the same tensor, or without the slope
            # among the results, the compiler leaves out a convolution that a network has to make.
            last = tf.reduce_sum(y * dz)
            slope = tape.gradient(product, x) if kind == "twice" else None
            again = None if slope is None else tf.reduce_sum(slope * v)
        if kind == "twice":
            # Through the backward pass, and through the forward pass, on which it depends.
            if end == "sum":  # fixed noise arrives at it, and the image itself is not asked for
                results = [slope, outer.gradient(again, kernel)]
            else:
                # Behind a discriminator's last all is linear, and nothing arrives at its forward pass.
                wanted = {"images": [kernel], "logits": []}.get(end, [x, kernel])
                results = [y, slope, *outer.gradient(again, [kernel, dy]), *outer.gradient(last, wanted)]
        elif kind == "to the input":
            results = [y, outer.gradient(product, x)]
        else:
            results = [y, *outer.gradient(product, [kernel] if end == "images" else [x, kernel])]
        return [tf.reduce_sum(r) for r in results]

    @tf.function
    def run(given, behind, later, before):
        results = []
        for (x, kernel, up, down), dy, dz, v, end in zip(given, behind, later, before, ends, strict=True):
            results += layer(x, kernel, up, down, dy, dz, v, end)
        return results

    numbers = [(x, k) for x, k, _, _ in given]
    factors = [(up, down) for _, _, up, down in given]

    def call(numbers, behind, later, before):
        return run([(x, k, *f) for (x, k), f in zip(numbers, factors, strict=True)], behind, later, before)

    return lambda: call(numbers, behind, later, before)[-1].numpy()


def phases(gan, batch):
    """A compiled function for each phase."""
    import numpy as np
    import tensorflow as tf

    from keras_gan.regularizers import PathLengthPenalty, R1Penalty, Turn

    images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (batch, *gan.image_shape)), tf.float32)
    r1, lengths = R1Penalty(1.0), PathLengthPenalty(shrink=1)
    lengths.build(gan)

    def drawn():
        return {"image": images, **gan.draw(batch, gan.seed_generator)}

    @tf.function
    def discriminator(fake):
        return gan.minimize(
            "discriminator",
            lambda: gan.discriminator_objective(gan.turn_of("discriminator", {"image": images}, fake)),
        )["d_loss"]

    @tf.function
    def generator():
        def objective():
            part = drawn()
            return gan.generator_objective(gan.turn_of("generator", part, gan.forward(part)))

        return gan.minimize("generator", objective)["g_loss"]

    @tf.function
    def penalty(kind):
        part, variables = kind == "R1", None
        variables = gan.variables_of("discriminator") if part else gan.variables_of("generator")
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([v.value for v in variables])
            turn = Turn(images, images)
            loss = r1.penalty(gan, turn) if part else lengths.penalty(gan, turn)[0]
        gradients = tape.gradient(loss, [v.value for v in variables])
        return [loss, *(tf.reduce_sum(g) for g in gradients if g is not None)]

    fake = gan.forward(drawn())
    return {
        "D": lambda: discriminator(fake).numpy(),
        "G": lambda: generator().numpy(),
        "R1": lambda: penalty("R1")[-1].numpy(),
        "path length": lambda: penalty("path length")[-1].numpy(),
    }


def measure(size, repeats):
    import keras

    import keras_gan

    batch = batch_of(size)
    gan = keras_gan.StyleGAN2(
        *keras_gan.networks.stylegan2((size, size, 3), **settings(size)),
        style_mixing=0.0,
        ema_decay=None,
        seed=0,
    )
    gan.compile(regularizers=[])
    synthesis = gan.generator.get_layer("synthesis")
    of_g, of_d = convolutions(synthesis, batch), convolutions(gan.discriminator, batch)
    first, both = (
        bare(of_g, "forward and backward"),
        bare(convolutions(gan.discriminator, 2 * batch), "forward and backward"),
    )
    to_image = bare(of_d, "to the input")
    floors = {
        "D": both,
        "G": lambda: (first(), to_image()),
        "R1": bare(of_d, "twice"),
        "path length": bare(of_g, "twice"),
    }
    ours = phases(gan, batch)
    row = {"size": size, "batch": batch, **settings(size), "parameters": gan.count_params()}
    for phase in PHASES:
        times = {"ours": [], "floor": []}
        for repeat in range(repeats + 2):
            for name, run in (("ours", ours[phase]), ("floor", floors[phase])):
                began = time.perf_counter()
                run()
                if repeat > 1:
                    times[name].append(1000 * (time.perf_counter() - began) / batch)
        row[phase] = {name: statistics.median(values) for name, values in times.items()}
        row[phase]["ratio"] = statistics.median(
            a / b for a, b in zip(times["ours"], times["floor"], strict=True)
        )
    keras.backend.clear_session()
    row["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return row


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, choices=SIZES, action="append")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(measure(options.size[0], options.repeats)))
        return
    rows = [json.loads(line) for line in options.results.open()] if options.results.exists() else []
    for size in options.size or SIZES:
        if any(row["size"] == size for row in rows):
            continue
        command = [
            sys.executable,
            __file__,
            "--alone",
            "--results",
            str(options.results),
            "--size",
            str(size),
        ]
        done = subprocess.run(
            [*command, "--repeats", str(options.repeats)], check=True, stdout=subprocess.PIPE, text=True
        )
        rows.append(json.loads(done.stdout.splitlines()[-1]))
        with options.results.open("a") as file:
            file.write(json.dumps(rows[-1] | machine()) + "\n")
    print(f"{'size':>4} {'batch':>5} {'phase':12} {'ms/image':>9} {'floor':>7} {'ratio':>6} {'peak MB':>8}")
    for row in rows:
        for phase in PHASES:
            figures = row[phase]
            print(
                f"{row['size']:4} {row['batch']:5} {phase:12} {figures['ours']:9.2f} {figures['floor']:7.2f} "
                f"{figures['ratio']:6.2f} {row['peak_mb']:8.0f}"
            )


if __name__ == "__main__":
    main()
