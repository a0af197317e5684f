import numpy as np
import pytest
import tensorflow as tf

from keras_gan.regularizers import LabelFlipping, Turn
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


def test_a_fading_share_of_pairs_changes_places():
    gan = tiny_gan(regularizers=[LabelFlipping(0.3, decay_steps=10)])
    real, fake = tf.ones((4000, 2, 2, 1)), -tf.ones((4000, 2, 2, 1))
    turn = Turn(None, None, real_logits=real, fake_logits=fake)
    for step, expected in ((0, 0.3), (5, 0.15), (10, 0.0)):
        gan.state.generator_step.assign(step)
        as_real, as_fake = (x.numpy() for x in gan.regularizers[0].relabel(gan, turn))
        np.testing.assert_array_equal(as_real, -as_fake)
        assert (as_real == as_real[:, :1, :1]).all()  # all patches of an image together
        assert abs((as_real[:, 0, 0, 0] < 0).mean() - expected) < 0.03


def test_contract():
    check_config(LabelFlipping(0.3, 5), {"fraction": 0.3, "decay_steps": 5})
    part_contract(regularizers=["label_flipping"])
    with pytest.raises(ValueError, match="fraction"):
        LabelFlipping(1.5)
