"""The Dirac-GAN (Mescheder et al. 2018), through `fit` and `train_step` themselves."""

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.regularizers import GradientPenalty, R1Penalty, WeightClipping


@keras.saving.register_keras_serializable("tests")
class Point(keras.layers.Layer):
    """Gives one number, whatever it gets."""

    def build(self, input_shape):
        self.theta = self.add_weight(shape=(), initializer="ones", name="theta")

    def call(self, inputs):
        return 0.0 * inputs + self.theta

    def compute_output_shape(self, input_shape):
        return input_shape


@pytest.fixture
def _float64():
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")


def play(loss, regularizers, discriminator_steps):
    """500 rounds of our order from (theta, psi) = (1, -1) with step .2; return where it ends."""
    generator = keras.Sequential([keras.layers.Input((1,)), Point()])
    discriminator = keras.Sequential(
        [
            keras.layers.Input((1,)),
            keras.layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(-1.0)),
        ]
    )
    gan = keras_gan.GAN(generator, discriminator, ema_decay=None, seed=0)
    gan.compile(
        keras.optimizers.SGD(0.2),
        keras.optimizers.SGD(0.2),
        loss=loss,
        regularizers=regularizers,
        discriminator_steps=discriminator_steps,
    )
    data = np.zeros((discriminator_steps, 1), "float64")
    gan.fit(data, batch_size=1, epochs=1, steps_per_epoch=500, verbose=0)
    assert int(gan.state.generator_step) == 500
    return float(generator.weights[0].numpy()), float(discriminator.weights[0].numpy().item())


TABLE = [
    ("minimax", lambda: [], 1, (1.080, -0.9110)),
    ("minimax", lambda: [], 5, (-0.8257, 1.497)),
    ("non_saturating", lambda: [], 1, (0.1994, -0.1829)),
    ("non_saturating", lambda: [], 5, (0.1216, 0.09843)),
    ("wasserstein", lambda: [WeightClipping(1.0)], 1, (0.9791, -0.1046)),
    ("wasserstein", lambda: [WeightClipping(1.0)], 5, (0.08677, 0.9995)),
    ("wasserstein", lambda: [GradientPenalty(0.35)], 1, (-0.1884, -1.266)),
    ("wasserstein", lambda: [GradientPenalty(0.35)], 5, (0.7197, 0.0274)),
]


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize(("loss", "regularizers", "k", "end"), TABLE)
def test_unregularised_games_circle(loss, regularizers, k, end):
    np.testing.assert_allclose(play(loss, regularizers(), k), end, rtol=6e-4, atol=6e-5)


CONVERGING = [
    ("minimax", 0.3, 1, 2.4e-7),
    ("minimax", 0.3, 5, 9.1e-34),
    ("minimax", 1.0, 1, 8.5e-17),
    ("minimax", 1.0, 5, 5.4e-12),
    ("non_saturating", 0.3, 1, 1.6e-7),
    ("non_saturating", 0.3, 5, 5.1e-34),
]


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize(("loss", "gamma", "k", "norm"), CONVERGING)
def test_r1_converges(loss, gamma, k, norm):
    end = np.hypot(*play(loss, [R1Penalty(gamma)], k))
    # The published norms have two digits.
    np.testing.assert_allclose(end, norm, rtol=0.04)
