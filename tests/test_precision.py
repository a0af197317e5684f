"""A network built under a low precision is copied to float32, weights and all."""

import keras
import numpy as np

from keras_gan.precision import computes_in_float32, in_float32


def test_copy_computes_in_float32_with_the_same_weights():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        x = keras.Input((4,))
        network = keras.Model(x, keras.layers.Lambda(lambda x: 2 * x)(keras.layers.Dense(3)(x)))
    finally:
        keras.config.set_dtype_policy("float32")
    copy = in_float32(network)
    assert not computes_in_float32(network) and computes_in_float32(copy)
    images = np.random.default_rng(0).normal(size=(2, 4)).astype("float32")
    kernel, bias = network.get_weights()
    np.testing.assert_allclose(copy(images), 2 * (images @ kernel + bias), rtol=1e-5, atol=1e-6)
