import numpy as np

from keras_gan import metrics
from keras_gan.metrics import functional
from tests.contracts import metric_contract
from tests.metrics.networks import pixels


def test_prdc():
    names = ["precision", "recall", "density", "coverage"]
    measure = metric_contract(lambda: metrics.PRDC(pixels(), k=3), names)
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 60, 4, 4, 1)).astype("float32")
    levels = [np.round((x + 1) * 127.5).reshape(60, -1) / 127.5 - 1 for x in (real, fake)]
    expected = functional.prdc(*levels, k=3)
    assert measure(real, fake) == expected
    # Each of the four by itself.
    for name, cls in zip(
        names, (metrics.Precision, metrics.Recall, metrics.Density, metrics.Coverage), strict=True
    ):
        one = cls(pixels(), k=3)
        one.update_state(real, fake)
        assert one.name == name and one.result() == expected[name]


def test_precision():
    metric_contract(lambda: metrics.Precision(pixels()), ["precision"])


def test_repeated_points_are_at_no_distance():
    """As the definition in float64 has it: no ball of real points without a radius holds anything."""
    rng = np.random.default_rng(0)
    real = rng.normal(size=(60, 512)).astype("float32")
    real = np.concatenate([real, np.repeat(real[:1], 60, axis=0)])
    fake = np.repeat(real[:1], 120, axis=0)
    found = functional.prdc(real, fake, k=5)
    assert found["density"] == found["coverage"] == 0.0
