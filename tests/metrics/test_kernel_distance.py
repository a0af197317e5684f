import numpy as np
import pytest

from keras_gan import metrics
from keras_gan.metrics import functional
from tests.contracts import metric_contract
from tests.metrics.networks import pixels


def test_kernel_distance():
    make = lambda: metrics.KernelDistance(pixels(), subsets=4, subset_size=16)
    measure = metric_contract(make, ["kid", "kid_std"])
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 60, 4, 4, 1)).astype("float32")
    levels = [np.round((x + 1) * 127.5).reshape(60, -1) / 127.5 - 1 for x in (real, fake)]
    expected = functional.kernel_distance(*levels, subsets=4, subset_size=16)
    assert tuple(measure(real, fake).values()) == pytest.approx(expected, rel=1e-4)


def test_only_the_first_images_are_kept():
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 60, 4, 4, 1)).astype("float32")
    few, first = (
        metrics.KernelDistance(pixels(), 4, 16, num_samples=50),
        metrics.KernelDistance(pixels(), 4, 16),
    )
    few.update_state(real[:40], fake[:40])
    few.update_state(real[40:], fake[40:])
    first.update_state(real[:50], fake[:50])
    assert few.result() == first.result()


def test_bad_arguments_are_refused():
    for bad in ({"subsets": 0}, {"subset_size": 1}, {"num_samples": 1}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            metrics.KernelDistance(pixels(), **bad)
