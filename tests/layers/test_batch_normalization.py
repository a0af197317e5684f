import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers import BatchNormalization
from tests.contracts import layer_contract


def run(layer, inputs):
    """Outputs in training, the moving statistics after it, and the first and the second derivatives."""
    layer.build(inputs.shape)
    rng = np.random.default_rng(1)
    weights = rng.normal(size=inputs.shape).astype("float32")
    for variable in layer.trainable_variables:
        variable.assign(rng.normal(1.0, 0.3, variable.shape))
    x = tf.constant(inputs)

    @tf.function
    def derivatives():
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x, training=True)
                loss = tf.reduce_sum(weights * tf.tanh(tf.cast(y, "float32")))
            first = tape.gradient(loss, [x, *(v.value for v in layer.trainable_variables)])
            penalty = tf.reduce_sum(tf.cast(first[0], "float32") ** 2)
        return y, first, outer.gradient(penalty, x)

    y, first, second = derivatives()
    statistics = [v.numpy() for v in layer.non_trainable_variables]
    return [y, *statistics, *first, second]


@pytest.mark.parametrize(
    ("arguments", "dtype", "near"),
    [
        ({}, "float32", 1e-4),
        ({"scale": False, "center": False, "epsilon": 0.1}, "float32", 1e-4),
        ({"momentum": 0.5}, "bfloat16", 0.05),
    ],
)
def test_it_is_kerass(arguments, dtype, near):
    inputs = np.random.default_rng(0).normal(2.0, 3.0, (4, 5, 6, 3)).astype("float32")
    inputs = tf.cast(inputs, dtype)
    policy = {"float32": "float32", "bfloat16": "mixed_bfloat16"}[dtype]
    mine, theirs = (
        run(cls(**arguments, dtype=policy), inputs)
        for cls in (BatchNormalization, keras.layers.BatchNormalization)
    )
    for a, b in zip(mine, theirs, strict=True):
        assert a.dtype == b.dtype
        a, b = (np.asarray(tf.cast(x, "float32")) for x in (a, b))
        np.testing.assert_allclose(a, b, rtol=near, atol=near * np.abs(b).max())


def test_contract():
    inputs = np.random.default_rng(0).normal(size=(4, 3, 4, 5)).astype("float32")
    layer_contract(BatchNormalization(momentum=0.9), inputs, inputs.shape)


@pytest.mark.parametrize("shape", [(6, 5), (2, 3, 5), (1, 1, 1, 5)])
def test_other_shapes(shape):
    inputs = np.random.default_rng(0).normal(size=shape).astype("float32")
    mine, theirs = BatchNormalization(), keras.layers.BatchNormalization()
    for call in (functools.partial(layer, training=True) for layer in (mine, theirs)):
        call(inputs)
    np.testing.assert_allclose(mine(inputs, training=True), theirs(inputs, training=True), atol=1e-5)
    for a, b in zip(mine.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("policy", ["bfloat16", "float16", "float64"])
def test_weights_in_other_dtypes(policy):
    inputs = np.random.default_rng(0).normal(size=(4, 3, 3, 2))
    mine, theirs = (cls(dtype=policy) for cls in (BatchNormalization, keras.layers.BatchNormalization))
    a, b = (np.asarray(tf.cast(layer(inputs, training=True), "float64")) for layer in (mine, theirs))
    np.testing.assert_array_equal(a, b)


def test_a_frozen_layer_takes_the_moving_statistics():
    layer = BatchNormalization()
    inputs = np.full((2, 3, 3, 1), 5.0, "float32")
    layer.build(inputs.shape)
    layer.trainable = False
    np.testing.assert_allclose(layer(inputs, training=True), 5.0, rtol=1e-3)
