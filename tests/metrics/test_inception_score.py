import numpy as np
import pytest

from keras_gan import metrics
from keras_gan.metrics import functional
from tests.contracts import metric_contract
from tests.metrics.networks import convolution


def test_inception_score():
    network = convolution()
    measure = metric_contract(
        lambda: metrics.InceptionScore(network, splits=2), ["inception_score", "inception_score_std"], size=8
    )
    images = np.random.default_rng(0).uniform(-1, 1, (60, 8, 8, 1)).astype("float32")
    images = np.round((images + 1) * 127.5) / np.float32(127.5) - 1
    p = np.exp(network.predict(images, verbose=0).astype("float64"))
    expected = functional.inception_score(p / p.sum(1, keepdims=True), splits=2)
    assert tuple(measure(images, images).values()) == pytest.approx(expected, rel=1e-5)
