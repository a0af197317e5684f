import numpy as np
import pytest

import keras_gan
from keras_gan import metrics
from tests.contracts import check_config, metric_contract
from tests.metrics.networks import pixels


def test_mode_coverage():
    measure = metric_contract(lambda: metrics.ModeCoverage(pixels(2)), ["modes", "modes_kl"])
    # One bright pixel of four is the class: classes 0, 0, 0, 1.
    images = np.full((4, 2, 2, 1), -1.0, "float32")
    images[:3, 0, 0] = images[3, 0, 1] = 1.0
    found = measure(images, images)
    assert found["modes"] == 2
    assert "modes_hq" not in found
    assert found["modes_kl"] == pytest.approx(np.log(4) + 0.75 * np.log(0.75) + 0.25 * np.log(0.25))


def test_modes_of_a_mixture():
    corners = [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]
    metric = metrics.ModeCoverage(centers=corners, radius=0.3)
    samples = np.array([*corners[:2], [0.8, 1.2], [0.7, 1.25]], "float32")
    metric.update_state(samples, samples)
    found = metric.result()
    assert found["modes"] == 3 and found["modes_hq"] == 0.75
    assert found["modes_kl"] == pytest.approx(np.log(4) - np.log(3))
    check_config(metric, {})
    gan = keras_gan.GAN(*keras_gan.networks.mlp(2, hidden=[8]), seed=0)
    gan.compile(metrics=[metrics.ModeCoverage(centers=corners, radius=3.0)])
    figures = gan.evaluate(samples, return_dict=True, verbose=0)
    assert 1 <= figures["modes"] <= 4 and figures["modes_hq"] == 1.0
    with pytest.raises(ValueError, match="size 2"):
        metrics.ModeCoverage(centers=corners, radius=0.3).prepare((28, 28, 1))
    for wrong in (
        {},
        {"centers": corners},
        {"centers": [1.0], "radius": 1.0},
        {"centers": corners, "radius": 0},
    ):
        with pytest.raises(ValueError, match="radius"):
            metrics.ModeCoverage(**wrong)
