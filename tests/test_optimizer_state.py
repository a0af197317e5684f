"""What an optimiser keeps is taken over where the rate becomes a schedule."""

import keras
import numpy as np

from keras_gan.optimizer_state import inner, rate_of


def test_rate_of_numbers_and_schedules():
    assert rate_of(keras.optimizers.Adam(0.5)) == 0.5
    schedule = keras.optimizers.schedules.CosineDecay(0.5, 10)
    assert rate_of(keras.optimizers.Adam(schedule))["class_name"] == "CosineDecay"
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.25))
    assert inner(scaled) is scaled.inner_optimizer
    np.testing.assert_equal(rate_of(scaled), 0.25)
