import numpy as np

from keras_gan import metrics
from tests.contracts import metric_contract
from tests.metrics.networks import pixels


def test_memorization(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    train, held_out, fresh = np.random.default_rng(1).uniform(-1, 1, (3, 300, 4, 4, 1)).astype("float32")
    measure = metric_contract(lambda: metrics.Memorization(pixels(), train), ["memorized"])
    assert measure(held_out, train)["memorized"] == 1.0
    assert measure(held_out, fresh)["memorized"] < 0.06
