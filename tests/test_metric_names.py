import pytest

from keras_gan import metric_names
from keras_gan.metrics import evaluate as module
from keras_gan.metrics.aliases import ALIASES


def test_names_are_those_that_are_computed():
    from keras_gan.metrics.evaluate import OF_MODELS, OF_PAIRS

    assert set(metric_names.OF_PAIRS) == set(OF_PAIRS) and set(metric_names.OF_MODELS) == set(OF_MODELS)
    assert set(ALIASES) <= set(metric_names.METRICS) and module
    assert metric_names.check_metrics(["fid", "kid", "fid"]) == ["fid", "kid"]
    for wrong in ([], ["FID"]):
        with pytest.raises(ValueError, match="must be names among fid, kid"):
            metric_names.check_metrics(wrong)
