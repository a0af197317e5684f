import numpy as np
import pytest
import tensorflow as tf

from keras_gan.regularizers import TopK, Turn
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


def test_k_falls_with_the_epochs_to_half():
    gan = tiny_gan(regularizers=[TopK(decay=0.9)])
    logits = tf.constant(np.random.default_rng(0).normal(size=(20, 2, 2, 1)), tf.float32)
    means = logits.numpy().mean((1, 2, 3))
    # 20 x 0.9^epoch, rounded up, not below 10.
    for epoch, k in ((0, 20), (1, 18), (2, 17), (5, 12), (6, 11), (7, 10), (50, 10)):
        gan.state.epoch.assign(epoch)
        weight = gan.regularizers[0].generator_weight(gan, Turn(None, None, fake_logits=logits)).numpy()
        assert set(np.flatnonzero(weight)) == set(np.argsort(means)[-k:])
        # The weighted mean over all is the mean over those chosen.
        np.testing.assert_allclose((weight * means).mean(), np.sort(means)[-k:].mean(), rtol=1e-5)


@pytest.mark.slow
def test_contract():
    check_config(TopK(0.5, 0.25), {"decay": 0.5, "lowest": 0.25})
    part_contract(regularizers=["top_k"])
