import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.regularizers import BalancedConsistencyPenalty, ConsistencyPenalty, Turn
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


def test_every_image_is_shifted_and_mirrored_on_its_own():
    gan = tiny_gan(regularizers=[ConsistencyPenalty(shift=2)])
    column, row = np.meshgrid(np.arange(8.0), np.arange(8.0))
    images = np.stack([row, column], axis=-1).astype("float32")[None].repeat(500, 0)
    moved = gan.regularizers[0].transform(gan, tf.constant(images)).numpy()
    # At the centre the values tell where a pixel came from.
    down = moved[:, 3, 3, 0] - 3
    assert set(down) == {-2, -1, 0, 1, 2}
    mirrored = moved[:, 3, 4, 1] < moved[:, 3, 3, 1]
    assert 0.4 < mirrored.mean() < 0.6
    across = np.where(mirrored, 4, 3) - moved[:, 3, 3, 1]
    assert set(np.abs(across)) <= {0, 1, 2}
    assert moved.min() == 0 and moved.max() == 7  # the border is repeated, nothing is wrapped


def test_value_is_zero_for_a_discriminator_that_ignores_the_change(images):
    gan = tiny_gan(regularizers=["balanced_consistency"])

    class Ignorant:
        seed_generator, state = gan.seed_generator, gan.state

        def discriminate(self, images, condition=None):
            return 3.0 * tf.ones((len(images), 1))

    logits = 3.0 * tf.ones((8, 1))
    turn = Turn(
        tf.constant(images[:8]), tf.constant(images[8:16]), real_logits=logits, fake_logits=logits - 1
    )
    assert float(ConsistencyPenalty().penalty(Ignorant(), turn)) == 0.0
    # The fakes' logits differ by one from what is said of their copies.
    balanced = BalancedConsistencyPenalty(weight=10.0, fake_weight=5.0)
    assert balanced.weight * float(balanced.penalty(Ignorant(), turn)) == pytest.approx(5.0)


@pytest.mark.slow
def test_contract():
    check_config(
        ConsistencyPenalty(1.0, 2, False, 3), {"weight": 1.0, "shift": 2, "flip": False, "interval": 3}
    )
    check_config(BalancedConsistencyPenalty(1.0, 2.0, 2, False, 3), {"fake_weight": 2.0, "interval": 3})
    part_contract(regularizers=["consistency"])
    part_contract(regularizers=["balanced_consistency"])


def test_vectors_are_refused():
    gan = keras_gan.GAN(*keras_gan.networks.mlp(2))
    with pytest.raises(ValueError, match="images"):
        gan.compile(regularizers=["consistency"])
