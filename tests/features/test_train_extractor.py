import numpy as np
import pytest

import keras_gan
from keras_gan import metrics


@pytest.mark.slow
def test_digits(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    train, test = keras_gan.data.load("mnist_5k", splits=("train", "test"), labels=True, batch_size=50)
    extractor = metrics.train_extractor(train, test, epochs=3)
    assert extractor.accuracy > 0.9 and "accuracy" in capsys.readouterr().out
    assert (extractor.load().features, extractor.classifier.load().features) == (128, 10)
    stored = next((tmp_path / "keras_gan" / "extractors").glob("*.keras"))
    changed = stored.stat().st_mtime_ns
    again = metrics.train_extractor(train, test, epochs=3, verbose=False)
    assert stored.stat().st_mtime_ns == changed and again.load().sha256 == extractor.sha256
    # Real digits are near real digits, and far from noise.
    images = np.concatenate([batch[0] for batch in test])
    fid = metrics.FrechetDistance(extractor)
    noise = np.random.default_rng(0).uniform(-1, 1, images.shape).astype("float32")
    values = []
    for fake in (images[::-1].copy(), noise):
        fid.reset_state()
        fid.update_state(images, fake)
        values.append(fid.result())
    assert values[0] < 1e-3 < 10 < values[1]


def test_bad_data_is_refused():
    images = np.zeros((8, 8, 8, 1), "float32")
    for data, message in (
        ((images, np.zeros(8, int)), "two classes"),
        ((images, np.zeros(7, int)), "do not fit"),
        ((images + 100, np.arange(8) % 2), r"\[-1, 1\]"),
        (keras_gan.data.load("mnist_5k"), "needs labels"),
    ):
        with pytest.raises(ValueError, match=message):
            metrics.train_extractor(data)
