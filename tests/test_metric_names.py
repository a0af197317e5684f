import keras
import numpy as np
import pytest

from keras_gan import metric_names, metrics
from keras_gan.metric_names import METRICS, names_of, on_extractor


def test_every_name_is_a_metric():
    network = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])
    for name, named in METRICS.items():
        metric = named.make(network)
        assert isinstance(metric, keras.metrics.Metric)
        assert metric.name == name or name in ("prdc", "swd", "ms_ssim")
    assert names_of("pairs") == ["psnr", "ssim"] and names_of("model") == ["ppl", "ppl_w", "eq_t", "eq_r"]
    assert on_extractor(["fid", "swd", "inception_score", "ppl", "eq_t"]) == ["fid", "inception_score", "ppl"]
    assert metrics.get("swd").name == METRICS["swd"].make().name


def test_unknown_names_are_refused():
    assert metric_names.check_metrics(["fid", "kid", "fid"]) == ["fid", "kid"]
    for wrong in ([], ["FID"]):
        with pytest.raises(ValueError, match="must be names among fid, kid"):
            metric_names.check_metrics(wrong)
    with pytest.raises(ValueError, match=r"Received: \['FID', 'nonsense'\]. Did you mean 'fid'\?$"):
        metric_names.check_metrics(["FID", "nonsense"])


def test_one_line_makes_a_metric_known(monkeypatch):
    """It is computed by name from stored images too."""

    class Brightness(metrics.ImageMetric):
        def __init__(self, name="brightness"):
            super().__init__(name)

        def make_variables(self, image_shape):
            self.keep("total", (), "float32")

        def take(self, real, fake, labels):
            self.total.assign_add(
                keras.ops.sum(keras.ops.mean(keras.ops.cast(fake, "float32"), axis=(1, 2, 3)))
            )

        def compute(self):
            return float(self.total) / float(self.images_seen)

    monkeypatch.setitem(METRICS, "brightness", metric_names.Named(Brightness))
    images = np.full((100, 8, 8, 1), 50, "uint8")
    figures = metrics.evaluate(images, images, None, metrics=["brightness"])
    assert figures["brightness"]["value"] == 50.0 and figures["brightness"]["n_generated"] == 100
