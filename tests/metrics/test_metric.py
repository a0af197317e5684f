import numpy as np
import pytest

from keras_gan import metrics
from keras_gan.metrics.metric import ImageMetric, Sample
from tests.helpers import tiny_gan
from tests.metrics.networks import pixels


class Rows(ImageMetric):
    def make_variables(self, image_shape):
        self.sample = Sample(self, "rows", 5, (2,))

    def take(self, real, fake, labels):
        self.sample.add(fake)


def test_a_sample_is_the_first_rows_that_come():
    metric = Rows("rows")
    rows = np.arange(16.0, dtype="float32").reshape(8, 2)
    for part in (rows[:2], rows[2:4], rows[4:]):
        metric.update_state(part, part)
    np.testing.assert_array_equal(metric.sample.numpy(), rows[:5])
    metric.update_state(rows, -rows)
    np.testing.assert_array_equal(metric.sample.numpy(), rows[:5])
    metric.reset_state()
    assert metric.sample.numpy().shape == (0, 2)


METRICS = {
    "fid": lambda: metrics.FrechetDistance(pixels()),
    "prdc": lambda: metrics.PRDC(pixels(), k=2),
    "ms_ssim": lambda: metrics.MSSSIM(pairs=4),
    "swd": metrics.SlicedWasserstein,
    "psnr": metrics.PSNR,
}


@pytest.mark.parametrize("name", METRICS)
def test_nan_images_have_no_figure(name):
    """256 levels know no NaN: a broken generator would be measured as a black one."""
    real = np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, 1)).astype("float32")
    fake = real.copy()
    fake[3, 0, 0] = np.nan
    metric = METRICS[name]()
    metric.update_state(real, fake)
    with pytest.raises(ValueError, match=f"1 of the images given to the metric '{name}' hold NaN"):
        metric.result()
    metric.reset_state()
    metric.update_state(real, real)
    metric.result()


def test_too_few_images_are_refused_before_training(images):
    for metric, message in (
        (metrics.PRDC(pixels(), k=64), "at least 65 images, and the held-out data have 64"),
        (metrics.InceptionScore(pixels(), splits=100), "at least 100 images"),
    ):
        gan = tiny_gan(metrics=metric)
        with pytest.raises(ValueError, match=message):
            gan.fit(images, validation_data=images, verbose=0)
        assert int(gan.state.generator_step) == 0
    with pytest.raises(ValueError, match="given 0"):
        metrics.FrechetDistance(pixels()).result()


def test_a_class_without_images_is_named():
    metric = metrics.ClassFrechetDistance(pixels(), num_classes=3)
    images = np.random.default_rng(0).uniform(-1, 1, (20, 16, 16, 1)).astype("float32")
    metric.update_state(images, images, np.arange(20) % 2)
    with pytest.warns(UserWarning, match=r"classes \[2\]"):
        assert np.isnan(metric.result()["intra_fid"])


def test_subsets_of_few_images_differ():
    """Subsets of all images would be one and the same, and have no spread."""
    metric = metrics.KernelDistance(pixels())
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 40, 16, 16, 1)).astype("float32")
    metric.update_state(real, fake)
    assert metric.result()["kid_std"] > 1e-6
