import numpy as np
import pytest

from keras_gan import metrics
from tests.contracts import metric_contract
from tests.metrics.networks import pixels


def test_mode_coverage():
    measure = metric_contract(lambda: metrics.ModeCoverage(pixels(2)), ["modes", "modes_kl"])
    # One bright pixel of four is the class: classes 0, 0, 0, 1.
    images = np.full((4, 2, 2, 1), -1.0, "float32")
    images[:3, 0, 0] = images[3, 0, 1] = 1.0
    found = measure(images, images)
    assert found["modes"] == 2
    assert found["modes_kl"] == pytest.approx(np.log(4) + 0.75 * np.log(0.75) + 0.25 * np.log(0.25))
