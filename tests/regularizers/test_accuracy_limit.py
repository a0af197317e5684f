import numpy as np
import pytest
import tensorflow as tf

from keras_gan.regularizers import AccuracyLimit, Turn
from tests.contracts import check_config, part_contract


def test_the_gradient_stops_above_the_limit():
    """Of five logits a side, three and four right: 70%, within a limit of .75 and beyond one of .65."""
    real, fake = tf.constant([1.0, 2.0, 3.0, -1.0, -2.0]), tf.constant([-1.0, -2.0, -3.0, -4.0, 5.0])
    for limit, learns in ((0.75, True), (0.65, False)):
        turn = Turn(None, None, real_logits=real[:, None], fake_logits=fake[:, None])
        with tf.GradientTape() as tape:
            tape.watch([real, fake])
            turn = Turn(None, None, real_logits=real[:, None], fake_logits=fake[:, None])
            labelled = AccuracyLimit(limit).relabel(None, turn)
            loss = tf.reduce_sum(labelled[0]) - tf.reduce_sum(labelled[1])
        np.testing.assert_array_equal(labelled[0][:, 0], real)
        gradients = tape.gradient(loss, [real, fake], unconnected_gradients="zero")
        assert [bool(np.abs(g).max() > 0) for g in gradients] == [learns, learns]


def test_several_maps_are_counted_together():
    maps = [tf.ones((2, 1)), -tf.ones((2, 1))], [-tf.ones((2, 1)), -tf.ones((2, 1))]
    turn = Turn(None, None, real_logits=maps[0], fake_logits=maps[1])
    assert len(AccuracyLimit(0.75).relabel(None, turn)[0]) == 2


def test_config_and_contract():
    check_config(AccuracyLimit(0.7), {"limit": 0.7})
    part_contract(regularizers=["accuracy_limit"])
    with pytest.raises(ValueError, match="limit"):
        AccuracyLimit(1.5)
