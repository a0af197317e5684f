"""The gradient difference loss."""

import numpy as np
import pytest

import keras_gan
from keras_gan.parts import Turn
from keras_gan.regularizers import GradientDifferencePenalty
from tests.contracts import check_config
from tests.helpers import tiny_gan


def pair():
    return np.random.default_rng(0).normal(size=(2, 3, 6, 5, 2)).astype("float32")


@pytest.mark.parametrize("power", [1, 2])
def test_value(power):
    real, fake = pair()
    total = 0.0
    for axis in (1, 2):
        a, b = (np.abs(np.diff(x, axis=axis)) for x in (real, fake))
        total += (np.abs(a - b) ** power).mean()
    penalty = GradientDifferencePenalty(0.5, power)
    np.testing.assert_allclose(penalty.penalty(None, Turn(real, fake)), total, rtol=1e-5)
    check_config(penalty, {"weight": 0.5, "power": power, "interval": 1})


def test_an_added_constant_and_a_mirror_cost_nothing():
    real, _ = pair()
    for fake in (real + 0.3, -real):
        np.testing.assert_allclose(
            GradientDifferencePenalty().penalty(None, Turn(real, fake)), 0.0, atol=1e-6
        )


def test_held_wrong():
    with pytest.raises(ValueError, match="`power`"):
        GradientDifferencePenalty(power=3)
    with pytest.raises(ValueError, match="with pairs"):
        tiny_gan(regularizers=["gradient_difference"])
    assert isinstance(keras_gan.regularizers.get("gradient_difference"), GradientDifferencePenalty)
