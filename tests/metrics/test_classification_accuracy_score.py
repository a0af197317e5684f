import numpy as np
import pytest

from keras_gan import metrics
from tests.contracts import metric_contract


@pytest.mark.slow
def test_classification_accuracy_score():
    labels = np.arange(48) % 2
    make = lambda: metrics.ClassificationAccuracyScore(2, epochs=12)
    measure = metric_contract(make, ["cas"], labels=labels, size=8)
    images = np.ones((48, 8, 8, 1), "float32") * (1.0 - 2.0 * labels)[:, None, None, None]
    assert measure(images, images)["cas"] == 1.0
    # Trained on images with the labels exchanged it is always wrong.
    assert measure(images, -images)["cas"] == 0.0
