import numpy as np
import tensorflow as tf

from keras_gan.regularizers import DRAGANPenalty, Turn
from tests.contracts import penalty_contract
from tests.regularizers.test_gradient_penalty import Critic


def test_contract():
    penalty_contract(
        DRAGANPenalty, "dragan", arguments={"weight": 2.0}, linear=lambda norm: 2.0 * (norm - 1) ** 2
    )


def test_points_lie_around_the_real_images():
    critic = Critic(lambda x: tf.reduce_sum(x, axis=(1, 2, 3)))
    real = np.random.default_rng(0).normal(size=(2000, 2, 2, 1)).astype("float32")
    DRAGANPenalty().penalty(critic, Turn(tf.constant(real), None))
    moved = (critic.seen.numpy() - real) / real.std()
    assert moved.min() >= 0 and moved.max() <= 0.5
    # a and b are independent and uniform: E a b / 2 = 1/8, and pixels of an image differ.
    assert abs(moved.mean() - 0.125) < 0.005
    assert moved.std(axis=(1, 2, 3)).mean() > 0.03
