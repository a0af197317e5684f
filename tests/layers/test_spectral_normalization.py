import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.layers import SpectralNormalization
from tests.contracts import layer_contract, round_trip
from tests.helpers import all_state, tiny_gan, tiny_networks

LAYERS = {
    "dense": (lambda: keras.layers.Dense(5), (2, 8)),
    "convolution": (lambda: keras.layers.Conv2D(6, 3), (2, 8, 8, 3)),
    "transposed": (lambda: keras.layers.Conv2DTranspose(4, 3, strides=2), (2, 8, 8, 3)),
    "embedding": (lambda: keras.layers.Embedding(7, 3), (2, 1)),
}


def largest_singular_value(layer):
    kernel = layer.normalized.numpy()
    if "transpose" in layer.layer.name:
        kernel = np.swapaxes(kernel, -1, -2)
    return np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0]


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_sigma_is_the_largest_singular_value(name, jit_compile):
    make, shape = LAYERS[name]
    layer = SpectralNormalization(make())
    inputs = np.ones(shape, "float32")
    step = tf.function(lambda x: layer(x, training=True), jit_compile=jit_compile)
    for _ in range(200):
        outputs = step(inputs)
    np.testing.assert_allclose(layer.sigma(), largest_singular_value(layer), rtol=1e-4)
    # What the layer computes is that of the kernel divided by sigma; the kernel itself stands.
    kernel = layer.normalized.numpy()
    layer.normalized.assign(kernel / largest_singular_value(layer))
    np.testing.assert_allclose(layer.layer(inputs), outputs, rtol=1e-3, atol=1e-4)
    # After another change the estimate follows.
    layer.normalized.assign(3.0 * np.random.default_rng(1).normal(size=kernel.shape))
    for _ in range(300):
        step(inputs)
    np.testing.assert_allclose(layer.sigma(), largest_singular_value(layer), rtol=1e-3)


def test_frozen_at_inference_and_saved():
    layer = SpectralNormalization(keras.layers.Dense(5), power_iterations=2)
    inputs = np.ones((2, 8), "float32")
    first = layer(inputs).numpy()
    before = layer.u.numpy()
    np.testing.assert_array_equal(layer(inputs), first)
    np.testing.assert_array_equal(layer.u, before)
    layer(inputs, training=True)
    assert (layer.u.numpy() != before).any()
    assert any(weight is layer.u for weight in layer.weights) and not layer.u.trainable


def test_a_kernel_of_zeros_stays_one():
    layer = SpectralNormalization(keras.layers.Dense(3, kernel_initializer="zeros"))
    np.testing.assert_array_equal(layer(np.ones((2, 4), "float32"), training=True), 0.0)


def test_the_gradient_passes_through_sigma():
    """The normalised kernel does not change with W's length, so the gradient is at right angles to W."""
    layer = SpectralNormalization(keras.layers.Dense(5, use_bias=False))
    inputs = tf.random.normal((4, 8))
    for _ in range(100):
        layer(inputs, training=True)
    kernel = layer.normalized.value
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(inputs) ** 2)
    gradient = tape.gradient(loss, kernel)
    assert float(tf.norm(gradient)) > 0.1
    np.testing.assert_allclose(tf.reduce_sum(gradient * kernel), 0.0, atol=1e-3)


def test_contract():
    layer_contract(
        SpectralNormalization(keras.layers.Conv2D(3, 3)),
        np.random.normal(size=(2, 5, 5, 2)).astype("float32"),
        (2, 3, 3, 3),
    )
    with pytest.raises(ValueError, match="kernel"):
        SpectralNormalization(keras.layers.ReLU())(np.ones((1, 2), "float32"))
    with pytest.raises(ValueError, match="power_iterations"):
        SpectralNormalization(keras.layers.Dense(2), power_iterations=0)


def test_in_a_gan_u_moves_in_the_discriminators_steps_alone(images):
    networks = tiny_networks(discriminator_normalization="spectral")
    gan = tiny_gan(networks=networks, regularizers=["r1"], run_eagerly=True)
    us = [v for v in gan.discriminator.non_trainable_weights if v.path.endswith("/u")]
    assert len(us) == 2  # one convolution at 8x8, and the logit
    noted = []
    objective = gan.generator_objective

    def note(turn):
        noted.append([u.numpy() for u in us])
        return objective(turn)

    gan.generator_objective = note
    start = [u.numpy() for u in us]
    gan.train_on_batch(images[:8])
    for u, before, after_discriminator in zip(us, start, noted[0], strict=True):
        assert (after_discriminator != before).any()
        np.testing.assert_array_equal(u, after_discriminator)


@pytest.mark.slow
def test_saved_and_resumed(images):
    gan = tiny_gan(networks=tiny_networks(discriminator_normalization="spectral"), loss="hinge")
    gan.fit(images, batch_size=8, verbose=0)
    round_trip(gan, images)


@pytest.mark.slow
def test_equal_under_replicas(mirrored, images):
    ends = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        with strategy.scope():
            keras.utils.set_random_seed(0)
            gan = tiny_gan(
                networks=tiny_networks(discriminator_normalization="spectral"),
                generator_optimizer=keras.optimizers.SGD(0.05),
                discriminator_optimizer=keras.optimizers.SGD(0.05),
            )
            gan.fit(keras_gan.data.from_arrays(images, batch_size=16), verbose=0)
        ends.append(all_state(gan))
    for name, value in ends[0].items():
        np.testing.assert_allclose(value, ends[1][name], atol=1e-5, err_msg=name)
