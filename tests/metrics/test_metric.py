import numpy as np

from keras_gan.metrics.metric import ImageMetric, Sample


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
