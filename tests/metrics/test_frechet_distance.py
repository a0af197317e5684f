import numpy as np
import pytest

from keras_gan import metrics
from keras_gan.metrics import functional
from tests.contracts import metric_contract
from tests.metrics.networks import pixels


def test_frechet_distance():
    measure = metric_contract(lambda: metrics.FrechetDistance(pixels()), ["fid"])
    # At the extractor's own size its features are the pixels of 256 levels.
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 60, 4, 4, 1)).astype("float32")
    levels = [np.round((x + 1) * 127.5).reshape(60, -1) / 127.5 - 1 for x in (real, fake)]
    assert measure(real, fake)["fid"] == pytest.approx(functional.frechet_distance(*levels), rel=1e-5)
    assert measure(real, real)["fid"] < 1e-9


def test_reference_images_stand_in_for_the_real_ones(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    train, real, fake = np.random.default_rng(0).uniform(-1, 1, (3, 60, 8, 8, 1)).astype("float32")
    plain = metrics.FrechetDistance(pixels())
    plain.update_state(train, fake)
    against = metrics.FrechetDistance(pixels(), reference=train)
    against.update_state(real, fake)
    assert against.result() == pytest.approx(plain.result(), rel=1e-6)
    again = metrics.FrechetDistance.from_config(against.get_config())
    again.update_state(real, fake)
    assert again.result() == against.result()


def test_too_few_images_and_bad_features_are_refused():
    metric = metrics.FrechetDistance(pixels())
    images = np.zeros((1, 8, 8, 1), "float32")
    metric.update_state(images, images)
    with pytest.raises(ValueError, match="at least 2 images"):
        metric.result()
    import keras

    broken = keras.Sequential([keras.layers.Input((4, 4, 1)), keras.layers.Flatten()])
    broken.add(keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant(float("nan"))))
    metric = metrics.FrechetDistance(broken)
    metric.update_state(np.zeros((4, 8, 8, 1), "float32"), np.zeros((4, 8, 8, 1), "float32"))
    with pytest.raises(ValueError, match="NaN"):
        metric.result()
