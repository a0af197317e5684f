import numpy as np
import pytest

from keras_gan import metrics
from keras_gan.metrics.sliced_wasserstein import _blur, _pyramid, sliced_wasserstein
from tests.contracts import metric_contract


def test_sliced_wasserstein():
    make = lambda: metrics.SlicedWasserstein(patches=4, directions=32)
    metric_contract(make, ["swd", "swd_32", "swd_16"], size=32, channels=3)


def test_a_level_is_what_the_smaller_one_lacks():
    images = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 1)).astype("float32")
    fine, middle, coarse = _pyramid(images)
    assert [level.shape[1] for level in (fine, middle, coarse)] == [64, 32, 16]
    for level, smaller in ((fine, None), (middle, coarse)):
        if smaller is None:
            smaller = _blur(images)[:, ::2, ::2]
            whole = images
        else:
            whole = _blur(images)[:, ::2, ::2]
        larger = np.zeros_like(whole)
        larger[:, ::2, ::2] = smaller
        np.testing.assert_allclose(level + 4 * _blur(larger), whole, atol=1e-3)


def test_it_sees_at_which_scale_images_differ():
    rng = np.random.default_rng(0)
    smooth = np.repeat(np.repeat(rng.uniform(60, 190, (64, 4, 4, 1)), 8, 1), 8, 2)
    noisy = smooth + rng.normal(size=smooth.shape) * 12
    real, other = (np.clip(x, 0, 255).astype("uint8") for x in (smooth, noisy))
    figures = sliced_wasserstein(real, other, patches=32, directions=128)
    assert figures[32] > 3 * figures[16]
    assert sliced_wasserstein(other, other, patches=32, directions=128) == {32: 0.0, 16: 0.0}


def test_small_images_are_refused():
    with pytest.raises(ValueError, match="16 pixels"):
        metrics.SlicedWasserstein().update_state(np.zeros((4, 8, 8, 1)), np.zeros((4, 8, 8, 1)))
