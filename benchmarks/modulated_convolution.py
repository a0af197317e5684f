"""The two forms of a modulated convolution, forward and backward, in turns in one process.

    python benchmarks/modulated_convolution.py          # two minutes on 2 cores

Scaled: the input's channels are scaled, all images share one convolution, and its output is scaled (what `ModulatedConv2D`
does). Fused: each image has weights of its own, and they are one grouped convolution of a batch that lies in the channels
(the official form on GPUs); on a CPU, where TensorFlow has no gradient of grouped convolutions outside XLA, one convolution
for each image, and, in a column of its own, the grouped one compiled by XLA. Both give the same to 1e-4. Medians of milliseconds of forward and
backward, and ratios to the scaled form.
"""

import argparse
import os
import pathlib
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from machine import add_row

from keras_gan.layers import ModulatedConv2D

SHAPES = ((8, 8, 128, 128), (8, 16, 128, 64), (8, 32, 64, 32), (8, 64, 32, 32))


def own_weights(kernel, styles):
    """Demodulated weights of each image, (batch, height, width, inputs, filters)."""
    weights = kernel[None] * styles[:, None, None, :, None]
    return weights * ops.rsqrt(ops.sum(ops.square(weights), axis=(1, 2, 3), keepdims=True) + 1e-8)


def one_by_one(x, weights):
    return ops.concatenate(
        [ops.conv(x[i : i + 1], weights[i], padding="same") for i in range(x.shape[0])], axis=0
    )


def grouped(x, weights):
    batch, height, width, channels = x.shape
    x = ops.reshape(ops.transpose(x, (1, 2, 0, 3)), (1, height, width, batch * channels))
    size, filters = weights.shape[1], weights.shape[-1]
    weights = ops.reshape(ops.transpose(weights, (1, 2, 3, 0, 4)), (size, size, channels, batch * filters))
    y = ops.reshape(tf.nn.conv2d(x, weights, 1, "SAME"), (height, width, batch, filters))
    return ops.transpose(y, (2, 0, 1, 3))


def timed(function, jit=False):
    """A compiled function of the gradients of a sum of squares."""

    @tf.function(jit_compile=jit)
    def run(*inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            y = function(*inputs)
            loss = tf.reduce_sum(tf.square(y))
        return y, tape.gradient(loss, inputs)

    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, help="file to which lines of JSON are added")
    options = parser.parse_args()
    print(
        f"{'batch x size x in x out':24} {'scaled':>8} {'one by one':>11} {'ratio':>6} {'grouped, XLA':>13} {'ratio':>6}"
    )
    on_gpu = bool(tf.config.list_physical_devices("GPU"))
    for batch, size, channels, filters in SHAPES:
        rng = np.random.default_rng(0)
        x = tf.constant(rng.normal(size=(batch, size, size, channels)), tf.float32)
        styles = tf.constant(1 + 0.3 * rng.normal(size=(batch, channels)), tf.float32)
        layer = ModulatedConv2D(filters, 3)
        layer.build([x.shape, styles.shape])
        kernel = tf.constant(layer.kernel.numpy())

        def scaled(x, styles, kernel, layer=layer):
            squares = ops.matmul(ops.square(styles), ops.sum(ops.square(kernel), axis=(0, 1)))
            y = ops.conv(x * styles[:, None, None, :], kernel, padding="same")
            return y * ops.rsqrt(squares + 1e-8)[:, None, None, :]

        forms = {
            "scaled": timed(scaled),
            "one by one": timed(lambda x, s, k: one_by_one(x, own_weights(k, s))),
            "grouped": timed(lambda x, s, k: grouped(x, own_weights(k, s)), jit=not on_gpu),
        }
        wanted = keras.ops.convert_to_numpy(layer([x, styles]))
        times = {name: [] for name in forms}
        for repeat in range(12):
            for name, run in forms.items():
                began = time.perf_counter()
                y, gradients = run(x, styles, kernel)
                gradients[0].numpy()
                if repeat > 1:
                    times[name].append(1000 * (time.perf_counter() - began))
                else:
                    assert np.abs(y.numpy() - wanted).max() < 1e-4 * wanted.std()
        medians = {name: statistics.median(values) for name, values in times.items()}
        ratios = {
            name: statistics.median(a / b for a, b in zip(values, times["scaled"], strict=True))
            for name, values in times.items()
        }
        print(
            f"{f'{batch} x {size} x {channels} x {filters}':24} {medians['scaled']:8.1f} {medians['one by one']:11.1f} "
            f"{ratios['one by one']:6.2f} {medians['grouped']:13.1f} {ratios['grouped']:6.2f}",
            flush=True,
        )
        shape = {"batch": batch, "size": size, "channels": channels, "filters": filters}
        add_row(options.results, {**shape, "ms": medians, "ratios": ratios})


if __name__ == "__main__":
    main()
