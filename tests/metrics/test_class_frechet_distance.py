import numpy as np
import pytest

from keras_gan import metrics
from tests.contracts import metric_contract
from tests.metrics.networks import pixels


def test_class_frechet_distance():
    labels = np.arange(48) % 2
    names = ["intra_fid", "intra_fid_0", "intra_fid_1"]
    measure = metric_contract(lambda: metrics.ClassFrechetDistance(pixels(2), 2), names, labels=labels)
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 48, 8, 8, 1)).astype("float32")
    found = measure(real, fake)
    for c in range(2):
        plain = metrics.FrechetDistance(pixels(2))
        plain.update_state(real[labels == c], fake[labels == c])
        assert found[f"intra_fid_{c}"] == pytest.approx(plain.result(), rel=1e-6)
    assert found["intra_fid"] == pytest.approx((found["intra_fid_0"] + found["intra_fid_1"]) / 2)


def test_it_needs_labels():
    with pytest.raises(ValueError, match="needs labels"):
        metrics.ClassFrechetDistance(pixels(2), 2).update_state(
            np.zeros((4, 8, 8, 1)), np.zeros((4, 8, 8, 1))
        )
