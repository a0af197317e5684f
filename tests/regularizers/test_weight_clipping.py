import numpy as np
import pytest

import keras_gan
from keras_gan.regularizers import WeightClipping
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


@pytest.mark.slow
def test_contract():
    assert isinstance(keras_gan.regularizers.get("weight_clipping"), WeightClipping)
    check_config(WeightClipping(0.02, interval=3), {"limit": 0.02, "interval": 3})
    part_contract(loss="wasserstein", regularizers=[WeightClipping(0.05)])


def test_the_critic_alone_is_clipped(images):
    gan = tiny_gan(loss="wasserstein", regularizers=[WeightClipping(0.01)])
    gan.fit(images, batch_size=16, verbose=0)
    assert max(np.abs(v).max() for v in gan.discriminator.trainable_variables) <= 0.01 + 1e-9
    assert max(np.abs(v).max() for v in gan.generator.trainable_variables) > 0.01


def test_interval(images):
    gan = tiny_gan(loss="wasserstein", regularizers=[WeightClipping(0.001, interval=2)])
    largest = lambda: max(np.abs(v).max() for v in gan.discriminator.trainable_variables)
    gan.train_on_batch(images)
    assert largest() > 0.001
    gan.train_on_batch(images)
    assert largest() <= 0.001 + 1e-9


def test_bad_limit():
    with pytest.raises(ValueError, match="limit"):
        WeightClipping(0.0)
