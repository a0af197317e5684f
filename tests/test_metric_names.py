import keras
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
