import keras
import pytest

import keras_gan
from keras_gan.metrics.aliases import ALIASES, get


@pytest.mark.parametrize("name", ALIASES)
def test_each_name_makes_its_metric(name):
    metric = get(name)
    assert isinstance(metric, keras.metrics.Metric)
    assert name in (metric.name, *getattr(metric, "figure_names", ())) or name == "prdc"


def test_objects_stay_and_unknown_names_are_refused():
    metric = keras_gan.metrics.SlicedWasserstein()
    assert get(metric) is metric
    with pytest.raises(ValueError, match="Did you mean 'fid'"):
        get("FID")
