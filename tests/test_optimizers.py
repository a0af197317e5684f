import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.optimizers import Adam, ScheduledAdam
from tests.contracts import round_trip
from tests.helpers import tiny_gan

schedules = keras.optimizers.schedules


def steps_of(optimizer, gradients, start, jit_compile=False):
    variable = keras.Variable(start)
    optimizer.build([variable])

    @tf.function(jit_compile=jit_compile)
    def step(gradient):
        optimizer.apply([gradient], [variable])

    for gradient in gradients:
        step(gradient)
    return variable.numpy(), [v.numpy() for v in optimizer.variables]


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize(
    "arguments", [{}, {"epsilon": 1e-3}, {"weight_decay": 0.1, "clipnorm": 1.0}, {"amsgrad": True}]
)
def test_adam_is_kerass_adam(arguments, jit_compile):
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(3, 4)), rng.normal(size=(5, 3, 4)).astype("float32")
    rate = schedules.PolynomialDecay(0.1, 5, 0.01)
    mine, theirs = (
        steps_of(cls(rate, 0.5, 0.9, **arguments), gradients, start, jit_compile)
        for cls in (Adam, keras.optimizers.Adam)
    )
    np.testing.assert_allclose(mine[0], theirs[0], rtol=1e-5)
    for a, b in zip(mine[1], theirs[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    configs = [cls(0.1, name="a", **arguments).get_config() for cls in (Adam, keras.optimizers.Adam)]
    assert configs[0] == configs[1]


@pytest.mark.parametrize("dtype", ["float64", "bfloat16", "float16"])
def test_other_dtypes_are_updated_as_by_keras(dtype):
    """In bfloat16 .999 is 1."""
    found = []
    for cls in (Adam, keras.optimizers.Adam):
        optimizer, variable = cls(0.01), keras.Variable([2.0, -1.0], dtype=dtype)
        optimizer.build([variable])
        for _ in range(20):
            optimizer.apply([2.0 * variable.value], [variable])
        found.append(np.asarray(tf.cast(variable.value, "float64")))
    np.testing.assert_array_equal(*found)


def test_adam_takes_gradients_of_tables():
    rows = tf.IndexedSlices(np.ones((2, 4), "float32"), tf.constant([0, 2]), tf.constant([3, 4]))
    mine, theirs = (
        steps_of(cls(0.1), [rows, rows], np.zeros((3, 4)))[0] for cls in (Adam, keras.optimizers.Adam)
    )
    np.testing.assert_allclose(mine, theirs, rtol=1e-6)
    assert mine[0, 0] < -0.1 and mine[1, 0] == 0


def test_adam_is_resumed_exactly(images):
    gan = tiny_gan(generator_optimizer=Adam(1e-3, 0.5), discriminator_optimizer=Adam(1e-3, 0.5))
    gan.fit(images, batch_size=8, verbose=0)
    assert type(round_trip(gan, images).generator_optimizer) is Adam


def test_beta_2_follows_its_schedule():
    """Against Adam written out, with beta_2 = 0.9 + 0.03 step."""
    optimizer = ScheduledAdam(0.1, beta_1=0.0, beta_2=schedules.PolynomialDecay(0.9, 3, 0.99))
    variable = keras.Variable(1.0)
    optimizer.build([variable])
    value, second = 1.0, 0.0
    for step, gradient in enumerate([0.5, -2.0, 0.3]):
        optimizer.apply([np.float32(gradient)], [variable])
        beta_2 = 0.9 + 0.03 * step
        second = beta_2 * second + (1 - beta_2) * gradient**2
        value -= 0.1 * gradient / (np.sqrt(second / (1 - beta_2 ** (step + 1))) + 1e-7)
        np.testing.assert_allclose(variable.numpy(), value, rtol=1e-5)


def test_config():
    optimizer = ScheduledAdam(0.1, beta_2=schedules.CosineDecay(0.9, 10, alpha=1.1))
    again = ScheduledAdam.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()
    assert ScheduledAdam(beta_2=0.5).get_config()["beta_2"] == 0.5
    with pytest.raises(ValueError, match="beta_2"):
        ScheduledAdam(beta_2="fast")


def test_accumulated_gradients_are_those_of_the_whole_batch():
    """Two steps on halves of a batch move the discriminator as one on the whole does."""
    images = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")

    def trained(batch_size, accumulated):
        keras.utils.set_random_seed(0)
        latents = keras.Input((3,))
        # Fakes that do not depend on what is drawn.
        generator = keras.Model(latents, keras.layers.Dense(2, kernel_initializer="zeros")(latents))
        discriminator = keras.Sequential(
            [keras.Input((2,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)]
        )
        gan = keras_gan.GAN(generator, discriminator, seed=0)
        gan.compile(
            generator_optimizer=keras.optimizers.SGD(0.0),
            discriminator_optimizer=keras.optimizers.SGD(0.5, gradient_accumulation_steps=accumulated),
        )
        gan.fit(images, batch_size=batch_size, shuffle=False, verbose=0)
        return discriminator.get_weights()

    for a, b in zip(trained(8, None), trained(4, 2), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert any(np.abs(a - b).max() > 1e-3 for a, b in zip(trained(8, None), trained(4, None), strict=True))
