import numpy as np
import pytest
import tensorflow as tf

from keras_gan import metrics
from keras_gan.metrics.ms_ssim import WEIGHTS, mean_ms_ssim, ms_ssim, scales, ssim_terms
from tests.contracts import metric_contract


def test_ms_ssim():
    metric_contract(lambda: metrics.MSSSIM(pairs=10), ["ms_ssim", "ms_ssim_real"])


@pytest.mark.parametrize("shape", [(2, 12, 12, 1), (2, 64, 48, 3), (2, 180, 176, 3)])
def test_equal_to_tensorflows(shape):
    rng = np.random.default_rng(0)
    a = rng.uniform(0, 255, shape).astype("float32")
    b = 0.7 * a + 0.3 * rng.uniform(0, 255, shape).astype("float32")
    weights = np.array(WEIGHTS[: scales(shape[1:])])
    expected = tf.image.ssim_multiscale(a, b, 255.0, power_factors=list(weights / weights.sum()))
    np.testing.assert_allclose(ms_ssim(a, b), expected, rtol=1e-4)
    luminance, structure = ssim_terms(a, b)
    np.testing.assert_allclose(
        np.mean(luminance * structure, axis=(1, 2, 3)), tf.image.ssim(a, b, 255.0), rtol=1e-4
    )


def test_as_many_scales_as_fit():
    assert [scales((side, 200, 3)) for side in (11, 21, 22, 44, 88, 176, 1024)] == [1, 1, 2, 3, 4, 5, 5]
    with pytest.raises(ValueError, match="11 pixels"):
        metrics.MSSSIM().update_state(np.zeros((4, 8, 8, 1)), np.zeros((4, 8, 8, 1)))


def test_one_image_again_and_again_is_no_diversity():
    images = np.random.default_rng(0).integers(0, 256, (20, 16, 16, 1)).astype("uint8")
    assert mean_ms_ssim(np.repeat(images[:1], 20, axis=0), 30) == pytest.approx(1.0, abs=1e-5)
    assert mean_ms_ssim(images, 30) < 0.3
