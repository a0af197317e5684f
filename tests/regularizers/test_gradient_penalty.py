import keras
import numpy as np
import tensorflow as tf

from keras_gan.regularizers import GradientPenalty, Turn
from tests.contracts import penalty_contract


def test_contract():
    penalty_contract(
        GradientPenalty,
        "gradient_penalty",
        arguments={"weight": 7.0},
        linear=lambda norm: 7.0 * (norm - 1) ** 2,
    )


def test_one_sided():
    for norm, expected in ((0.5, 0.0), (3.0, 4.0)):
        value = GradientPenalty(one_sided=True).penalty(
            Critic(lambda x, norm=norm: norm * x[:, 0]), Turn(tf.zeros((4, 2)), tf.ones((4, 2)))
        )
        np.testing.assert_allclose(value, expected, atol=1e-6)


class Critic:
    pack_size = 1

    def __init__(self, function):
        self.function = function
        self.seed_generator = keras.random.SeedGenerator(0)
        self.seen = None

    def discriminate(self, images, condition=None):
        self.seen = images
        return self.function(images)


def test_points_lie_between_real_and_fake_uniformly_and_one_by_one():
    """Bugs seen elsewhere: one factor for the whole batch, or factors from N(0, 1)."""
    critic = Critic(lambda x: tf.reduce_sum(x, axis=(1, 2, 3)))
    real, fake = tf.ones((4000, 2, 2, 1)), tf.zeros((4000, 2, 2, 1))
    GradientPenalty().penalty(critic, Turn(real, fake))
    factors = critic.seen.numpy().reshape(4000, 4)
    assert (factors == factors[:, :1]).all()  # one factor an image, the same for its pixels
    factors = factors[:, 0]
    assert factors.min() >= 0 and factors.max() <= 1
    assert abs(factors.mean() - 0.5) < 0.02 and abs(factors.var() - 1 / 12) < 0.005


def test_finite_gradient_where_the_norm_is_zero():
    weight = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        value = GradientPenalty().penalty(
            Critic(lambda x: weight * x[:, 0]), Turn(tf.zeros((4, 2)), tf.ones((4, 2)))
        )
    assert np.isfinite(tape.gradient(value, weight))


def test_second_order_gradient_against_finite_differences():
    """The penalty's gradient with respect to a kernel, through convolutions."""
    keras.config.set_dtype_policy("float64")
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((6, 6, 1), dtype="float64"),
            layers.Conv2D(3, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    rng = np.random.default_rng(0)
    images = tf.constant(rng.normal(size=(3, 6, 6, 1)))

    def value():
        # A new critic draws the same interpolation factors.
        return GradientPenalty().penalty(Critic(model), Turn(images, 0.5 * images))

    kernel = model.layers[0].kernel
    with tf.GradientTape() as tape:
        penalty = value()
    analytic = tape.gradient(penalty, kernel.value).numpy()
    start, numeric = kernel.numpy(), np.zeros(kernel.shape)
    for index in np.ndindex(*kernel.shape):
        ends = []
        for sign in (1, -1):
            moved = start.copy()
            moved[index] += sign * 1e-5
            kernel.assign(moved)
            ends.append(float(value()))
        numeric[index] = (ends[0] - ends[1]) / 2e-5
    np.testing.assert_allclose(analytic, numeric, rtol=1e-5, atol=1e-7)
